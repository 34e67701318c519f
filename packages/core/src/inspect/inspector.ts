import type { Observation } from "../layout/path-layout.js";

/** Sees one file's bytes as they stream past; made anew for every file. */
export interface Inspection {
  /**
   * Throws a `DaybookError` of kind "bad-content" as soon as the bytes can't be right. The chunk's memory is used again
   * afterwards: what is to be looked at later has to be copied.
   */
  update(chunk: Uint8Array): void;
  /** The end: throws as above if the file isn't whole. */
  end(): void;
}

/** A check of content. */
export interface Inspector {
  readonly name: string;
  /** True where a file that passes is surely whole, so that it need not wait until it is stable. */
  readonly provesEnd: boolean;
  inspect(path: string, observation: Observation): Inspection;
}
