export type { AlgorithmChange, AlgorithmOptions } from "./algorithms.js";
export type { ListingBounds } from "./border.js";
export type { Phase, WireFailure } from "./errors.js";
export { sftpErrorKind } from "./errors.js";
export type { HostKeyOptions, SftpTransportOptions, SshTarget } from "./options.js";
export { sftpTransport } from "./plugin.js";
export { SftpTransport } from "./sftp-transport.js";
