import { cpuOf, peakMemoryOf, processTree, waitedCpuOf } from "./processes.js";

/** ms between looks: short at first, for what is over soon. A look costs a millisecond of CPU. */
const FIRST = 10;
const LONGEST = 50;

export interface Seen {
  /** Seconds of CPU of what the watched program started. */
  readonly cpu: number;
  readonly serverCpu: number;
  /** Bytes; the sum of the processes' own peaks. */
  readonly peakMemory: number;
}

/** Looks at a program and at the servers, with all they start, until it is stopped. */
export class Watch {
  readonly #servers: readonly number[];
  readonly #clientCpu = new Map<number, number>();
  readonly #serverCpu = new Map<number, number>();
  readonly #before: { readonly each: ReadonlyMap<number, number>; readonly waited: number };
  #peak = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(servers: readonly number[]) {
    this.#servers = servers;
    const each = new Map(servers.flatMap(processTree).map((pid) => [pid, cpuOf(pid)]));
    this.#before = { each, waited: this.#waited() };
  }

  /** `shell` is what takes the time of the program and doesn't count itself. */
  start(shell: number): void {
    const lookAfter = (wait: number) => {
      this.#timer = setTimeout(() => {
        this.#look(shell);
        lookAfter(Math.min(LONGEST, wait * 1.2));
      }, wait);
    };
    lookAfter(FIRST);
  }

  stop(): Seen {
    clearTimeout(this.#timer);
    this.#lookAtServers();
    const born = [...this.#serverCpu].map(([pid, cpu]) => cpu - (this.#before.each.get(pid) ?? 0));
    return {
      cpu: sum(this.#clientCpu.values()),
      // Not every server waits for what it has started: then it is what was seen.
      serverCpu: Math.max(sum(born), this.#waited() - this.#before.waited),
      peakMemory: this.#peak,
    };
  }

  #look(shell: number): void {
    const processes = processTree(shell).slice(1);
    for (const pid of processes) keep(this.#clientCpu, pid);
    this.#peak = Math.max(this.#peak, sum(processes.map(peakMemoryOf)));
    this.#lookAtServers();
  }

  #lookAtServers(): void {
    for (const pid of this.#servers.flatMap(processTree)) keep(this.#serverCpu, pid);
  }

  #waited(): number {
    return sum(this.#servers.flatMap(processTree).map(waitedCpuOf));
  }
}

/** One that has ended keeps what it had. */
function keep(cpu: Map<number, number>, pid: number): void {
  cpu.set(pid, Math.max(cpuOf(pid), cpu.get(pid) ?? 0));
}

const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
