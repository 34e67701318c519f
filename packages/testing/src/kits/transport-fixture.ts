import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { isDaybookError } from "@daybook/core";
import type { ErrorKind, RemoteEntry, Transport, TransportCapabilities } from "@daybook/core";
import type { ContractCase } from "./contract-case.js";

/** What one case of `transportCases` is given: a transport of its own, and a directory of its own on the server. */
export interface TransportFixture {
  readonly transport: Transport;
  /** An absolute directory that is there, empty until seeded. */
  readonly root: string;
  /** Puts files and empty directories on the server now. Names are relative to the root: "deep/down/file". */
  seed(files: Readonly<Record<string, Uint8Array>>, emptyDirectories?: readonly string[]): Promise<void>;
  /** Makes the server refuse to list or read this relative path; where the trait `denies` is set. */
  deny?(name: string): Promise<void>;
  /** Makes a symbolic link at this relative path to another; where the trait `links` is set. */
  link?(name: string, target: string): Promise<void>;
  /** Makes the server cut the connection after this many bytes of this relative path; where the trait `cuts` is set. */
  cut?(name: string, bytes: number): Promise<void>;
}

/** What is declared of a transport and its server; decides which cases apply. */
export interface TransportTraits {
  /** As the transport must declare them; the endpoint may depend on the fixture. */
  readonly capabilities: Omit<TransportCapabilities, "endpoint">;
  /** Whether the fixture can `deny`. */
  readonly denies: boolean;
  /** Whether the fixture can `link`, and the transport has `stat`. Default false. */
  readonly links?: boolean;
  /** Whether the fixture can `cut`. */
  readonly cuts: boolean;
  /** Default true; false for a server that can't keep names beyond ASCII. */
  readonly unicodeNames?: boolean;
  /** A case that isn't done after this many ms fails. Default 20,000. */
  readonly patience?: number;
}

export type TransportCase = ContractCase<TransportFixture>;

export const at = (fixture: TransportFixture, name: string): string =>
  fixture.root === "/" ? `/${name}` : `${fixture.root}/${name}`;

let pattern = new Uint8Array(0);

/** Bytes that tell where they come from: no two stretches of a file are alike. */
export function bytesOf(length: number): Uint8Array {
  if (length > pattern.length) {
    pattern = new Uint8Array(length);
    for (let i = 0; i < length; i++) pattern[i] = (Math.imul(i, 0x9e3779b1) >>> 13) ^ (i >>> 18);
  }
  return pattern.subarray(0, length);
}

export async function readAll(stream: Promise<Readable>): Promise<Uint8Array> {
  return new Uint8Array(await buffer(await stream));
}

export function sameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length, "the number of bytes read is not what it should be");
  assert.ok(Buffer.from(actual).equals(expected), "the bytes read are not those of the file");
}

/** A whole listing, by name. */
export async function listed(fixture: TransportFixture, name = ""): Promise<Map<string, RemoteEntry>> {
  const directory = name === "" ? fixture.root : at(fixture, name);
  const { entries, complete, unreadable = [] } = await fixture.transport.list(directory);
  assert.equal(complete, true, "a listing that is not cut off must be complete");
  assert.deepEqual(unreadable, [], "every line of this listing can be understood");
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  assert.equal(byName.size, entries.length, "no entry may be listed twice");
  return byName;
}

/** Rejects with a `DaybookError` of one of these kinds. */
export async function fails(promise: Promise<unknown>, ...kinds: ErrorKind[]): Promise<void> {
  const error = await promise.then(
    () => assert.fail(`expected a failure of kind ${kinds.join(" or ")}, but it succeeded`),
    (reason: unknown) => reason,
  );
  assert.ok(
    kinds.some((kind) => isDaybookError(error, kind)),
    `expected a DaybookError of kind ${kinds.join(" or ")}, got: ${String(error)}`,
  );
}

/** A file of this size does not fit in the buffers on its way, so a stream of it that isn't drained stays under way. */
export const LARGE = 12 * 1024 * 1024;

/** Streams of a large file in "large", one for each that may be under way at once, none of them drained. */
export async function occupy(fixture: TransportFixture): Promise<Readable[]> {
  await fixture.seed({ large: bytesOf(LARGE) });
  const { parallelism } = fixture.transport.capabilities;
  return Promise.all(Array.from({ length: parallelism }, () => begin(fixture, "large")));
}

/** A stream that has delivered its first bytes and is then left alone. */
export async function begin(
  fixture: TransportFixture,
  name: string,
  signal?: AbortSignal,
): Promise<Readable> {
  const stream = await fixture.transport.read(at(fixture, name), { signal });
  stream.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    stream.once("error", reject);
    stream.once("readable", resolve);
  });
  return stream;
}

/** How a stream that isn't drained came to its end. */
export function ending(stream: Readable): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (stream.errored) return reject(stream.errored);
    stream.on("error", reject);
    stream.on("close", () => resolve(undefined));
  });
}

/** The transport still does all it can do, as often at once as it says. */
export async function stillWorks(fixture: TransportFixture): Promise<void> {
  const small = bytesOf(1000);
  await fixture.seed({ "works/still": small });
  const { parallelism } = fixture.transport.capabilities;
  const rounds = Array.from({ length: parallelism + 2 }, async () => {
    assert.deepEqual([...(await listed(fixture, "works")).keys()], ["still"]);
    sameBytes(await readAll(fixture.transport.read(at(fixture, "works/still"))), small);
  });
  await Promise.all(rounds);
}
