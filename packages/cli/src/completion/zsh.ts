import type { CommandShape, CommandTree, OptionShape } from "./command-tree.js";

/** A completion for zsh: source it, or put it in a folder of $fpath as _daybook. */
export function zshCompletion({ options, commands }: CommandTree): string {
  return `#compdef daybook
# daybook completion zsh
_daybook() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \\
    ${options.flatMap(optionSpecs).join(" \\\n    ")} \\
    '1: :->command' \\
    '*:: :->arguments'
  case $state in
  command)
    local -a commands=(
${commands.map(({ name, about }) => `      ${quoted(`${name}:${about.replaceAll(":", "\\:")}`)}`).join("\n")}
    )
    _describe command commands
    ;;
  arguments)
    case $words[1] in
${commands.map(commandCase).join("\n")}
    esac
    ;;
  esac
}

if [[ $funcstack[1] == _daybook ]]; then _daybook "$@"; else compdef _daybook daybook; fi
`;
}

function commandCase({ name, options, takesFiles, choices }: CommandShape): string {
  const rest =
    choices.length > 0 ? ` '*:value:(${choices.join(" ")})'` : takesFiles ? " '*:file:_files'" : "";
  return `    ${name}) _arguments ${options.flatMap(optionSpecs).join(" ")}${rest} ;;`;
}

function optionSpecs({ flags, about, takesValue, choices, isFile }: OptionShape): string[] {
  const text = about.replace(/[[\]:]/g, "\\$&");
  const values = choices.length > 0 ? `(${choices.join(" ")})` : isFile ? "_files" : " ";
  return flags.map((flag) => {
    if (!takesValue) return quoted(`${flag}[${text}]`);
    // With it, a value may stand behind an equals sign as well as be the next word.
    const either = flag.startsWith("--") ? "=" : "";
    return quoted(`${flag}${either}[${text}]:value:${values}`);
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
