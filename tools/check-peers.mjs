// Fails where one workspace asks for a version of another that it hasn't got: `lerna version` leaves peer ranges alone,
// so one that has gone stale would be noticed by users first.

import semver from "semver";
import { workspaces } from "./workspace.mjs";

const all = workspaces();
const versions = new Map(all.map(({ manifest }) => [manifest.name, manifest.version]));
const stale = all.flatMap(({ folder, manifest }) =>
  ["dependencies", "peerDependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {})
      .filter(([name, range]) => versions.has(name) && !semver.satisfies(versions.get(name), range))
      .map(
        ([name, range]) => `${folder}: ${kind} ask for ${name} ${range}, which is ${versions.get(name)} now`,
      ),
  ),
);
for (const line of stale) console.error(line);
if (stale.length > 0) process.exit(1);
console.log(`${all.length} workspaces ask for each other's current versions`);
