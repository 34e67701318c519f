#!/usr/bin/env node
// CommonJS, unlike the rest: Node's loader of modules starts the thread pool, and after that its size stands. Files are
// synced in groups larger than the four threads it has by default.
process.env.UV_THREADPOOL_SIZE ??= "16";
import("../dist/main.js");
