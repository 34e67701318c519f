import type { Peer } from "../peer.js";
import { curl } from "./curl.js";
import { daybook, daybookNoSync, otherDaybooks } from "./daybook.js";
import { daybookInProcess } from "./in-process.js";
import { lftp, lftpTuned } from "./lftp.js";
import { rclone } from "./rclone.js";
import { sftp } from "./sftp.js";

const PEERS: readonly Peer[] = [
  daybook,
  daybookNoSync,
  daybookInProcess,
  rclone,
  lftp,
  lftpTuned,
  curl,
  sftp,
];

/** All there are; with another checkout's, if there is one. */
export const allPeers = (otherCheckout: string | undefined): Peer[] => [
  ...PEERS,
  ...(otherCheckout === undefined ? [] : otherDaybooks(otherCheckout)),
];
