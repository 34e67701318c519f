import { dirname, resolve } from "node:path";
import { DaybookError } from "@daybook/core";
import type { Daybook, Observer } from "@daybook/core";
import type { KeyPath } from "../config/problem.js";
import { readSecretFiles, type SecretFailure } from "../config/secret-files.js";
import type { ServeConfig } from "../config/schema/serve.js";
import type { Secrets } from "../secrets.js";
import { loadDashboard, type DashboardModule } from "./dashboard-module.js";

const PATH: KeyPath = ["serve"];

/** The dashboard of one configuration, from before its application is made until after it is over. */
export class Serving {
  /** To be handed to the application. */
  readonly observer: Observer;
  readonly #module: DashboardModule;
  readonly #directory: string;
  readonly #secrets: Secrets;
  readonly #say: (line: string) => void;
  #dashboard: InstanceType<DashboardModule["Dashboard"]> | undefined;

  private constructor(
    module: DashboardModule,
    directory: string,
    secrets: Secrets,
    say: (line: string) => void,
  ) {
    this.#module = module;
    this.#directory = directory;
    this.#secrets = secrets;
    this.#say = say;
    this.observer = new module.LiveState();
  }

  /** Rejects with kind "config" where the package isn't installed. `secrets` learns the token. */
  static async prepare(config: string, secrets: Secrets, say: (line: string) => void): Promise<Serving> {
    const directory = dirname(resolve(config));
    return new Serving(await loadDashboard(directory), directory, secrets, say);
  }

  /** Begins to listen, where the command line says or else the configuration; returns the page's address. */
  async start(daybook: Daybook, settings: ServeConfig | undefined, address?: string): Promise<string> {
    const failures: SecretFailure[] = [];
    const { token } = await readSecretFiles(settings ?? {}, this.#directory, PATH, failures);
    for (const { path, message } of failures)
      throw new DaybookError("config", `${path.join(".")}: ${message}`);
    if (typeof token === "string") this.#secrets.add(token);
    this.#dashboard = new this.#module.Dashboard({
      daybook,
      live: this.observer,
      address: address ?? settings?.address,
      token: token as string | undefined,
      names: settings?.hosts,
      writable: settings?.writable,
      onError: (error) => this.#say(`dashboard: ${error instanceof Error ? error.message : String(error)}`),
    });
    return this.#dashboard.listen();
  }

  /** Resolves once the ledger has been read; rejects with what is wrong with it. */
  async ready(): Promise<void> {
    await this.#dashboard?.ready();
  }

  async close(): Promise<void> {
    await this.#dashboard?.close();
  }
}
