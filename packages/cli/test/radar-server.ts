import { dirname } from "node:path";
import { FtpServer, RemoteTree } from "@daybook/testing";
import { afterEach } from "vitest";
import { writeConfig } from "./workspace.js";

const servers: FtpServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

export const PASSWORD = "correct-horse";
export const DAY = "/L2/RMA1/2025/01/01";
const old = new Date("2025-01-01T06:00:00Z");
export const name = (hour: string, field: string) =>
  `${DAY}/${hour}/3020/RMA1_0315_01_${field}_20250101T${hour}3020Z.BUFR`;

/** Three hours of long ago: two fields at 00, nothing at 01, one of ours and a stranger at 02. */
export function sampleTree(): RemoteTree {
  const tree = new RemoteTree();
  tree.put(name("00", "DBZH"), "a".repeat(1000), old);
  tree.put(name("00", "VRAD"), "b".repeat(2000), old);
  tree.put(name("02", "DBZH"), "c".repeat(3000), old);
  tree.put(`${DAY}/02/3020/notes\u001b[2J.txt`, "hello", old);
  return tree;
}

/** An FTP server of the tree, and a configuration that mirrors it. */
export async function served(
  tree: RemoteTree,
  { password = PASSWORD, end = "2025-01-01T03:00Z", radars = "RMA1", top = "" } = {},
) {
  const server = await FtpServer.start({ tree, users: { me: PASSWORD } });
  servers.push(server);
  const file = await writeConfig(`state: { use: sqlite, path: ./ledger/state.db }
destination: { use: local, path: ./downloads }
${top}
sources:
  - name: "{radar}"
    each: { radar: [${radars}] }
    transport: { use: ftp, host: 127.0.0.1, port: ${server.port}, user: me, password: "${password}" }
    layout: /L2/{radar}/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/{radar}_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR
    start: 2025-01-01T00:00Z
    end: ${end}
    poll: 1s
    retry_delay: 100ms
    max_retry_delay: 200ms
`);
  return { server, file, folder: dirname(file) };
}

/** JSON, one a line. */
export const json = (text: string) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
