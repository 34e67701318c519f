import { asDaybookError, flat, rooted, selectBy } from "@daybook/core";
import type {
  DaybookOptions,
  Hook,
  PathLayout,
  Plugin,
  SelectSpec,
  SourceOptions,
  Transport,
} from "@daybook/core";
import { adapterModule } from "./adapter-module.js";
import { importFactory } from "./adapter-factory.js";
import { inConfigWords } from "./config-words.js";
import { expectOf } from "./expect.js";
import { boundTemplate } from "./bound-template.js";
import type { AdapterContext, AdapterFactory } from "./adapter-factory.js";
import type { AdapterChoice, CheckedConfig, CheckedSource } from "./checked-config.js";
import { hookOf } from "./hook-options.js";
import type { KeyPath } from "./problem.js";
import { findSecrets } from "./find-secrets.js";
import { readinessRule } from "./readiness.js";
import { FreshSecrets, readSecretFiles } from "./secret-files.js";
import type { SecretFailure } from "./secret-files.js";

export interface Failure {
  readonly path: KeyPath;
  readonly message: string;
}

/** Makes what `createDaybook` takes: reads secrets, loads packages. All failures at once. */
export class OptionsBuilder {
  readonly #directory: string;
  readonly #onSecret: (secret: string) => void;
  readonly #fresh: FreshSecrets;
  readonly failures: Failure[] = [];

  constructor(options: { directory: string; onSecret?: (secret: string) => void }) {
    this.#directory = options.directory;
    this.#onSecret = options.onSecret ?? (() => undefined);
    this.#fresh = new FreshSecrets(this.#onSecret);
  }

  async build(config: CheckedConfig): Promise<DaybookOptions> {
    const shared = await this.#plugins([config.state, config.destination, ...config.inspect], {});
    const sources = [];
    for (const source of config.sources) sources.push(await this.#source(source));
    const { shutdownTimeout, hosts } = config;
    return { plugins: shared, sources, shutdownTimeout, hosts, hooks: await this.#hooks(config, sources) };
  }

  async #source(source: CheckedSource): Promise<SourceOptions> {
    const { name, settings, constants } = source;
    const plugins = await this.#plugins([source.transport, ...source.inspect], constants);
    return {
      name,
      plugins,
      layout: await this.#layout(source),
      start: settings.start,
      end: settings.end,
      poll: settings.poll,
      grace: settings.grace,
      lookback: settings.lookback,
      revisit: settings.revisit,
      onChange: settings.on_change,
      onTimeShift: settings.on_time_shift,
      ...(settings.ready && { ready: readinessRule(settings.ready) }),
      maxAttempts: settings.max_attempts,
      retryDelay: settings.retry_delay,
      maxRetryDelay: settings.max_retry_delay,
      resume: settings.resume,
      ...(settings.max_file_size !== undefined && { maxFileSize: settings.max_file_size }),
      ...(settings.limit && { limit: settings.limit }),
      keep: settings.keep,
      links: settings.links,
      sizes: settings.sizes,
      ...(settings.expect && { expect: expectOf(settings.expect) }),
      ...(settings.select && { select: selectBy(settings.select as SelectSpec) }),
    };
  }

  async #hooks(config: CheckedConfig, sources: readonly SourceOptions[]): Promise<Hook[]> {
    // What is wrong with a source was said already.
    if (this.failures.length > 0) return [];
    const fail = (failure: Failure) => this.#fail(failure);
    const context = { directory: this.#directory, sources, fail };
    const hooks = await Promise.all(config.hooks.map((hook, i) => hookOf(hook, i, context)));
    return hooks.filter((hook) => hook !== undefined);
  }

  async #layout({ layout, constants }: CheckedSource): Promise<PathLayout> {
    if (layout.kind === "template") return boundTemplate(layout.text, constants, layout.options);
    const { directory, pattern } = layout.options;
    if (layout.use === "flat") return flat(String(directory), String(pattern));
    return (await this.#make(layout, constants)) as PathLayout;
  }

  async #plugins(
    choices: readonly AdapterChoice[],
    constants: AdapterContext["constants"],
  ): Promise<Plugin[]> {
    const plugins: Plugin[] = [];
    for (const choice of choices) {
      const made = await this.#make(choice, constants);
      if (made !== undefined) plugins.push(made as Plugin);
    }
    return plugins;
  }

  /** Notes what is wrong with an adapter outside the file: its package, its secrets. Makes nothing. */
  async probe(choice: AdapterChoice): Promise<void> {
    await this.#prepare(choice);
    for (const host of choice.hosts ?? []) await this.probe(host);
  }

  async #make(
    choice: AdapterChoice,
    constants: AdapterContext["constants"],
  ): Promise<Plugin | PathLayout | undefined> {
    const ready = await this.#prepare(choice);
    const hosts = choice.hosts && (await this.#plugins(choice.hosts, constants));
    if (ready === undefined || hosts?.length !== choice.hosts?.length) return undefined;
    try {
      const options = hosts === undefined ? ready.options : { ...ready.options, hosts };
      const made = ready.factory(options, { directory: this.#directory, constants });
      return choice.root === undefined ? made : rooted(choice.root, made as Plugin<Transport>);
    } catch (error) {
      this.#refuse(choice, error);
      return undefined;
    }
  }

  async #prepare(
    choice: AdapterChoice,
  ): Promise<{ factory: AdapterFactory; options: Record<string, unknown> } | undefined> {
    const found = adapterModule(choice, this.#directory);
    const failures: SecretFailure[] = [];
    const fresh = (key: string, file: string, content: string) =>
      found.fresh.includes(key) ? this.#fresh.of(key, file, content) : undefined;
    const options = await readSecretFiles(choice.options, this.#directory, choice.path, failures, fresh);
    for (const secret of findSecrets(options)) this.#onSecret(secret);
    for (const failure of failures) this.#fail(failure);
    try {
      const factory = await importFactory(choice, found, this.#directory);
      if (failures.length > 0) return undefined;
      return { factory, options: found.arrange(options) as Record<string, unknown> };
    } catch (error) {
      this.#refuse(choice, error);
      return undefined;
    }
  }

  #refuse({ path }: AdapterChoice, error: unknown): void {
    const at = typeof path.at(-1) === "number" ? path : [...path, "use"];
    this.#fail({ path: at, message: inConfigWords(asDaybookError(error, "config").detail) });
  }

  /** Once for all sources made of one entry. */
  #fail(failure: Failure): void {
    const same = (other: Failure) => JSON.stringify(other) === JSON.stringify(failure);
    if (!this.failures.some(same)) this.failures.push(failure);
  }
}
