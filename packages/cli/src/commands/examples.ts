/** Command lines for the help of each command: what it does, and how that is written. */
export const EXAMPLES: Readonly<Record<string, readonly (readonly [what: string, line: string])[]>> = {
  init: [
    ["ask for everything", "daybook init"],
    [
      "tell the layout from one file",
      "daybook init /L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR",
    ],
    [
      "ask nothing",
      "daybook init --yes --host ftp.example.com --user me --layout '/logs/{yyyy}-{MM}-{dd}/{HH}.log'",
    ],
  ],
  check: [
    ["every source", "daybook check"],
    ["one source, for a program", "daybook check --source RMA1 --json"],
  ],
  run: [
    ["until all is there, or for ever", "daybook run"],
    ["once, from cron", "daybook run --once --quiet"],
    ["with the page that shows it", "daybook run --serve"],
    ["one day of one source", "daybook run --source RMA1 --from 2025-01-01T00:00Z --to 2025-01-02T00:00Z"],
  ],
  plan: [
    ["what would be fetched of one day", "daybook plan --from 2025-01-01T00:00Z --to 2025-01-02T00:00Z"],
  ],
  status: [["for a program", "daybook status --json"]],
  gaps: [
    ["what is missing of one source", "daybook gaps --source RMA1"],
    ["only the directories", "daybook gaps --json | jq -r .slot"],
  ],
  files: [
    ["what was given up", "daybook files --status quarantined"],
    ["one field of an hour", "daybook files -a field=DBZH --from 2025-01-01T18:00Z --to 2025-01-01T19:00Z"],
  ],
  explain: [
    ["an hour", "daybook explain /L2/RMA1/2025/01/01/18"],
    [
      "a file on disk",
      "daybook explain downloads/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR",
    ],
  ],
  verify: [
    ["everything", "daybook verify"],
    ["and fetch what is lost or damaged", "daybook verify --repair"],
  ],
  retry: [
    ["all that was given up", "daybook retry"],
    ["list an old hour again", "daybook retry /L2/RMA1/2025/01/01/18"],
  ],
  import: [
    ["see what would happen", "daybook import --dry-run state_RMA1.db"],
    ["files that were moved meanwhile", "daybook import state.json --files /archive/bufr"],
  ],
  clean: [
    ["see what is old enough", "daybook clean --dry-run"],
    ["one source", "daybook clean --source RMA1"],
  ],
  serve: [
    ["for this machine only", "daybook serve"],
    ["on a port of choice", "daybook serve 8080"],
  ],
  report: [["one HTML file to keep or to send", "daybook report availability.html"]],
  completion: [
    ["bash", "daybook completion bash > ~/.local/share/bash-completion/completions/daybook"],
    ["zsh", "daybook completion zsh > ~/.zfunc/_daybook"],
    ["fish", "daybook completion fish > ~/.config/fish/completions/daybook.fish"],
  ],
  demo: [
    ["in a folder of its own", "daybook demo /tmp/daybook-demo"],
    ["with the page that shows it", "daybook demo --serve"],
  ],
  "config-schema": [
    ["for an editor that completes and checks daybook.yaml", "daybook config-schema > daybook.schema.json"],
  ],
};

/** As they stand below a command's help. */
export function examplesText(name: string): string {
  const examples = EXAMPLES[name] ?? [];
  if (examples.length === 0) return "";
  return ["", "Examples:", ...examples.map(([what, line]) => `  ${line}\n      ${what}`)].join("\n");
}
