#!/usr/bin/env node
// CommonJS, unlike the rest: Node's loader of modules starts the thread pool, and after that its size stands. Files are
// synced in groups larger than the four threads it has by default.
process.env.UV_THREADPOOL_SIZE ??= "16";
// Memory stays with what is under way: by default V8 lets four times as much garbage gather before it looks for any.
process.getBuiltinModule("node:v8").setFlagsFromString("--heap-growing-percent=30");
import("../dist/main.js");
