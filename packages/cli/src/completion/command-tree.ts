import type { Command, Option } from "commander";

export interface OptionShape {
  /** Such as "-c" and "--config". */
  readonly flags: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  /** Whether its value is a file or folder. */
  readonly isFile: boolean;
}

export interface CommandShape {
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionShape[];
  /** Whether its arguments are files or folders of this machine. */
  readonly takesFiles: boolean;
  readonly choices: readonly string[];
}

/** A command line as a shell needs to know it: what may follow what. */
export interface CommandTree {
  readonly options: readonly OptionShape[];
  readonly commands: readonly CommandShape[];
}

const FILE = /<(file|folder)>/;
const ARGUMENT = /^(path|state|folder)$/;

export function commandTree(root: Command): CommandTree {
  const options = [...root.options.map(shape), HELP];
  const commands = root.commands.map((command) => ({
    name: command.name(),
    about: firstSentence(command.description()),
    options: [
      ...command.options.map(shape),
      ...root.options.filter(({ long }) => long === "--config").map(shape),
      HELP,
    ],
    takesFiles: command.registeredArguments.some((argument) => ARGUMENT.test(argument.name())),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  }));
  return { options, commands: [...commands, helpOn(commands.map(({ name }) => name))] };
}

/** Commander adds this one itself, and keeps it to itself. */
const helpOn = (choices: readonly string[]): CommandShape => ({
  name: "help",
  about: "show help for a command",
  options: [],
  takesFiles: false,
  choices,
});

const HELP: OptionShape = {
  flags: ["-h", "--help"],
  about: "show help",
  takesValue: false,
  choices: [],
  isFile: false,
};

function shape({ short, long, flags, description, argChoices, required, optional }: Option): OptionShape {
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    about: firstSentence(description),
    takesValue: required || optional,
    choices: argChoices ?? [],
    isFile: FILE.test(flags),
  };
}

/** Up to the first stop: a shell has one line for it. */
function firstSentence(text: string): string {
  return /^[^:;]*/.exec(text)![0].trim();
}
