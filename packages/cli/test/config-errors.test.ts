import { expect, test } from "vitest";
import { GOOD, problems, changed, NAME, START, TRANSPORT, LAYOUT, withStart } from "./config-problems.js";

test("a file without mistakes has no problems", async () => {
  expect(await problems(GOOD)).toEqual([]);
});

const TABLE: [string, string, string[]][] = [
  [
    "an unknown key at the top",
    `${GOOD}storage: {}\n`,
    [
      "daybook.yaml:8: storage: unknown key `storage`; there are: state, destination, shutdown_timeout, inspect, hosts, hooks, serve, sources",
    ],
  ],
  [
    "a misspelt key of a transport",
    changed(TRANSPORT, "    transport: { use: ftp, host: ftp.example.com, conections: 5 }"),
    [
      "daybook.yaml:5: sources[0].transport.conections: unknown key `conections`; did you mean `connections`?",
    ],
  ],
  [
    "a misspelt key of a source, on its own line",
    withStart("pol: 5s"),
    ["daybook.yaml:8: sources[0].pol: unknown key `pol`; did you mean `poll`?"],
  ],
  [
    "a time without a zone",
    changed(START, '    start: "2025-01-01T00:00"'),
    [
      'daybook.yaml:7: sources[0].start: "2025-01-01T00:00" has no time zone: write 2025-01-01T00:00Z for UTC',
    ],
  ],
  [
    "a date without a time",
    changed(START, "    start: 2025-01-01"),
    [
      'daybook.yaml:7: sources[0].start: "2025-01-01" has no time of day and no time zone: write 2025-01-01T00:00Z for UTC',
    ],
  ],
  ["no start", changed(START, "    poll: 5s"), ["daybook.yaml:4: sources[0].start: is required"]],
  [
    "an end before the start",
    withStart("end: 2024-01-01T00:00:00Z"),
    ["daybook.yaml:8: sources[0].end: must be later than `start`"],
  ],
  [
    "a duration without a unit",
    withStart("poll: 60"),
    ["daybook.yaml:8: sources[0].poll: 60 has no unit: write 60s for seconds"],
  ],
  [
    "a duration that is none",
    withStart("grace: a while"),
    ['daybook.yaml:8: sources[0].grace: "a while" is no duration: write 500ms, 60s, 10m, 1h or 7d'],
  ],
  [
    "one bad age in a list",
    withStart("revisit: [1h, soon]"),
    ['daybook.yaml:8: sources[0].revisit[1]: "soon" is no duration: write 500ms, 60s, 10m, 1h or 7d'],
  ],
  [
    "an adapter that is misspelt",
    changed(TRANSPORT, "    transport: { use: fpt, host: ftp.example.com }"),
    ["daybook.yaml:5: sources[0].transport.use: there is no transport `fpt`; did you mean `ftp`?"],
  ],
  [
    "a missing host",
    changed(TRANSPORT, "    transport: { use: ftp }"),
    ["daybook.yaml:5: sources[0].transport.host: is required"],
  ],
  [
    "a URL in place of a host",
    `${changed(TRANSPORT, "    transport: { use: ftp, host: 'ftp://me:pw@ftp.example.com/pub' }")}
  - name: RMA2
    transport: { use: sftp, user: me, password: pw, host: 'sftp://h', jump: { host: 'me@h', user: me, agent: true } }
    layout: /L2/RMA2/{yyyy}/{MM}/{dd}/{HH}.log
    start: 2025-01-01T00:00:00Z
`,
    [
      "daybook.yaml:5: sources[0].transport.host: must be a name or address alone, without ftp://, user or path",
      "daybook.yaml:10: sources[1].transport.host: must be a name or address alone, without ftp://, user or path",
      "daybook.yaml:10: sources[1].transport.jump.host: must be a name or address alone, without ftp://, user or path",
    ],
  ],
  [
    "a host with its port, and an address in place of what a webhook is made of",
    `${changed(TRANSPORT, "    transport: { use: ftp, host: 'ftp.example.com:2121' }")}
hooks: [{ name: tell, on: [file], webhook: 'https://example.com/' }]
`,
    [
      "daybook.yaml:5: sources[0].transport.host: must be a name or address alone: what is behind the colon goes to `port`",
      "daybook.yaml:9: hooks[0].webhook: must be a set of keys and values: url, url_file, secret and others",
    ],
  ],
  [
    "a number where text belongs",
    changed(TRANSPORT, "    transport: { use: ftp, host: h, password: 12345 }"),
    ["daybook.yaml:5: sources[0].transport.password: must be text: put it in quotes"],
  ],
  [
    "a port out of range",
    changed(TRANSPORT, "    transport: { use: ftp, host: h, port: 99999 }"),
    ["daybook.yaml:5: sources[0].transport.port: must be a whole number from 1 to 65535"],
  ],
  [
    "a password given twice",
    changed(TRANSPORT, "    transport: { use: ftp, host: h, password: a, password_file: b }"),
    ["daybook.yaml:5: sources[0].transport.password_file: give `password` or `password_file`, not both"],
  ],
  [
    "a misspelt inspector",
    withStart("inspect: [bufrr]"),
    ["daybook.yaml:8: sources[0].inspect[0]: there is no inspector `bufrr`; did you mean `bufr`?"],
  ],
  [
    "a value with a line break, on one line",
    withStart('poll: "a\\nb"'),
    ['daybook.yaml:8: sources[0].poll: "a\\u000ab" is no duration: write 500ms, 60s, 10m, 1h or 7d'],
  ],
  [
    "a policy that isn't one",
    withStart("on_change: overwrite"),
    ["daybook.yaml:8: sources[0].on_change: must be replace, or keep, or ignore"],
  ],
  ["another checksum", withStart("checksum: md5"), ["daybook.yaml:8: sources[0].checksum: must be sha256"]],
  [
    "a source's name that leaves its folder",
    changed(NAME, "  - name: ../RMA1"),
    [
      "daybook.yaml:4: sources[0].name: \"../RMA1\" can't be a folder's name: use letters, digits, and . _ - + after the first",
    ],
  ],
  [
    "a placeholder in a name that nothing fills",
    changed(NAME, '  - name: "{radr}"\n    each: { radar: [RMA1] }'),
    ["daybook.yaml:4: sources[0].name: `each` has no `radr`; did you mean `radar`?"],
  ],
  [
    "names that differ in case only",
    changed(NAME, '  - name: "{radar}"\n    each: { radar: [RMA1, rma1] }'),
    ["daybook.yaml:4: sources[0].name: there is a source `RMA1` already"],
  ],
  [
    "a select for what the layout doesn't read",
    withStart("select: { moment: [DBZH] }"),
    ["daybook.yaml:8: sources[0].select: the layout reads no moment from paths: it reads field"],
  ],
  [
    "an empty select",
    withStart("select: { field: [] }"),
    ["daybook.yaml:8: sources[0].select: field is empty and selects nothing: leave it out or fill it"],
  ],
  [
    "a layout that can't be read",
    changed(LAYOUT, "    layout: /L2/{yyyy}/{dd}/{field}.BUFR"),
    ["daybook.yaml:6: sources[0].layout: column 12: {dd} says nothing without {MM}: add it"],
  ],
  [
    "a flat layout with a relative directory",
    changed(LAYOUT, "    layout: { use: flat, directory: incoming }"),
    [
      'daybook.yaml:6: sources[0].layout: flat directory "incoming" is no absolute path: write it like "/incoming", without a slash at the end',
    ],
  ],
  [
    "a regular expression that is none",
    withStart('ready: { name: "(" }'),
    ["daybook.yaml:8: sources[0].ready.name: is not a regular expression"],
  ],
  [
    "a key given twice",
    `${GOOD}    poll: 1s\n    poll: 2s\n`,
    ["daybook.yaml:9: sources[0].poll: this key is given twice"],
  ],
  ["an empty file", "", ["daybook.yaml:1: destination: is required", "daybook.yaml:1: sources: is required"]],
  [
    "no sources",
    "destination: { use: local, path: d }\nsources: []\n",
    ["daybook.yaml:2: sources: must have at least one item"],
  ],
  [
    "a list where keys belong",
    "destination: [local]\nsources:\n  - RMA1\n",
    [
      "daybook.yaml:1: destination: must be a set of keys and values",
      "daybook.yaml:3: sources[0]: must be a set of keys and values: name, each, transport and others",
    ],
  ],
  [
    "a variable that isn't set",
    changed(TRANSPORT, '    transport: { use: ftp, host: "${FTP_HOST}" }'),
    ["daybook.yaml:5: sources[0].transport.host: the environment variable FTP_HOST is not set"],
  ],
  [
    "a variable that isn't set, once even where its value would be checked",
    changed(START, '    start: "${START}"'),
    ["daybook.yaml:7: sources[0].start: the environment variable START is not set"],
  ],
  [
    "a reference without a name",
    changed(TRANSPORT, '    transport: { use: ftp, host: h, password: "a${}b" }'),
    [
      "daybook.yaml:5: sources[0].transport.password: `${}` names no environment variable; write $${ for a plain ${",
    ],
  ],
];

