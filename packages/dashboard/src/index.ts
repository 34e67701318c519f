export { Dashboard } from "./dashboard.js";
export type { DashboardOptions } from "./dashboard.js";
export { reportHtml } from "./report/report-html.js";
export { LiveState } from "./live/live-state.js";
export type { Transfer } from "./live/live-state.js";
export { parseAddress } from "./server/address.js";
export type { Address } from "./server/address.js";
