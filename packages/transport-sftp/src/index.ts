export type { Phase, WireFailure } from "./errors.js";
export { sftpErrorKind } from "./errors.js";
export type { HostKeyOptions, SftpTransportOptions, SshTarget } from "./options.js";
export { sftpTransport } from "./plugin.js";
export { SftpTransport } from "./sftp-transport.js";
