import { expect, test } from "vitest";
import { name, sampleTree, served } from "./radar-server.js";
import { daybook } from "./workspace.js";

test("verify tells of files given up beside nothing wrong", async () => {
  const { server, file } = await served(sampleTree());
  server.faults.add({ on: "RETR", path: name("02", "DBZH"), reply: "553 Permission denied.", times: 100 });
  expect((await daybook(["run", "-c", file])).exitCode).toBe(3);
  const { stdout } = await daybook(["verify", "-c", file]);
  expect(stdout).toMatch(/2 files checked, .*: nothing wrong; 1 file given up, which daybook gaps tells of/);
});
