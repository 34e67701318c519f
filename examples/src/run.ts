// npm run example -- NAME: starts an FTP server with a sample tree in this process and runs one example against it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { FtpServer } from "@daybook/testing";
import { sampleTree } from "./sample-tree.js";

const name = process.argv[2] ?? "date-range";
const server = await FtpServer.start({ tree: sampleTree() });
const env = { ...process.env, FTP_HOST: server.host, FTP_PORT: String(server.port) };
const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
const child = spawn(process.execPath, [script], { env, stdio: "inherit" });
process.on("SIGINT", () => {}); // Ctrl+C reaches the example, which ends by itself
[process.exitCode] = (await once(child, "exit")) as [number];
await server.close();
