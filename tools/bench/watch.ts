import { cpuOf, peakMemoryOf, processTree } from "./processes.js";

const INTERVAL = 20;

/** Looks at a process and its children until it is stopped. */
export class Watch {
  readonly #root: number;
  readonly #cpu = new Map<number, number>();
  #peak = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#root = pid;
    this.#timer = setInterval(() => this.#look(), INTERVAL);
  }

  stop(): { readonly cpu: number; readonly peakMemory: number } {
    clearInterval(this.#timer);
    return {
      cpu: [...this.#cpu.values()].reduce((sum, seconds) => sum + seconds, 0),
      peakMemory: this.#peak,
    };
  }

  #look(): void {
    let memory = 0;
    for (const pid of processTree(this.#root)) {
      if (pid === this.#root) continue; // The shell that takes the time.
      this.#cpu.set(pid, Math.max(cpuOf(pid), this.#cpu.get(pid) ?? 0));
      memory += peakMemoryOf(pid);
    }
    this.#peak = Math.max(this.#peak, memory);
  }
}
