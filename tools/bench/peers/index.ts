import type { Peer } from "../peer.js";
import { curl } from "./curl.js";
import { daybook, daybookNoSync } from "./daybook.js";
import { daybookInProcess } from "./in-process.js";
import { lftp, lftpTuned } from "./lftp.js";
import { rclone } from "./rclone.js";
import { sftp } from "./sftp.js";

export const PEERS: readonly Peer[] = [
  daybook,
  daybookNoSync,
  daybookInProcess,
  rclone,
  lftp,
  lftpTuned,
  curl,
  sftp,
];
