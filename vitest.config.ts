import { defineConfig } from "vitest/config";

// Tests import packages by name, so what they see is what a user installs: the built files behind each
// package's exports. `npm test` builds first.
export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "tests/**/*.test.ts", "examples/test/**/*.test.ts"],
    benchmark: { include: ["tools/bench/micro/*.bench.ts"] },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
