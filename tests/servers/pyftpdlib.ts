import { execFileSync } from "node:child_process";
import { realFtp } from "./ftp-process.js";

/** Debian's own, which has its packages, whatever else is called python3 here. */
const PYTHON = "/usr/bin/python3";
const login = { user: "daybook", password: "a secret of its own" };

/** Has MLSD, and is written in Python. */
export const pyftpdlib = realFtp({
  name: "pyftpdlib",
  program: PYTHON,
  login,
  whyNot: () => {
    try {
      execFileSync(PYTHON, ["-c", "import pyftpdlib"], { stdio: "ignore" });
      return undefined;
    } catch {
      return "it lacks pyftpdlib";
    }
  },
  prepare: async ({ root, host, port, file }, { maxPerHost }) => {
    const script = await file(
      "serve.py",
      [
        "import sys",
        "from pyftpdlib.authorizers import DummyAuthorizer",
        "from pyftpdlib.handlers import FTPHandler",
        "from pyftpdlib.servers import FTPServer",
        "root, host, port, limit, user, password = sys.argv[1:]",
        "authorizer = DummyAuthorizer()",
        "authorizer.add_user(user, password, root, perm='elr')",
        "FTPHandler.authorizer = authorizer",
        "server = FTPServer((host, int(port)), FTPHandler)",
        "server.max_cons_per_ip = int(limit)",
        "server.serve_forever()",
        "",
      ].join("\n"),
    );
    return [script, root, host, String(port), String(maxPerHost ?? 0), login.user, login.password];
  },
});
