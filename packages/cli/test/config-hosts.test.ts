import { expect, test } from "vitest";
import { GOOD, problems, changed, TRANSPORT, withStart } from "./config-problems.js";

const TABLE: [string, string, string[]][] = [
  [
    "what is wrong with one of several hosts",
    changed(
      TRANSPORT,
      `    transport:
      use: failover
      order: round-robin
      trust: first
      hosts:
        - { use: ftp, host: a, conections: 5 }
        - { use: fpt, host: b }
        - { use: failover, hosts: [] }`,
    ),
    [
      "daybook.yaml:8: sources[0].transport.trust: hosts that are asked in turn must all be trusted: leave it out",
    ],
  ],
  [
    "what is wrong with another of several hosts",
    changed(
      TRANSPORT,
      `    transport:
      use: failover
      hosts:
        - { use: ftp, host: a, conections: 5 }
        - { use: fpt, host: b }
        - { use: failover, hosts: [] }
        - { use: ftp, host: c, root: pub }`,
    ),
    [
      "daybook.yaml:8: sources[0].transport.hosts[0].conections: unknown key `conections`; did you mean `connections`?",
      "daybook.yaml:9: sources[0].transport.hosts[1].use: there is no transport `fpt`; did you mean `ftp`?",
      "daybook.yaml:10: sources[0].transport.hosts[2].use: is within a failover already: list its hosts there",
      "daybook.yaml:11: sources[0].transport.hosts[3].root: must be an absolute path, such as /pub/mirror",
    ],
  ],
  [
    "several hosts that are none",
    changed(TRANSPORT, "    transport: { use: failover, hosts: [] }"),
    ["daybook.yaml:5: sources[0].transport.hosts: must have at least one item"],
  ],
  [
    "a rate that is none, and hours that contradict each other",
    withStart(`limit:
      rate: 5
      hours:
        - { from: 08:00, to: 18:00, rate: 1MB/s }
        - { from: 8:00, to: 18:00, rate: 0MB/s, day: mon }`),
    [
      'daybook.yaml:9: sources[0].limit.rate: "5" has no unit: write 5kB/s for kilobytes per second',
      'daybook.yaml:12: sources[0].limit.hours[1].rate: "0MB/s" could mean two things: write unlimited for no limit, or a small rate such as 10kB/s',
      "daybook.yaml:12: sources[0].limit.hours[1].day: unknown key `day`; did you mean `days`?",
    ],
  ],
  [
    "hours that overlap",
    withStart(`limit:
      rate: 5MB/s
      hours:
        - { from: 08:00, to: 18:00, rate: 1MB/s, days: mon-fri }
        - { from: 22:00, to: 08:30, rate: 2MB/s, days: [sun] }`),
    ["daybook.yaml:12: sources[0].limit.hours[1]: overlaps hours[0] on mon 08:00: which rate is meant?"],
  ],
  [
    "a time of day that is none, and a zone that isn't known",
    `${GOOD}hosts:
  ftp.example.com:
    limit: { rate: unlimited, hours: [{ from: "8:00", to: "18:00", rate: 1MB/s }] }
  FTP.example.com:2121: { limit: { rate: 1MB/s, zone: Mars } }
`,
    [
      'daybook.yaml:10: hosts.ftp.example.com.limit.hours[0].from: "8:00" is no time of day: write 08:00 or 17:30',
      'daybook.yaml:11: hosts.FTP.example.com:2121.limit.zone: "Mars" is not known: write UTC or a name such as Europe/Zurich',
    ],
  ],
  [
    "a limit for a host that nobody asks",
    `${GOOD}hosts: { ftp.exmaple.com: { limit: { rate: 1MB/s } } }\n`,
    [
      "daybook.yaml:8: hosts.ftp.exmaple.com: no source has the host `ftp.exmaple.com`; did you mean `ftp.example.com`?",
    ],
  ],
];

test.each(TABLE)("%s is told with file, line and key", async (_what, text, expected) => {
  expect(await problems(text)).toEqual(expected);
});