test.each(TABLE)("%s is told with file, line and key", async (_what, text, expected) => {
  expect(await problems(text)).toEqual(expected);
});

test("everything that is wrong is told at once, in the file's order", async () => {
  const text = `state: { use: sqlite, pth: ./state.db }
destination: { use: local }
sources:
  - name: "{radar}"
    each: { radar: [RMA1] }
    transport: { use: ftp, host: h, port: x }
    layout: /L2/{radar}/{yyyy}.BUFR
    start: yesterday
  - name: B
    transport: { use: ftp, host: h, tiemout: 3s }
    layout: /L2/{yyyy}.BUFR
    start: 2025-01-01T00:00Z
    end: 2024-01-01T00:00Z
`;
  expect((await problems(text)).map((line) => line.split(": ").slice(0, 2).join(": "))).toEqual([
    "daybook.yaml:1: state.pth",
    "daybook.yaml:2: destination.path",
    "daybook.yaml:6: sources[0].transport.port",
    "daybook.yaml:8: sources[0].start",
    "daybook.yaml:10: sources[1].transport.tiemout",
    "daybook.yaml:13: sources[1].end",
  ]);
});

test("mistakes of every kind are told at once: shapes, meanings, secrets and packages", async () => {
  const text = `storage: {}
state: { use: ./ledger.mjs }
destination: { use: local, pth: ./downloads }
sources:
  - name: RMA1
    transport: { use: ftp, host: ftp.example.com, password_file: ./nowhere, conections: 5 }
    layout: /L2/{radr}/{yyyy}/{mmm}/x
    start: 2025-01-02T00:00:00Z
    end: 2025-01-01T00:00:00Z
    pol: 5s
  - name: RMA2
    transport: { use: ftp, host: ftp.example.com, password_file: ./nowhere }
    layout: /L2/RMA2/{yyyy}/{MM}/{dd}/{HH}.log
`;
  const lines = (await problems(text)).map((line) => line.split(": ").slice(0, 2).join(": "));
  expect(lines).toEqual([
    "daybook.yaml:1: storage",
    "daybook.yaml:2: state.use",
    "daybook.yaml:3: destination.path",
    "daybook.yaml:3: destination.pth",
    "daybook.yaml:6: sources[0].transport.conections",
    "daybook.yaml:7: sources[0].layout",
    "daybook.yaml:9: sources[0].end",
    "daybook.yaml:10: sources[0].pol",
    "daybook.yaml:11: sources[1].start",
    "daybook.yaml:12: sources[1].transport.password_file",
  ]);
});

