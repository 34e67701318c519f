import type { CommandTree, OptionShape } from "./command-tree.js";

/** A completion for fish: source it, or put it into ~/.config/fish/completions/daybook.fish. */
export function fishCompletion({ options, commands }: CommandTree): string {
  // fish's own test takes the value of --config for a command.
  const none = `not __fish_seen_subcommand_from ${commands.map(({ name }) => name).join(" ")}`;
  const lines = [
    "# daybook completion fish",
    "complete -c daybook -f",
    ...options.map((option) => optionLine(none, option)),
  ];
  for (const { name, about, options: own, takesFiles, choices } of commands) {
    const condition = `__fish_seen_subcommand_from ${name}`;
    lines.push(`complete -c daybook -n ${quoted(none)} -a ${name} -d ${quoted(about)}`);
    if (takesFiles) lines.push(`complete -c daybook -n ${quoted(condition)} -F`);
    if (choices.length > 0)
      lines.push(`complete -c daybook -n ${quoted(condition)} -a ${quoted(choices.join(" "))}`);
    for (const option of own) lines.push(optionLine(condition, option));
  }
  return `${lines.join("\n")}\n`;
}

function optionLine(condition: string, { flags, about, takesValue, choices, isFile }: OptionShape): string {
  const names = flags
    .map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
    .join(" ");
  const value = !takesValue
    ? ""
    : isFile
      ? " -r -F"
      : choices.length > 0
        ? ` -x -a ${quoted(choices.join(" "))}`
        : " -x";
  return `complete -c daybook -n ${quoted(condition)} ${names}${value} -d ${quoted(about)}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
