import type { Duplex } from "node:stream";
import * as zlib from "node:zlib";
import { DaybookError } from "../errors/daybook-error.js";

/** How files are kept smaller than they were sent. */
export type Encoding = "gzip" | "zstd";

/** One way to pack bytes. What it makes works off the event loop. */
export interface Codec {
  readonly encoding: Encoding;
  /** What a packed file's name ends with; of any case. */
  readonly suffix: string;
  /** `stored`: what was packed before is only wrapped. The same bytes always come out the same. */
  pack(options: { readonly stored: boolean }): Duplex;
  unpack(): Duplex;
}

const gzip: Codec = {
  encoding: "gzip",
  suffix: ".gz",
  // Node leaves the header's time at 0.
  pack: ({ stored }) => zlib.createGzip({ level: stored ? 0 : 6 }),
  unpack: () => zlib.createGunzip(),
};

/** The part of Node's zlib that Node 20 doesn't have, nor its types. */
interface ZstdZlib {
  readonly createZstdCompress?: (options: object) => Duplex;
  readonly createZstdDecompress?: () => Duplex;
}

const zstd: Codec = {
  encoding: "zstd",
  suffix: ".zst",
  pack: () => {
    const { ZSTD_c_checksumFlag: checksum } = zlib.constants as unknown as Record<string, number>;
    return available((zlib as ZstdZlib).createZstdCompress)({ params: { [checksum!]: 1 } });
  },
  unpack: () => available((zlib as ZstdZlib).createZstdDecompress)(),
};

const CODECS: Readonly<Record<string, Codec>> = { gzip, zstd };

/** Throws kind "unsupported" for what this Node can't do, or nobody knows. */
export function codecOf(encoding: string): Codec {
  const codec = Object.hasOwn(CODECS, encoding) ? CODECS[encoding] : undefined;
  if (codec === undefined)
    throw new DaybookError("unsupported", `nothing here can unpack ${encoding}: update Daybook`);
  if (codec === zstd) available((zlib as ZstdZlib).createZstdCompress);
  return codec;
}

function available<T>(make: T | undefined): T {
  if (make !== undefined) return make;
  throw new DaybookError(
    "unsupported",
    `zstd needs Node 22.15 or newer, and this is ${process.versions.node}: use that, or compress: gzip`,
  );
}
