import { randomBytes } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DaybookError, makeFolder } from "@daybook/core";
import { DEMO_RADARS } from "./scenario.js";
import type { DemoScenario } from "./scenario.js";

const MARKER = ".daybook-demo";

/** Makes an empty folder; one that an earlier demonstration made is wiped, any other that holds something refused. */
export async function prepareDemoFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw new DaybookError("config", `${folder} can't be used: ${error.code}`, { cause: error });
  });
  if (names.length > 0 && !names.includes(MARKER)) {
    throw new DaybookError(
      "config",
      `${folder} is not empty and not an earlier demo's: name another folder, as in daybook demo ./somewhere`,
    );
  }
  await rm(folder, { recursive: true, force: true });
  makeFolder(folder);
  await writeFile(
    join(folder, MARKER),
    "Made by `daybook demo`, which wipes this folder when it runs again.\n",
  );
}

/** A password for one demonstration, in the file that its configuration names. */
export async function writePassword(folder: string): Promise<string> {
  const password = randomBytes(9).toString("base64url");
  await writeFile(join(folder, "password"), `${password}\n`, { mode: 0o600 });
  return password;
}

/** Writes the configuration and tells its path. */
export async function writeConfig(folder: string, scenario: DemoScenario, port: number): Promise<string> {
  const file = join(folder, "daybook.yaml");
  await writeFile(file, configText(scenario, port));
  return file;
}

export function configText({ start, end }: DemoScenario, port: number): string {
  return `# What \`daybook demo\` crawled. The server is gone by now, but the ledger still answers:
# daybook status, daybook gaps and daybook files.
state: { use: sqlite, path: ./state.db }
destination: { use: local, path: ./downloads }
sources:
  - name: "{radar}"
    each: { radar: [${DEMO_RADARS.join(", ")}] }
    transport: { use: ftp, host: 127.0.0.1, port: ${port}, user: demo, password_file: ./password }
    layout: /L2/{radar}/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/{radar}_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR
    start: ${start.toISOString()}
    end: ${end.toISOString()}
    inspect: [bufr]
    # A real network calls for the defaults: a minute's poll, ten minutes' grace, five attempts.
    poll: 1s
    grace: 3s
    lookback: 2h
    max_attempts: 2
    retry_delay: 500ms
`;
}
