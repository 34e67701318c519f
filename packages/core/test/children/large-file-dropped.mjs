// A program whose only large file is cut off: once it has closed everything it ends by itself.
// Usage: large-file-dropped.mjs <folder>
import { createDaybook, localDestination, memoryStore, template } from "@daybook/core";
import { memoryTransport, RemoteTree } from "@daybook/testing";

const MIB = 1024 * 1024;
const tree = new RemoteTree();
tree.put(
  "/a/2025/01/01/00/x_20250101T000500Z.dat",
  Buffer.alloc(3 * MIB, "x"),
  new Date("2025-01-01T00:06:00Z"),
);
const daybook = createDaybook({
  plugins: [memoryStore(), localDestination({ path: process.argv[2], sync: false })],
  sources: [
    {
      name: "S",
      plugins: [memoryTransport({ tree, faults: { onRead: () => ({ dropAfter: 2 * MIB }) } })],
      layout: template("/a/{yyyy}/{MM}/{dd}/{HH}/x_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.dat"),
      start: "2025-01-01T00:00:00Z",
      end: "2025-01-01T01:00:00Z",
    },
  ],
});
const { outcome } = await daybook.run({ once: true });
await daybook.close();
console.log(outcome);
