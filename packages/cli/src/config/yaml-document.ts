import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import type { Alias, Document, Node, YAMLError } from "yaml";
import type { KeyPath, Problem } from "./problem.js";

/** A YAML file as plain values, with the line of everything in it. */
export interface YamlDocument {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** The line of a key or list item; of the nearest thing around it where there is none. */
  lineOf(path: KeyPath): number;
}

/** Values that aliases may add to what is written; no file needs more, and nested aliases multiply. */
const MOST_FROM_ALIASES = 50_000;
/** Levels of lists and maps within each other. */
const DEEPEST = 50;

/**
 * Reads YAML 1.2. Below the paths `verbatim` accepts, numbers and the like are taken as they are written: a strategy
 * called 0315 stays "0315".
 */
export function parseYaml(text: string, verbatim: (path: KeyPath) => boolean): YamlDocument {
  try {
    return parse(text, verbatim);
  } catch (error) {
    // The parser calls itself for each level.
    if (!(error instanceof RangeError)) throw error;
    const message = "its lists and maps are nested too deep: is a bracket missing?";
    return { value: undefined, problems: [{ path: [], message, line: 1 }], lineOf: () => 1 };
  }
}

function parse(text: string, verbatim: (path: KeyPath) => boolean): YamlDocument {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "silent",
  });
  const lines = new Map<string, number>();
  const lineOf = (path: KeyPath): number => {
    for (let length = path.length; length >= 0; length--) {
      const line = lines.get(JSON.stringify(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  };
  const open = unclosed(document, text);
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    path: [],
    message: explain(error),
    line: counter.linePos(error.pos[0]).line,
  }));
  // The parser notices it lines later, by what it takes for a wrong indentation; all else it says follows from that.
  if (open !== undefined) {
    const message = `not valid YAML: the ${text[open] === "[" || text[open] === "{" ? "bracket" : "quote"} ${text[open]} that is opened here is never closed`;
    return { value: undefined, problems: [{ path: [], message, line: counter.linePos(open).line }], lineOf };
  }
  if (problems.length > 0) return { value: undefined, problems, lineOf };

  const reader = new Reader(counter, verbatim, lines, problems);
  const value = reader.read(document.contents, []);
  return { value: reader.isWhole ? value : undefined, problems, lineOf };
}

const CLOSING: Readonly<Record<string, string>> = { "[": "]", "{": "}", '"': '"', "'": "'" };

