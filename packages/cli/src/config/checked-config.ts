import type { HostOptions, TemplateOptions } from "@daybook/core";
import type { Constants } from "./each.js";
import type { KeyPath } from "./problem.js";
import type { AdapterKind } from "./schema/adapters.js";
import type { HookConfig } from "./schema/hook.js";
import type { ServeConfig } from "./schema/serve.js";
import type { SourceConfig } from "./schema/source.js";

/** An adapter somebody chose, its options checked as far as they are known. */
export interface AdapterChoice {
  readonly kind: AdapterKind | "layout" | "inspector";
  readonly use: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The adapters it is made of. */
  readonly hosts?: readonly AdapterChoice[];
  /** Of one of several hosts: put before every path. */
  readonly root?: string;
  readonly path: KeyPath;
}

export interface TemplateChoice {
  readonly kind: "template";
  readonly text: string;
  readonly options?: TemplateOptions;
}

export interface CheckedSource {
  readonly name: string;
  readonly path: KeyPath;
  readonly constants: Constants;
  readonly transport: AdapterChoice;
  readonly layout: TemplateChoice | AdapterChoice;
  readonly inspect: readonly AdapterChoice[];
  readonly settings: SourceConfig;
}

/** A file in which everything is right that can be told without looking at anything else. */
export interface CheckedConfig {
  readonly state: AdapterChoice;
  readonly destination: AdapterChoice;
  readonly inspect: readonly AdapterChoice[];
  readonly shutdownTimeout: number;
  readonly hosts: Readonly<Record<string, HostOptions>>;
  readonly hooks: readonly HookConfig[];
  readonly serve?: ServeConfig;
  readonly sources: readonly CheckedSource[];
}
