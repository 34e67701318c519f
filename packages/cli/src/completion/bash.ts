import type { CommandTree, OptionShape } from "./command-tree.js";

/** A completion for bash: source it, or put it where bash-completion looks. */
export function bashCompletion({ options, commands }: CommandTree): string {
  const values = (command: string, all: readonly OptionShape[]) =>
    all
      .filter(({ takesValue }) => takesValue)
      .flatMap(({ flags, choices, isFile }) => {
        const pattern = flags.map((flag) => `${command}:${flag}`).join(" | ");
        const reply =
          choices.length > 0 ? `words="${choices.join(" ")}"` : isFile ? `_daybook_files; return` : `return`;
        return `    ${pattern}) ${reply} ;;`;
      });
  const cases = commands.map(({ name, options: own, choices }) => {
    const flags = own.flatMap((option) => option.flags).join(" ");
    return `    ${name}) flags="${flags}" names="${choices.join(" ")}" ;;`;
  });
  const filed = commands.filter(({ takesFiles }) => takesFiles).map(({ name }) => name);
  return `# daybook completion bash
_daybook_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -P "$head" -f -- "$cur")
}

_daybook() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local command= words= flags= names= head= i
  # Bash hands over --status=x as three words, or as one where = is not in COMP_WORDBREAKS.
  if [[ $cur == --*=* ]]; then
    prev=\${cur%%=*} head=$prev= cur=\${cur#*=}
  elif [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
    -c | --config)
      [[ \${COMP_WORDS[i + 1]} == = ]] && ((i++))
      ((i++))
      ;;
    -*) ;;
    *)
      command=\${COMP_WORDS[i]}
      break
      ;;
    esac
  done
  COMPREPLY=()
  case $command:$prev in
${[...values("", options), ...commands.flatMap(({ name, options: own }) => values(name, own))].join("\n")}
  esac
  case $command in
    "") flags="${options.flatMap((option) => option.flags).join(" ")}" names="${commands.map(({ name }) => name).join(" ")}" ;;
${cases.join("\n")}
  esac
  if [[ -z $words ]]; then
    if [[ $cur == -* ]]; then words=$flags; else words=$names; fi
  fi
  if [[ -z $words ]]; then
    case $command in ${filed.join(" | ")}) _daybook_files ;; esac
    return
  fi
  mapfile -t COMPREPLY < <(compgen -P "$head" -W "$words" -- "$cur")
}

complete -F _daybook daybook
`;
}
