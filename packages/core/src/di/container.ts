import "reflect-metadata";
import { container as globalContainer, type DependencyContainer } from "tsyringe";
import { DaybookError } from "../errors/daybook-error.js";
import type { Plugin, PluginDeps, Token } from "./tokens.js";

interface Closable {
  close?(): void | Promise<void>;
}

/**
 * tsyringe, behind one door. Plugins go in, the things they make come out; a token is taken once per container, and a
 * child's own registration stands before its parent's. What is made here is closed here, in reverse order; tsyringe's
 * own dispose knows nothing of instances that a factory made.
 */
export class PluginContainer {
  readonly #container: DependencyContainer;
  readonly #deps: PluginDeps;
  readonly #made: Closable[];
  readonly #shared: Map<unknown, unknown>;

  private constructor(
    container: DependencyContainer,
    deps: PluginDeps,
    made: Closable[],
    shared: Map<unknown, unknown>,
  ) {
    this.#container = container;
    this.#deps = deps;
    this.#made = made;
    this.#shared = shared;
  }

  /** `parent` may be an application's own container: what it has registered under Daybook's tokens is used. */
  static root(deps: PluginDeps, parent?: DependencyContainer): PluginContainer {
    return new PluginContainer((parent ?? globalContainer).createChildContainer(), deps, [], new Map());
  }

  child(): PluginContainer {
    return new PluginContainer(this.#container.createChildContainer(), this.#deps, this.#made, this.#shared);
  }

  /** Throws kind "config" where the token is taken, unless it may have `many`. Nothing is made yet. */
  add<T>(plugin: Plugin<T>, options: { many?: boolean } = {}): void {
    const token = plugin.provides as symbol;
    if (!options.many && this.#container.isRegistered(token))
      throw new DaybookError(
        "config",
        `two plugins provide ${describe(token)}: remove ${plugin.name} or the other`,
      );
    this.#container.register(token, { useFactory: () => this.#make(plugin) });
  }

  has(token: Token<unknown>): boolean {
    return this.#container.isRegistered(token as symbol, true);
  }

  get<T>(token: Token<T>): T {
    if (!this.has(token)) throw new DaybookError("config", `no plugin provides ${describe(token)}: add one`);
    return this.#container.resolve<T>(token as symbol);
  }

  /** All that are registered nearest: a child's own, or else its parent's; empty if there is none. */
  all<T>(token: Token<T>): T[] {
    return this.has(token) ? this.#container.resolveAll<T>(token as symbol) : [];
  }

  /** Closes all that was made, newest first. What was handed in by an application's container is left alone. */
  async close(): Promise<void> {
    this.#shared.clear();
    const failures: unknown[] = [];
    for (const one of this.#made.splice(0).reverse())
      await Promise.resolve(one.close?.()).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  #make<T>(plugin: Plugin<T>): T {
    const id = plugin.key === undefined ? plugin : `${plugin.provides.description}:${plugin.key}`;
    const known = this.#shared.get(id);
    if (known !== undefined) return known as T;
    const made = plugin.create(this.#deps);
    this.#shared.set(id, made);
    this.#made.push(made as Closable);
    return made;
  }
}

function describe(token: symbol): string {
  return token.description?.split("/").at(-1) ?? "it";
}
