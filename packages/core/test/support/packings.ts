import * as zlib from "node:zlib";
import type { Encoding } from "@daybook/core";

type Sync = (bytes: Uint8Array | string) => Buffer;

/** A way to keep files, and Node's own tools to look at what was kept with. */
export interface Packing {
  readonly encoding: Encoding;
  readonly suffix: string;
  readonly pack: Sync;
  readonly unpack: Sync;
  /** Why it can't be tried here. */
  readonly missing?: string;
}

const absent: Sync = () => {
  throw new Error("this Node has no zstd");
};
const { zstdCompressSync = absent, zstdDecompressSync = absent } = zlib as {
  readonly zstdCompressSync?: Sync;
  readonly zstdDecompressSync?: Sync;
};

export const PACKINGS: readonly Packing[] = [
  { encoding: "gzip", suffix: ".gz", pack: zlib.gzipSync, unpack: zlib.gunzipSync },
  {
    encoding: "zstd",
    suffix: ".zst",
    pack: zstdCompressSync,
    unpack: zstdDecompressSync,
    ...(zstdCompressSync === absent && {
      missing: `Node ${process.versions.node} has no zstd: 22.15 and newer do`,
    }),
  },
];
