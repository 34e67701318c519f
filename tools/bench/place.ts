import { fileURLToPath } from "node:url";

/** The repository; this file is run from tools/bench/dist/tools/bench. */
export const ROOT = fileURLToPath(new URL("../../../../..", import.meta.url));
