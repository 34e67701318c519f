import { randomUUID } from "node:crypto";
import { isRunning } from "../store/is-running.js";
import { shortened, thisMachine, type Machine } from "./machine.js";

const NO_MACHINE = "unknown";

/**
 * Who holds a lease, readable by people: "radar-host process 4711 (a1b2c3d4 e5f6a7b8 c9d0e1f2 a3b4c5d6)". In brackets: the
 * machine, its boot, what its process numbers count in, and a mark of its own.
 */
export function thisHolder(machine = thisMachine()): string {
  const { id, boot, processes } = marksOf(machine);
  const mark = randomUUID().slice(0, 8);
  return `${machine.host} process ${process.pid} (${id} ${boot} ${processes} ${mark})`;
}

/**
 * Whether a holder is surely gone: a process of this very machine that doesn't run any more, or one of an earlier boot.
 * Two machines that can't be told apart may each take the other for gone; then the fence on what they record decides.
 */
export function isDead(holder: string, machine = thisMachine()): boolean {
  const found = /^(.*) process (\d+) \((\w+) ([0-9a-f]{8}) ([0-9a-f]{8}) [0-9a-f]{8}\)$/.exec(holder);
  if (found === null || found[1] !== machine.host) return false;
  const [, , pid, id, boot, processes] = found;
  const here = marksOf(machine);
  if (boot !== here.boot) return id !== NO_MACHINE && id === here.id;
  return processes === here.processes && !isRunning(Number(pid));
}

function marksOf({ host, id, boot, processes }: Machine): { id: string; boot: string; processes: string } {
  return {
    id: id === undefined ? NO_MACHINE : shortened(`${host}\n${id}`),
    boot: shortened(`${host}\n${boot}`),
    processes: shortened(`${boot}\n${processes}`),
  };
}
