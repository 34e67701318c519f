export * from "./kits/contract-case.js";
export * from "./remote-tree.js";
export * from "./memory-transport/faults.js";
export * from "./memory-transport/memory-transport.js";
export * from "./memory-transport/plugin.js";
