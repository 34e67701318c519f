import type { Days, DaySlot, DelayReport, Files, Overview, Story, Transfer } from "./types.js";

type Query = Readonly<Record<string, string | undefined>>;

/** The server's answer to one question; without a session the browser is sent to log in. */
async function ask<T>(path: string, query: Query = {}): Promise<T> {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const search = new URLSearchParams(given).toString();
  return read<T>(await fetch(`/api/v1/${path}${search && `?${search}`}`));
}

async function read<T>(response: Response): Promise<T> {
  if (response.status === 401) location.assign("/login");
  const body = (await response.json()) as T & { error?: { message: string } };
  if (!response.ok) throw new Error(body.error?.message ?? `the server answered ${response.status}`);
  return body;
}

const of = (source: string) => `sources/${encodeURIComponent(source)}`;

export const api = {
  overview: () => ask<Overview>("overview"),
  availability: async (source?: string, from?: string, to?: string) =>
    (await ask<{ sources: Days[] }>("availability", { source, from, to })).sources,
  day: async (source: string, date: string) =>
    (await ask<{ slots: DaySlot[] }>(`${of(source)}/days/${date}`)).slots,
  files: (source: string, slot: string, cursor?: string) =>
    ask<Files>(`${of(source)}/files`, { slot, cursor, limit: "200" }),
  explain: (source: string, path: string) => ask<Story>(`${of(source)}/explain`, { path }),
  delays: (source: string) => ask<DelayReport>(`${of(source)}/delays`),
  retry: async (source: string, path: string) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ source, paths: [path] });
    return read<{ files: number; slots: number }>(
      await fetch("/api/v1/retry", { method: "POST", headers, body }),
    );
  },
};

export type Changed = Readonly<Record<string, readonly [first: string, last: string] | null>>;

/** What the server tells by itself. The browser connects again when it was cut off. */
export function listen(on: {
  transfers: (all: Transfer[]) => void;
  changed: (sources: Changed) => void;
  connected: (is: boolean) => void;
}): void {
  const events = new EventSource("/api/v1/events");
  events.addEventListener("open", () => on.connected(true));
  events.addEventListener("error", () => on.connected(false));
  const hear = <T>(name: string, take: (data: T) => void) =>
    events.addEventListener(name, ({ data }: MessageEvent<string>) => take(JSON.parse(data) as T));
  hear<Transfer[]>("transfers", on.transfers);
  hear<{ sources: Changed }>("changed", ({ sources }) => on.changed(sources));
}
