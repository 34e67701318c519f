export * from "./foreign-database.js";
export * from "./options.js";
export * from "./plugin.js";
export * from "./sqlite-store.js";
