import { printable } from "@daybook/core";
import type { Answers } from "./answers.js";

/** A configuration file with comments, that passes the loader. */
export function configText(answers: Answers): string {
  const { layout, constants, start, end, destination, state, inspect, name, remarks } = answers;
  const each = Object.entries(constants).map(([key, values]) => `${key}: [${values.map(text).join(", ")}]`);
  const lines = [
    "# What Daybook mirrors, from where and to where. docs/configuration.md has every key;",
    "# daybook check tells whether this fits the server, daybook plan what a run would fetch.",
    "",
    "# The ledger: what was seen and fetched. One file serves all sources.",
    `state: { use: sqlite, path: ${text(state)} }`,
    "",
    "# Where files land: in a folder for each source, with the directories of the server below it.",
    `destination: { use: local, path: ${text(destination)} }`,
    "",
    "sources:",
    `  - name: ${text(name)}`,
    ...(each.length === 0
      ? []
      : [
          "    # One source for each value; the values stand in place of {…} in name, layout and transport.",
          `    each: { ${each.join(", ")} }`,
        ]),
    ...passwordNote(answers),
    `    transport: { ${transport(answers).join(", ")} }`,
    "    # Dates are {yyyy} {yy} {MM} {dd} {DDD} {HH} {mm} {ss}; other names in braces are attributes, to select by.",
    ...remarks.map((remark) => `    # Look: ${printable(remark)}.`),
    `    layout: ${text(layout)}`,
    "    # Only some of the files:",
    "    # select: { field: [DBZH, VRAD] }",
    `    start: ${start}`,
    ...(end === undefined
      ? ["    # Without an end it runs until it is stopped:", "    # end: 2030-01-01T00:00:00Z"]
      : [`    end: ${end}`]),
    "    # How often hours that aren't over are listed.",
    "    poll: 60s",
    ...(inspect.length === 0
      ? ["    # A check of every file's content, for BUFR:", "    # inspect: [bufr]"]
      : [`    inspect: [${inspect.map(text).join(", ")}]`]),
  ];
  return `${lines.join("\n")}\n`;
}

function passwordNote({ password }: Answers): string[] {
  if (password === undefined) return [];
  return "env" in password
    ? [`    # The password is read from the environment: export ${password.env}=…`]
    : ["    # The password is the first line of this file; let only its owner read it: chmod 600."];
}

function transport({ use, host, port, user, password }: Answers): string[] {
  const secret =
    password === undefined
      ? []
      : "env" in password
        ? [`password: "\${${password.env}}"`]
        : [`password_file: ${text(password.file)}`];
  return [
    `use: ${use}`,
    `host: ${text(host)}`,
    ...(port === undefined ? [] : [`port: ${port}`]),
    ...(user === undefined ? [] : [`user: ${text(user)}`]),
    ...secret,
    ...(use === "ftp" ? ["connections: 5"] : []),
  ];
}

/** A text as YAML takes it, in quotes where it could be taken for anything else. */
function text(value: string): string {
  return /^[A-Za-z./][\w./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
