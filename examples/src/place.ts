// Where the examples find their server and put their files. `npm run example -- date-range` sets these to a server of
// its own with a sample tree; set them yourself to try an example on yours.

export const server = {
  host: process.env.FTP_HOST ?? "127.0.0.1",
  port: Number(process.env.FTP_PORT ?? 21),
  user: process.env.FTP_USER ?? "anonymous",
  password: process.env.FTP_PASSWORD ?? "",
};

/** The folder for the ledger and the downloads. */
export const home = process.env.DAYBOOK_HOME ?? "daybook-example";
