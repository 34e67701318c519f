import type { NameCodec } from "@daybook/core";
import { nameCodec as codecOf } from "@daybook/core";
import iconv from "iconv-lite";

/** For names in UTF-8, or in any `encoding` that leaves ASCII as it is. Throws kind "config" for another. */
export function nameCodec(encoding = "utf8"): NameCodec {
  return codecOf(encoding, iconv);
}
