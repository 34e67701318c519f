import type { Fence } from "@daybook/core";
import { leaseLost } from "@daybook/core";
import type { Session } from "../connection/session.js";
import { holdLease } from "../sql/leases.js";

/** Throws where one isn't held any more. In the order of their names, before anything else is locked. */
export async function holdFences(session: Session, schema: string, fences: readonly Fence[]): Promise<void> {
  const sorted = [...fences].sort((a, b) => (a.lease < b.lease ? -1 : 1));
  for (const fence of sorted) {
    const held = await session.rows(holdLease(schema), [fence.lease, fence.holder]);
    if (held.length === 0) throw leaseLost(fence);
  }
}
