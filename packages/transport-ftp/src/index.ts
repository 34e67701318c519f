export { errorKind } from "./errors.js";
export type { WireError } from "./errors.js";
export type { FtpOptions, FtpTlsOptions, FtpTransportOptions } from "./options.js";
export * from "./ftp-transport.js";
export * from "./plugin.js";