test.each<[string, string, string[]]>([
  ["neither target", "on: [file]", ["hooks[0]: must have either `webhook` or `command`"]],
  [
    "both targets",
    "on: [file], command: [x], webhook: { url: 'http://h' }",
    ["hooks[0]: must have either `webhook` or `command`"],
  ],
  [
    "variables for a webhook",
    "on: [file], env: { A: b }, webhook: { url: 'http://h' }",
    ["hooks[0].env: is for `command` only; a webhook has `headers`"],
  ],
  ["a webhook without an address", "on: [file], webhook: {}", ["hooks[0].webhook.url: is required"]],
  [
    "an address and a secret given twice",
    "on: [file], webhook: { url: 'http://h', url_file: u, secret: s, secret_file: t }",
    [
      "hooks[0].webhook.url_file: give `url` or `url_file`, not both",
      "hooks[0].webhook.secret_file: give `secret` or `secret_file`, not both",
    ],
  ],
  [
    "a file of a secret that isn't there",
    "on: [file], webhook: { url: 'http://h', secret_file: ./nowhere }",
    ['hooks[0].webhook.secret_file: "./nowhere" can\'t be read: there is no such file'],
  ],
  [
    "an address that is none",
    "on: [file], webhook: { url: 'ftp://hunter2@h' }",
    ["hooks[0].webhook: the webhook's url must be an http or https address"],
  ],
  [
    "a source that is misspelt",
    "on: [file], command: [x], sources: [RMA1, RMA2]",
    ["hooks[0].sources[1]: there is no source `RMA2`; did you mean `RMA1`?"],
  ],
  [
    "what is for events it isn't told of",
    "on: [file], command: [x], stale_after: 20m, group: {}",
    [
      "hooks[0].group: is for the event `group`, which isn't in `on`",
      "hooks[0].stale_after: is for the event `stale`, which isn't in `on`",
    ],
  ],
  [
    "an event that is misspelt",
    "on: [fiel], command: [x]",
    ["hooks[0].on[0]: must be file, or group, or slot, or gap, or stale, or error"],
  ],
  [
    "a group by what the layout has not",
    "on: [group], group: { by: [radar], expect: [DBZH] }, command: [x]",
    [
      "hooks[0].group: the layout reads no radar from paths: give an attribute that it reads as group.by, " +
        "or list only sources that have one in sources (source RMA1)",
    ],
  ],
  [
    "a group by an attribute in which no files differ",
    "on: [group], group: { field: moment, expect: [DBZH] }, command: [x]",
    [
      "hooks[0].group: the layout reads no moment from paths: give an attribute that it reads as group.field, " +
        "or list only sources that have one in sources (source RMA1)",
    ],
  ],
])("what is wrong with a hook is told: %s", async (_what, hook, messages) => {
  const found = await problems(`${GOOD}hooks: [{ name: h, ${hook} }]\n`);
  const prefix = "daybook.yaml:8: ";
  expect(found.map((line) => line.slice(0, prefix.length))).toEqual(messages.map(() => prefix));
  expect(found.map((line) => line.slice(prefix.length)).sort()).toEqual([...messages].sort());
});

test("two hooks of one name are refused at the second", async () => {
  const hook = "  - { name: h, on: [file], command: [x] }\n";
  expect(await problems(`${GOOD}hooks:\n${hook}${hook}`)).toEqual([
    "daybook.yaml:10: hooks[1].name: there is a hook `h` already: they would share messages",
  ]);
});

test("an adapter's complaint names options as the file does", async () => {
  const sftp = "    transport: { use: sftp, host: sftp.example.com, user: me }";
  expect((await problems(changed(TRANSPORT, sftp)))[0]).toContain(
    "no way to log in to sftp.example.com: give password, private_key or agent",
  );
});
