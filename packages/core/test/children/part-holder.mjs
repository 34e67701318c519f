// Begins a file below the folder it is told, says so, and goes on when it is told to.
import { createInterface } from "node:readline";
import { LocalDestination } from "@daybook/core";

const destination = new LocalDestination({ path: process.argv[2] });
const incoming = await destination.begin(JSON.parse(process.argv[3], revive));
await incoming.write(new TextEncoder().encode(process.argv[4]));
await incoming.abort({ keep: true });
const again = await destination.begin(JSON.parse(process.argv[3], revive));
for await (const _ of again.readKept());
console.log("begun");

for await (const line of createInterface({ input: process.stdin })) {
  if (line === "restart") await again.restart();
  else await again.write(new TextEncoder().encode(line));
  const outcome = await again.commit({ replace: false }).then(
    () => "committed",
    (error) => error.kind,
  );
  console.log(outcome);
}

function revive(key, value) {
  return key === "modifiedAt" ? new Date(value) : value;
}
