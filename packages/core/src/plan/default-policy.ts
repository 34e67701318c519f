import type { SourcePolicy } from "./policy.js";
import { anyOf, minAge, proven, stable } from "./readiness.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What suits a radar network: files every few minutes, most within minutes of the observation, some days late. */
export const DEFAULT_POLICY: SourcePolicy = Object.freeze({
  poll: MINUTE,
  grace: 10 * MINUTE,
  lookback: HOUR,
  revisit: Object.freeze([HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR]),
  onChange: "replace",
  onTimeShift: "believe",
  ready: anyOf(proven(), minAge(MINUTE), stable()),
  maxAttempts: 5,
  retryDelay: SECOND,
  maxRetryDelay: 5 * MINUTE,
  resume: true,
  maxFileSize: Infinity,
  keep: Infinity,
  select: () => true,
  links: "follow",
  sizes: "trust",
  selection: "",
});
