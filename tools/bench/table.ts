import type { Row, Spread } from "./summarize.js";

/** A Markdown table that reads well as it is. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

const range = ({ median, min, max }: Spread, digits: number) =>
  min === max
    ? median.toFixed(digits)
    : `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;

const note = ({ problems }: Row) => (problems.length > 0 ? problems.join("; ").replaceAll("|", "\\|") : "");

export function timesTable(rows: readonly Row[], files: number): string {
  const extra = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  return markdown(
    [
      ...["peer", "wall s", "× reference", "CPU s", "server CPU s", "peak MB", "files/s", "other cores"],
      ...extra,
      "wrong",
    ],
    rows.map((row) => [
      row.peer,
      range(row.wall, 2),
      row.ratio ? range(row.ratio, 2) : "",
      row.cpu.median.toFixed(2),
      row.serverCpu.median.toFixed(2),
      (row.peakMemory.median / 1e6).toFixed(0),
      (files / row.wall.median).toFixed(0),
      row.otherCores.median.toFixed(2),
      ...extra.map((name) => (row.figures[name] ? range(row.figures[name], 1) : "")),
      note(row),
    ]),
  );
}

export function commandsTable(rows: readonly Row[], files: number): string {
  return markdown(
    ["peer", "connections", "commands", "per file", "which", "wrong"],
    rows
      .filter((row) => row.commands !== undefined)
      .sort((a, b) => a.commands!.total - b.commands!.total)
      .map((row) => {
        const { connections, total, byVerb } = row.commands!;
        const which = Object.entries(byVerb).map(([verb, count]) => `${verb} ${count}`);
        const perFile = (total / files).toFixed(2);
        return [row.peer, String(connections), String(total), perFile, which.join(", "), note(row)];
      }),
  );
}
