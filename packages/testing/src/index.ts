export * from "./kits/contract-case.js";
