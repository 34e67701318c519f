import {
  codecOf,
  CompressedDestination,
  DaybookError,
  flat,
  LocalDestination,
  type Delivery,
  type LocalFs,
} from "@daybook/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collect, HOUR, Mirror, put, radarPath, type MirrorOptions } from "./support/mirror.js";
import { PACKINGS } from "./support/packings.js";

const DAY = 24 * HOUR;
const A = radarPath("2025-01-01T00:05:10Z");
const home = (path: string) => path.replace("/L2/", "/home/");
const SMALL = "small ".repeat(1000);
/** Larger than what is packed from memory. */
const LARGE = Array.from({ length: 35_000 }, (_, i) => `${i * 7919} `).join("");

const bytesAt = (mirror: Mirror, path: string) => mirror.volume.readFileSync(path) as Buffer;

const verify = (mirror: Mirror, repair = false) => collect(mirror.daybook.verify({ repair }));

for (const { encoding, suffix, pack, unpack, missing } of PACKINGS) {
  if (missing !== undefined) console.warn(`skipped: files kept as ${suffix}: ${missing}`);

  describe.skipIf(missing !== undefined)(`with ${encoding}`, () => {
    /** What is home, unpacked; throws where something is damaged. */
    function unpacked(mirror: Mirror): Record<string, string> {
      return Object.fromEntries(
        Object.keys(mirror.home()).map((path) => {
          const bytes = bytesAt(mirror, `/home/${path}`);
          return path.endsWith(suffix)
            ? [path.slice(0, -suffix.length), unpack(bytes).toString()]
            : [path, bytes.toString()];
        }),
      );
    }

    async function mirrored(options: MirrorOptions = {}): Promise<Mirror> {
      const mirror = new Mirror({ compress: encoding, source: { end: "2025-01-01T02:00:00Z" }, ...options });
      put(mirror, "2025-01-01T00:05:10Z", SMALL);
      put(mirror, "2025-01-01T01:05:10Z", LARGE);
      await mirror.run();
      return mirror;
    }

    describe("a packed file", () => {
      it(`lands as ${suffix}, and the ledger has what was sent and what is on disk`, async () => {
        const mirror = await mirrored();
        expect(unpacked(mirror)).toEqual(mirror.remote());
        const plain = await mirrored({ compress: undefined });
        for (const [i, file] of (await mirror.files()).entries()) {
          const { size, sha256, location } = (await plain.files())[i]!;
          expect(file).toMatchObject({ size, sha256, location: `${location}${suffix}`, encoding });
          const { mtime, size: onDisk } = mirror.volume.statSync(`/home/${file.location!}`);
          expect([file.storedSize, file.modifiedAt]).toEqual([onDisk, mtime]);
        }
        expect(mirror.parts()).toEqual([]);
        const [told] = await mirror.daybook.explain(`${home(A)}${suffix}`);
        expect(told).toMatchObject({
          path: A,
          story: expect.arrayContaining([
            expect.stringMatching(new RegExp(`^It is kept as ${encoding}, in \\d+ bytes\\.$`)),
          ]),
        });
      });

      it("is the same, byte for byte, whenever it is made", async () => {
        const [one, two] = [await mirrored(), await mirrored({ now: "2026-02-03T04:05:06Z" })];
        expect(one.home()).toEqual(two.home());
        // The time in gzip's header.
        if (encoding === "gzip")
          expect([...bytesAt(one, `${home(A)}${suffix}`).subarray(4, 8)]).toEqual([0, 0, 0, 0]);
      });

      it("is checked by what was sent, and fetched again where it is damaged, cut or longer", async () => {
        const mirror = await mirrored();
        expect(await verify(mirror)).toEqual([]);
        const at = `${home(A)}${suffix}`;
        const good = bytesAt(mirror, at);
        const flipped = Buffer.from(good);
        flipped[good.length >> 1]! ^= 255;
        const other = pack(Buffer.from(SMALL.replace("small", "SMALL")));
        const padded = Buffer.concat([good, Buffer.alloc(3)]);
        for (const bad of [flipped, good.subarray(0, -5), padded, other, Buffer.from("not packed")]) {
          mirror.volume.writeFileSync(at, bad);
          expect(await verify(mirror)).toMatchObject([{ kind: "damaged", path: A }]);
          await verify(mirror, true);
          await mirror.run();
          expect(bytesAt(mirror, at)).toEqual(good);
        }
        mirror.volume.unlinkSync(at);
        expect(await verify(mirror, true)).toMatchObject([{ kind: "lost", path: A }]);
        await mirror.run();
        expect(await verify(mirror)).toEqual([]);
        mirror.volume.writeFileSync(at.replace("_DBZH_", "_ZDR_"), "a stranger");
        expect(await verify(mirror)).toMatchObject([{ kind: "unrecorded" }]);
      });

      it("replaces an older version at its place", async () => {
        const mirror = await mirrored();
        put(mirror, "2025-01-01T00:05:10Z", "newer");
        await mirror.daybook.retry({ paths: [A.match(/.*\/00/)![0]] });
        await mirror.run();
        expect(unpacked(mirror)).toEqual(mirror.remote());
        expect((await mirror.files())[0]).toMatchObject({ version: 2, size: 5 });
      });

      it("is let go like any other", async () => {
        const mirror = await mirrored();
        mirror.restart({ source: { keep: 10 * DAY } });
        await mirror.run();
        expect(mirror.home()).toEqual({});
        const [file] = await mirror.files();
        expect(file).toMatchObject({ status: "expired", size: SMALL.length });
        expect([file!.encoding, file!.storedSize]).toEqual([undefined, undefined]);
      });

      it("that was read in part is continued byte by byte", async () => {
        let cuts = 1;
        const mirror = await mirrored({
          faults: { onRead: (path) => (path !== A && cuts-- > 0 ? { dropAfter: 200_000 } : undefined) },
        });
        expect(unpacked(mirror)).toEqual(mirror.remote());
        const starts = mirror.transport.calls.read.filter(({ path }) => path !== A).map(({ start }) => start);
        expect(starts).toHaveLength(2);
        expect(starts[1]).toBeGreaterThan(100_000);
        expect(mirror.parts()).toEqual([]);
      });

      it("whose name would get too long is given up with the reason", async () => {
        const mirror = new Mirror({ compress: encoding, source: { end: "2025-01-01T01:00:00Z" } });
        const field = "F".repeat(255 - A.slice(A.lastIndexOf("/") + 1).length + "DBZH".length);
        put(mirror, "2025-01-01T00:05:10Z", "x", field);
        await mirror.run();
        expect(await mirror.files()).toMatchObject([
          { status: "quarantined", reason: expect.stringMatching(/longer than 255 bytes/) },
        ]);
      });
    });

    describe("where files lie that were kept otherwise", () => {
      it("they stay as they are when packing is turned on, and new versions with them", async () => {
        const mirror = await mirrored({ compress: undefined });
        mirror.restart({ compress: encoding });
        expect(await verify(mirror)).toEqual([]);
        put(mirror, "2025-01-01T00:05:10Z", "newer");
        await mirror.daybook.retry({ paths: [A.match(/.*\/00/)![0]] });
        await mirror.run();
        expect(mirror.home()).toEqual(mirror.remote());
        expect(await verify(mirror)).toEqual([]);
      });

      it("packed ones are checked and let go when packing is turned off", async () => {
        const mirror = await mirrored();
        mirror.restart({ compress: "none" });
        expect(await verify(mirror)).toEqual([]);
        await mirror.run();
        expect(mirror.transport.calls.read).toHaveLength(2);
        mirror.restart({ compress: "none", source: { keep: 10 * DAY } });
        await mirror.run();
        expect(mirror.home()).toEqual({});
      });
    });

    describe("a program that is killed at any step of the disk", () => {
      /** A disk that does nothing any more after so many steps. */
      function mortal(fs: LocalFs, steps: number): { fs: LocalFs; dead: () => boolean } {
        let left = steps;
        const STEPS =
          /^(open|write|ftruncate|futimes|rename|unlink|mkdir|rmdir)Sync$|^(write|fsync|fdatasync|unlink)$/;
        const killed = () => Object.assign(new Error("killed"), { code: "EIO" });
        const proxy = new Proxy(fs, {
          get(target, key: keyof LocalFs & string) {
            const own = target[key] as (...args: unknown[]) => unknown;
            if (!STEPS.test(key)) return own;
            return (...args: unknown[]) => {
              if (left-- > 0) return own.apply(target, args);
              const done = args.at(-1);
              if (key.endsWith("Sync") || typeof done !== "function") throw killed();
              done(killed());
            };
          },
        });
        return { fs: proxy, dead: () => left < 0 };
      }

      it(
        "leaves no bad file under a final name, and the next one finishes",
        { timeout: 60_000 },
        async () => {
          let survived = false;
          for (let steps = 5; !survived; steps++) {
            const mirror = new Mirror({
              compress: encoding,
              source: { end: "2025-01-01T01:00:00Z", maxAttempts: 2 },
            });
            put(mirror, "2025-01-01T00:05:10Z", LARGE);
            const disk = mortal(mirror.fs, steps);
            mirror.restart({ fs: disk.fs });
            await mirror.run({ once: true });
            survived = !disk.dead();
            const remote = mirror.remote();
            for (const [path, content] of Object.entries(unpacked(mirror)))
              expect(content).toBe(remote[path]);
            mirror.restart();
            await mirror.daybook.retry();
            expect([steps, (await mirror.run()).outcome]).toEqual([steps, "complete"]);
            expect(unpacked(mirror)).toEqual(remote);
            expect(await verify(mirror)).toEqual([]);
          }
        },
      );

      it("between the name and the ledger is followed by one that finds the file", async () => {
        const mirror = new Mirror({ compress: encoding, source: { end: "2025-01-01T02:00:00Z" } });
        put(mirror, "2025-01-01T00:05:10Z", SMALL);
        put(mirror, "2025-01-01T01:05:10Z", LARGE);
        const store = new Proxy(mirror.store, {
          get: (inner, key: keyof typeof mirror.store) => {
            const own = inner[key] as unknown;
            if (key !== "record") return typeof own === "function" ? (own.bind(inner) as unknown) : own;
            return async (changes: Parameters<typeof inner.record>[0]) => {
              if (changes.some((change) => change.kind === "file" && change.file.status === "stored"))
                throw new DaybookError("store", "killed");
              return inner.record(changes);
            };
          },
        });
        mirror.restart({ store });
        expect((await mirror.run()).outcome).toBe("failed");
        const named = Object.keys(mirror.home()).length;
        expect(named).toBeGreaterThan(0);
        const before = mirror.transport.calls.read.length;
        mirror.restart();
        expect((await mirror.run()).outcome).toBe("complete");
        expect(mirror.of("file-stored").filter(({ adopted }) => adopted)).toHaveLength(named);
        expect(mirror.transport.calls.read.length - before).toBe(2 - named);
        expect(await verify(mirror)).toEqual([]);
      });
    });

    describe("places of packed files", () => {
      const destination = () =>
        new CompressedDestination({
          destination: new LocalDestination({ path: "/home" }),
          codec: codecOf(encoding),
        });
      const delivery = (path: string): Delivery => ({
        source: "S",
        path,
        root: "/data",
        observation: { attributes: {} },
      });
      const place = (path: string) => destination().locate(delivery(path));

      it("say whether the name tells of packing already", () => {
        const upper = suffix.toUpperCase();
        expect(["x", "x.bz2", `x${suffix}`, `X${upper}`].map((name) => place(`/data/${name}`))).toEqual([
          `S/x${suffix}`,
          "S/x.bz2",
          `S/x${suffix}${suffix}`,
          `S/X${upper}${suffix}`,
        ]);
        expect(destination().encodingOf("S/x.bz2")).toBeUndefined();
      });

      it("can be read back, and no two files share one", () => {
        const name = fc
          .array(fc.constantFrom("x", "y", ".gz", ".GZ", ".bz2", ".zst", ".ZST", ".v1", ".tar", ".", "-"), {
            minLength: 1,
            maxLength: 5,
          })
          // A name that ends like a later version is read back as its file; that is so without packing too.
          .map((parts) => `a${parts.join("")}`)
          .filter((text) => !/\.v\d+$/.test(text));
        fc.assert(
          fc.property(name, name, (one, two) => {
            const at = place(`/data/${one}`);
            expect(destination().origin(at, "S", "/data")).toBe(`/data/${one}`);
            if (one !== two) expect(place(`/data/${two}`)).not.toBe(at);
            const version = destination().locate({ ...delivery(`/data/${one}`), keepAs: 2 });
            expect(version).not.toBe(at);
            expect(destination().origin(version, "S", "/data")).toBe(`/data/${one}`);
          }),
        );
      });

      it("hold both of two files one of which has the other's packed name", async () => {
        const source = { layout: flat("/incoming", "*"), end: undefined };
        const mirror = new Mirror({ compress: encoding, source });
        const old = new Date("2025-01-02T00:00:00Z");
        mirror.tree.put("/incoming/x", "plain", old);
        mirror.tree.put(`/incoming/x${suffix}`, pack("packed"), old);
        await mirror.run({ once: true });
        expect(Object.keys(mirror.home()).sort()).toEqual([`RMA1/x${suffix}`, `RMA1/x${suffix}${suffix}`]);
        expect(unpack(bytesAt(mirror, `/home/RMA1/x${suffix}`)).toString()).toBe("plain");
        const twice = unpack(bytesAt(mirror, `/home/RMA1/x${suffix}${suffix}`));
        expect(unpack(twice).toString()).toBe("packed");
        expect(await verify(mirror)).toEqual([]);
      });
    });
  });
}

it("an encoding that this Node can't do is refused with what to do", () => {
  const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];
  const able = major > 22 || (major === 22 && minor >= 15);
  if (able) expect(codecOf("zstd").suffix).toBe(".zst");
  else expect(() => codecOf("zstd")).toThrow(/needs Node 22.15 or newer.*compress: gzip/);
});
