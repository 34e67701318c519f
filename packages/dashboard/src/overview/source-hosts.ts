import type { HostState } from "@daybook/core";

/** Why a host isn't asked. */
export interface OutageView {
  readonly kind: string;
  readonly detail: string;
  readonly since: Date;
  readonly nextTryAt: Date;
}

/** One of a source's several hosts. */
export interface SourceHostView extends Omit<HostState, "down"> {
  readonly down?: OutageView;
}

export function outageView({ error, since, nextTryAt }: NonNullable<HostState["down"]>): OutageView {
  return { kind: error.kind, detail: error.detail, since, nextTryAt };
}

export function sourceHostView({ endpoint, used, down }: HostState): SourceHostView {
  return { endpoint, used, ...(down && { down: outageView(down) }) };
}

/**
 * Hosts that are down while another of the same source is asked instead: data flows on, and somebody should look. None,
 * where another source stands still because of its host: that may be one of them.
 */
export function stoodInFor(
  sources: readonly { readonly flow: string; readonly hosts?: readonly SourceHostView[] }[],
): Map<string, string> {
  const instead = new Map<string, string>();
  if (sources.some(({ flow }) => flow === "down")) return instead;
  for (const { hosts } of sources) {
    const used = hosts?.find((host) => host.used);
    for (const { endpoint, down } of hosts ?? []) if (used && down) instead.set(endpoint, used.endpoint);
  }
  return instead;
}