/** Where the last bracket or quote stands that was opened before the first error and isn't closed. */
function unclosed({ errors, contents }: Document, text: string): number | undefined {
  let open: number | undefined;
  if (errors.length === 0) return open;
  visit(contents, (_key, node) => {
    if (!isNode(node) || !node.range) return;
    const [start, end] = node.range;
    const isFlow = isCollection(node) && node.flow;
    const isQuoted = isScalar(node) && (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE");
    if (!(isFlow || isQuoted) || start > errors[0]!.pos[0]) return;
    if (end - start < 2 || text[end - 1] !== CLOSING[text[start]!]) open = start;
  });
  return open;
}

class Reader {
  readonly #counter: LineCounter;
  readonly #verbatim: (path: KeyPath) => boolean;
  readonly #lines: Map<string, number>;
  readonly #problems: Problem[];
  /** What aliases being read stand for, so that one within itself is noticed. */
  readonly #following = new Set<unknown>();
  /** The last node of each name up to what is being read, as YAML means it. */
  readonly #anchors = new Map<string, unknown>();
  #fromAliases = 0;
  /** The outermost alias being read. */
  #expanding: { readonly node: Alias; readonly path: KeyPath } | undefined;
  /** False once reading was given up, for what there is too much of. */
  isWhole = true;

  constructor(
    counter: LineCounter,
    verbatim: (path: KeyPath) => boolean,
    lines: Map<string, number>,
    problems: Problem[],
  ) {
    this.#counter = counter;
    this.#verbatim = verbatim;
    this.#lines = lines;
    this.#problems = problems;
  }

  read(node: unknown, path: KeyPath): unknown {
    if (!this.isWhole) return undefined;
    if (this.#following.size > 0 && ++this.#fromAliases > MOST_FROM_ALIASES)
      return this.#giveUp(
        node,
        path,
        `aliases make more than ${MOST_FROM_ALIASES} values of this: write out what is meant`,
      );
    if (path.length > DEEPEST)
      return this.#giveUp(
        node,
        path,
        `more than ${DEEPEST} lists and maps within each other: is a bracket missing?`,
      );
    this.#note(node, path);
    this.#remember(node);
    if (isAlias(node)) return this.#readAlias(node, path);
    if (isSeq(node)) return node.items.map((item, i) => this.read(item, [...path, i]));
    if (isMap(node)) return this.#readMap(node.items, path);
    if (!isScalar(node)) return undefined;
    const asWritten = this.#verbatim(path) && node.value !== null && typeof node.value !== "string";
    return asWritten ? (node.source ?? String(node.value)) : node.value;
  }

  #readAlias(alias: Alias, path: KeyPath): unknown {
    const target = this.#anchors.get(alias.source);
    if (target === undefined || this.#following.has(target)) {
      this.#problem(alias, path, `not valid YAML: ${SENTENCES["BAD_ALIAS"]}`);
      return undefined;
    }
    if (this.#following.size === 0) this.#expanding = { node: alias, path };
    this.#following.add(target);
    const value = this.read(target, path);
    this.#following.delete(target);
    if (this.#following.size === 0) this.#expanding = undefined;
    return value;
  }

  #readMap(pairs: readonly { key: unknown; value: unknown }[], path: KeyPath): unknown {
    const entries = new Map<string, unknown>();
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? (key.source ?? String(key.value)) : undefined;
      if (name === undefined) {
        this.#problem(key, path, "a key must be plain text");
        continue;
      }
      this.#remember(key);
      const inner = [...path, name];
      if (entries.has(name)) this.#problem(key, inner, "this key is given twice");
      this.#note(key, inner);
      entries.set(name, this.read(value, inner));
    }
    return Object.fromEntries(entries);
  }

  #remember(node: unknown): void {
    if (this.#following.size > 0 || !(isScalar(node) || isCollection(node)) || node.anchor === undefined)
      return;
    this.#anchors.set(node.anchor, node);
  }

  #giveUp(node: unknown, path: KeyPath, message: string): undefined {
    this.isWhole = false;
    const { node: where, path: at } = this.#expanding ?? { node, path: path.slice(0, 3) };
    this.#problem(where, at, message);
  }

  /** The first line noted for a path stays: a key's own, not its value's. */
  #note(node: unknown, path: KeyPath): void {
    const start = (node as Node | null | undefined)?.range?.[0];
    const key = JSON.stringify(path);
    if (start !== undefined && !this.#lines.has(key)) this.#lines.set(key, this.#counter.linePos(start).line);
  }

  #problem(node: unknown, path: KeyPath, message: string): void {
    const start = (node as Node | undefined)?.range?.[0] ?? 0;
    this.#problems.push({ path, message, line: this.#counter.linePos(start).line });
  }
}

// The parser's own sentences may quote the file, and what they quote may be a password.
const SENTENCES: Record<string, string> = {
  BAD_ALIAS: "text that begins with * must be in quotes",
  BAD_SCALAR_START: "text that begins with a sign such as @ or ` must be in quotes",
  TAG_RESOLVE_FAILED: "text that begins with ! must be in quotes",
  TAB_AS_INDENT: "indent with blanks, not with tabs",
  BAD_INDENT: "the indentation doesn't fit the lines above",
  MISSING_CHAR: "a closing quote, bracket or comma, or the colon after a key, is missing",
  MULTILINE_IMPLICIT_KEY: "a closing quote or bracket, or the colon after a key, is missing",
  MULTIPLE_DOCS: "one document only: remove the line ---",
  BAD_DQ_ESCAPE: "a backslash in double quotes must be written twice; or use single quotes",
  BLOCK_AS_IMPLICIT_KEY: "the indentation is wrong, or text with a colon needs quotes",
};

function explain(error: YAMLError): string {
  return `not valid YAML: ${SENTENCES[error.code] ?? "check quotes, brackets and indentation near here"}`;
}
