/** What a configuration is written from. */
export interface Answers {
  readonly use: "ftp" | "sftp";
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  /** A variable's name, or a file's path: a password is never written into the configuration itself. */
  readonly password?: { readonly env: string } | { readonly file: string };
  readonly layout: string;
  readonly constants: Readonly<Record<string, readonly string[]>>;
  /** What of the layout was guessed, and what it costs. */
  readonly remarks: readonly string[];
  readonly name: string;
  readonly start: string;
  readonly end?: string;
  readonly destination: string;
  readonly state: string;
  readonly inspect: readonly string[];
}
