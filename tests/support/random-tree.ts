import { RADAR_TEMPLATE, template } from "@daybook/core";
import { RemoteTree } from "@daybook/testing";
import fc from "fast-check";

export const HOURS = 8;
export const START = Date.UTC(2025, 0, 1, 20);
const HOUR = 3_600_000;

const hours = fc.uniqueArray(
  fc.record({
    hour: fc.nat(HOURS - 1),
    scans: fc.uniqueArray(fc.nat(3599), { maxLength: 4 }),
    fields: fc.uniqueArray(fc.constantFrom("DBZH", "VRAD", "ZDR"), { minLength: 1 }),
    sizes: fc.array(fc.oneof(fc.nat(3), fc.nat(5000), fc.nat(300_000)), { minLength: 4, maxLength: 4 }),
    /** Seconds between observation and publication. */
    lag: fc.nat(90_000),
    foreign: fc.uniqueArray(fc.constantFrom("notes.txt", "señal.tmp", "two words", "100%"), { maxLength: 2 }),
  }),
  { selector: ({ hour }) => hour, minLength: 3, maxLength: HOURS - 1 },
);

/**
 * A radar's tree over midnight, the same for the same seed: hours with files, hours without, hours whose folder isn't
 * there, and names that aren't ours.
 */
export function randomTree(seed: number): RemoteTree {
  const tree = new RemoteTree();
  const [sample] = fc.sample(hours, { seed, numRuns: 1 });
  for (const { hour, scans, fields, sizes, lag, foreign } of sample!) {
    const start = START + hour * HOUR;
    const folder = `/L2/RMA1/${new Date(start).toISOString().slice(0, 13).replace(/[-T]/g, "/")}`;
    tree.makeDirectory(folder);
    for (const name of foreign) tree.put(`${folder}/${name}`, name, new Date(start));
    for (const [i, second] of scans.entries())
      for (const field of fields) {
        const observedAt = new Date(start + second * 1000);
        const attributes = { radar: "RMA1", strategy: "0315", volume: "01", field };
        const bytes = Buffer.alloc(sizes[i]!, `${seed} ${field} ${second} `);
        const path = template(RADAR_TEMPLATE).format({ observedAt, attributes });
        tree.put(path, bytes, new Date(observedAt.getTime() + lag * 1000));
      }
  }
  return tree;
}
