import type { Found } from "../crawl/tree-walk.js";
import type { Destination } from "../destination/destination.js";
import { isDaybookError } from "../errors/daybook-error.js";
import type { PathLayout } from "../layout/path-layout.js";
import type { CheckFinding } from "./check-report.js";

interface Placed {
  readonly name: string;
  readonly layout: PathLayout;
  readonly destination?: Destination;
}

/** Whose files would land where, of those that checks have seen. */
export class TakenPlaces {
  readonly #taken = new Map<Destination, Map<string, { source: string; path: string }>>();

  /** What is wrong with the places of a source's files: two of them, or another source's, would share one. */
  take({ name: source, layout, destination }: Placed, files: readonly Found[]): CheckFinding[] {
    if (destination === undefined) return [];
    const taken = this.#taken.get(destination) ?? new Map<string, { source: string; path: string }>();
    this.#taken.set(destination, taken);
    const findings: CheckFinding[] = [];
    for (const { path, entry, observation } of files) {
      const place = locate(destination, {
        ...{ source, path, observation, root: layout.root ?? "/" },
        ...{ size: entry.size, modifiedAt: entry.modifiedAt },
      });
      if (place === undefined) continue;
      const owner = taken.get(place);
      if (owner === undefined) taken.set(place, { source, path });
      else if ((owner.path !== path || owner.source !== source) && findings.length === 0)
        findings.push({
          step: "places",
          outcome: "failed",
          detail: `${path} and ${owner.path}${owner.source === source ? "" : ` of ${owner.source}`} would have the same local place, ${place}`,
          advice:
            owner.source === source
              ? "add what tells them apart to the destination's layout"
              : "add {source} to the destination's layout",
        });
    }
    return findings;
  }
}

function locate(
  destination: Destination,
  delivery: Parameters<Destination["locate"]>[0],
): string | undefined {
  try {
    return destination.locate(delivery);
  } catch (error) {
    if (isDaybookError(error, "config")) return undefined;
    throw error;
  }
}
