import { isIPv6 } from "node:net";
import { asDaybookError, parseInstant, template } from "@daybook/core";
import type { Answers } from "./answers.js";
import type { Asker, Question } from "./ask.js";
import { layoutRemarks } from "./layout-remarks.js";
import { proposeLayout } from "./propose-layout.js";
import type { Proposal } from "./propose-layout.js";

/** What was given on the command line, as it was typed. */
export interface Given {
  readonly examples?: readonly string[];
  readonly layout?: string;
  readonly use?: string;
  readonly host?: string;
  readonly port?: string;
  readonly user?: string;
  readonly passwordEnv?: string;
  readonly passwordFile?: string;
  readonly name?: string;
  readonly radars?: string;
  readonly start?: string;
  readonly end?: string;
  readonly destination?: string;
  readonly state?: string;
}

/** Asks for what wasn't given; an answer that makes no sense is asked for again, one that was given is refused. */
export async function answersFrom(given: Given, asker: Asker): Promise<Answers> {
  const ask = async <T>(value: string | undefined, question: Question<T>): Promise<T> =>
    value === undefined ? asker.ask(question) : question.read(value);

  const use = await ask(given.use, {
    ask: "Protocol, ftp or sftp?",
    otherwise: "ftp",
    read: (answer) => protocol(answer.toLowerCase(), ["ftp", "sftp"] as const),
  });
  const known = given.port === undefined ? undefined : port_(given.port);
  const { host, port = known } = await ask(given.host, {
    ask: "Server's name or address, with :PORT where it isn't the usual one?",
    read: (answer) => server_(answer, known),
  });
  const user = await ask(given.user, {
    ask: use === "ftp" ? "Login name, or - for an anonymous login?" : "Login name?",
    ...(use === "ftp" && { otherwise: "-" }),
    read: (answer) => (use === "ftp" && answer === "-" ? undefined : loginName(answer)),
  });
  const password = user === undefined ? undefined : await passwordFrom(given, asker);
  const { layout, constants, observedAt, remarks } = await layoutFrom(given, asker);
  const [key, examples] = Object.entries(constants)[0] ?? [];
  const values =
    key === undefined
      ? []
      : await ask(given.radars, {
          ask: `Which values of {${key}}? Several with commas:`,
          otherwise: examples!.join(", "),
          read: (answer) => listOf(answer),
        });
  const start = await ask(given.start, {
    ask: "From when on? A time with its zone:",
    otherwise: `${observedAt.toISOString().slice(0, 10)}T00:00:00Z`,
    read: instant,
  });
  const end = await ask(given.end, {
    ask: "Until when, or - to run until stopped?",
    otherwise: "-",
    read: (answer) => (answer === "-" ? undefined : later(instant(answer), start)),
  });
  const destination = await ask(given.destination, {
    ask: "Folder for the files?",
    otherwise: "./downloads",
    read: oneLine,
  });
  return {
    use,
    host,
    port,
    user,
    password,
    layout,
    constants: { ...constants, ...(key !== undefined && { [key]: values }) },
    remarks,
    name: given.name ?? (key === undefined ? nameFrom(host) : `{${key}}`),
    start,
    end,
    destination,
    state: given.state ?? "./state.db",
    inspect: /\.bufr$/i.test(layout) ? ["bufr"] : [],
  };
}

async function layoutFrom({ layout, examples = [] }: Given, asker: Asker): Promise<Proposal> {
  if (layout !== undefined) return ofTemplate(layout);
  if (examples.length > 0) return proposeLayout(examples);
  const proposal = await asker.ask({
    ask: "The whole path of one file at the server, to tell the layout from? Better two, of other days and stations, with a blank between:\n ",
    read: (answer) => proposeLayout(answer.split(/\s(?=\/)/).map((path) => path.trim())),
  });
  for (const remark of proposal.remarks) asker.tell(`  Look: ${remark}.`);
  const chosen = await asker.ask({
    ask: "Its layout?\n ",
    otherwise: proposal.layout,
    read: (answer) => answer,
  });
  return chosen === proposal.layout ? proposal : ofTemplate(chosen);
}

/** A layout somebody wrote: nothing is known of what its attributes are worth, so none is a constant. */
function ofTemplate(layout: string): Proposal {
  template(layout);
  return { layout, constants: {}, observedAt: new Date(), remarks: layoutRemarks(layout, {}) };
}

async function passwordFrom(given: Given, asker: Asker): Promise<Answers["password"]> {
  if (given.passwordEnv !== undefined) return { env: variable(given.passwordEnv) };
  if (given.passwordFile !== undefined) return { file: oneLine(given.passwordFile) };
  return asker.ask({
    ask: "Where is the password? A variable of the environment, or a file that begins with ./ or /:",
    otherwise: "FTP_PASSWORD",
    read: (answer) => (/^\.{0,2}\//.test(answer) ? { file: oneLine(answer) } : { env: variable(answer) }),
  });
}

function protocol<T extends string>(answer: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === answer);
  if (found === undefined) throw new Error(`The protocol must be ${choices.join(" or ")}.`);
  return found;
}

/** A name or an address, and its port if one stands behind it: for IPv6 only where that is in brackets. */
function server_(answer: string, known: number | undefined): { host: string; port?: number } {
  const found = /^(?:\[([^[\]\s/@]+)\]|([^[\]\s/@:]+))(?::([^\s/@:]*))?$/.exec(answer);
  const [, inBrackets, name, port] = found ?? [];
  const host = inBrackets ?? name ?? answer;
  const fits = inBrackets === undefined ? found !== null || isIPv6(answer) : isIPv6(inBrackets);
  if (!fits) throw new Error("The server must be a name or address alone, without ftp://, user or path.");
  if (port === undefined) return { host };
  if (known !== undefined && port_(port) !== known)
    throw new Error(`The host says port ${port}, and --port ${known}.`);
  return { host, port: port_(port) };
}

function port_(answer: string): number {
  const port = Number(answer);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Error("The port must be from 1 to 65535.");
  return port;
}

function oneLine(answer: string): string {
  if (/\p{Cc}/u.test(answer)) throw new Error("An answer must be plain text on one line.");
  return answer;
}

/** Whoever writes me:password, as URLs do, would have it in the file. */
function loginName(answer: string): string {
  if (answer.includes(":"))
    throw new Error("The user must be a login name alone; the password itself stays out of the file.");
  return oneLine(answer);
}

function variable(answer: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(answer))
    throw new Error(
      "The variable must have a name such as FTP_PASSWORD; the password itself stays out of the file.",
    );
  return answer;
}

function listOf(answer: string): string[] {
  const values = answer.split(",").map((value) => value.trim());
  if (values.some((value) => !/^[\p{L}\p{N}_][\p{L}\p{N}._+-]*$/u.test(value)))
    throw new Error("Write names with commas between, such as RMA1, RMA5.");
  return values;
}

function instant(answer: string): string {
  try {
    return parseInstant(answer, "").toISOString().replace(".000Z", "Z");
  } catch (error) {
    throw new Error(asDaybookError(error, "config").detail.trim(), { cause: error });
  }
}

function later(end: string, start: string): string {
  if (new Date(end) <= new Date(start)) throw new Error(`The end must be later than ${start}.`);
  return end;
}

function nameFrom(host: string): string {
  const name = host.split(".").find((part) => /^[a-z]/i.test(part) && !/^(ftp|sftp|www|data)$/i.test(part));
  return (name ?? "source").replace(/[^\w-]/g, "");
}
