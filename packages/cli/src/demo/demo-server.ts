import { asDaybookError, DaybookError } from "@daybook/core";
import { findModule } from "../config/find-module.js";
import type { DemoFile, DemoScenario } from "./scenario.js";

/** What is used of @daybook/testing, which is only there where demonstrations are wanted. */
interface TestingModule {
  RemoteTree: new () => Tree;
  FtpServer: {
    start(options: { tree: Tree; users: Readonly<Record<string, string>> }): Promise<FtpServer>;
  };
}

interface Tree {
  put(path: string, bytes: Uint8Array, modifiedAt?: Date): void;
}

interface FtpServer {
  readonly port: number;
  readonly commands: readonly string[];
  close(): Promise<void>;
}

const LATE_BY_MS = 2500;
const LOOK_EVERY_MS = 50;

/** A real FTP server on the loopback interface that holds a scenario. Close it when done. */
export class DemoServer {
  readonly #server: FtpServer;
  readonly #tree: Tree;
  readonly #scenario: DemoScenario;
  #watch: NodeJS.Timeout | undefined;
  #late: NodeJS.Timeout | undefined;

  private constructor(server: FtpServer, tree: Tree, scenario: DemoScenario) {
    this.#server = server;
    this.#tree = tree;
    this.#scenario = scenario;
  }

  static async start(scenario: DemoScenario, password: string): Promise<DemoServer> {
    const { RemoteTree, FtpServer } = await loadTesting();
    const tree = new RemoteTree();
    for (const file of [...scenario.files, scenario.damaged]) put(tree, file);
    const server = await FtpServer.start({ tree, users: { demo: password } });
    return new DemoServer(server, tree, scenario);
  }

  get port(): number {
    return this.#server.port;
  }

  /** Puts the late file there some seconds after its hour was listed for the first time. */
  sendLateFile(onSent: () => void): void {
    const { late } = this.#scenario;
    this.#watch = setInterval(() => {
      if (!this.#server.commands.some((command) => command.includes(late.slot))) return;
      clearInterval(this.#watch);
      this.#late = setTimeout(() => {
        this.#tree.put(late.path, late.bytes, new Date());
        onSent();
      }, LATE_BY_MS);
    }, LOOK_EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    clearTimeout(this.#late);
    await this.#server.close();
  }
}

function put(tree: Tree, { path, bytes, observedAt }: DemoFile): void {
  tree.put(path, bytes, new Date(Math.min(observedAt.getTime() + 60_000, Date.now())));
}

async function loadTesting(): Promise<TestingModule> {
  const name = "@daybook/testing";
  const url = findModule(name, process.cwd());
  if (url === undefined) {
    throw new DaybookError("config", `the demo's server is in a package of its own: npm install ${name}`);
  }
  try {
    return (await import(url)) as TestingModule;
  } catch (error) {
    throw asDaybookError(error, "config");
  }
}
