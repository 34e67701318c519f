export { errorKind } from "./errors.js";
export type { AcmeOptions, AcmeTransportOptions } from "./options.js";
export * from "./acme-transport.js";
export * from "./plugin.js";
