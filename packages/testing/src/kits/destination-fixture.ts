import assert from "node:assert/strict";
import { isDaybookError } from "@daybook/core";
import type { Delivered, Delivery, Destination, ErrorKind, Incoming } from "@daybook/core";
import type { ContractCase } from "./contract-case.js";

/** What one case of `destinationCases` is given: a place of its own with nothing in it. */
export interface DestinationFixture {
  /** Made, not yet opened. */
  readonly destination: Destination;
  /** Another one on the same place, as a program started later makes it; the first may have died without a close. */
  again(): Promise<Destination>;
}

/** What is declared of a destination; decides which cases apply. */
export interface DestinationTraits {
  /** Whether bytes of an attempt that failed can be kept for the next one; where false, `kept` is always 0. */
  readonly keepsParts: boolean;
  /** Whether remote paths can be read back from locations. */
  readonly knowsOrigins: boolean;
}

export type DestinationCase = ContractCase<DestinationFixture>;

const VERSION = new Date("2025-01-01T18:31:00Z");

/** A file of source RMA1 below /L2/RMA1, of 5 bytes unless told otherwise. */
export function deliveryOf(name: string, fields: Partial<Delivery> = {}): Delivery {
  return {
    source: "RMA1",
    path: `/L2/RMA1/${name}`,
    root: "/L2/RMA1",
    observation: { observedAt: new Date("2025-01-01T18:30:20Z"), attributes: { field: "DBZH" } },
    size: 5,
    modifiedAt: VERSION,
    ...fields,
  };
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk.slice());
  return Buffer.concat(all).toString("latin1");
}

/** What was sent, whichever way it is kept. */
export function contentOf(destination: Destination, location: string): Promise<string> {
  return textOf(destination.read(location, destination.encodingOf(location)));
}

/** Size on disk: of what is kept as it was sent, its own. */
export function assertSize(delivered: Delivered, sent: number): void {
  if (delivered.encoding === undefined) assert.equal(delivered.size, sent);
  else assert.ok(delivered.size > 0, "a packed file has a size of its own");
}

/** Begins a file and writes a text, ready to be committed or given up. */
export async function begin(destination: Destination, what: Delivery, text: string): Promise<Incoming> {
  const incoming = await destination.begin(what);
  await incoming.write(bytes(text));
  return incoming;
}

export async function bring(destination: Destination, what: Delivery, text = "hello"): Promise<string> {
  const incoming = await begin(destination, what, text);
  return (await incoming.commit({ replace: false })).location;
}

export async function listed(destination: Destination): Promise<string[]> {
  const locations: string[] = [];
  for await (const location of destination.list()) locations.push(location);
  return locations.sort();
}

/** Rejects, or throws, with a `DaybookError` of this kind. */
export async function fails(action: () => unknown, kind: ErrorKind, what = "it"): Promise<void> {
  const error = await Promise.resolve()
    .then(action)
    .then(
      () => assert.fail(`expected ${what} to fail with kind ${kind}, but it succeeded`),
      (reason: unknown) => reason,
    );
  assert.ok(
    isDaybookError(error, kind),
    `expected a DaybookError of kind ${kind} of ${what}, got: ${String(error)}`,
  );
}
