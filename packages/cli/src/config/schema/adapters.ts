import { z } from "zod";
import { duration, flag, integer, sizeOrPart, strict, text } from "./fields.js";

export type AdapterKind = "state" | "destination" | "transport";

/** An adapter the command knows by a short name. */
export interface BuiltIn {
  readonly package: string;
  /** The factory's name among the package's exports. */
  readonly factory: string;
  /** Of everything but `use`; unknown keys are refused. */
  readonly options: z.ZodObject;
  /** Keys that hold paths, relative to the configuration file. */
  readonly paths?: readonly string[];
  /** Secrets that the factory also takes as a function, to be read from their files at each log-in. */
  readonly fresh?: readonly string[];
  /** What the factory calls a key, where it isn't the same in camelCase. */
  readonly names?: Readonly<Record<string, string>>;
}

const secret = (what: string) => text().describe(`${what}. Better: take it from the environment or a file.`);
const secretFile = (what: string) => text().describe(`A file that holds the ${what}.`);

const password = {
  password: secret("The password").optional(),
  password_file: secretFile("password").optional(),
};

const host = () =>
  z
    .string()
    .regex(/^[^\s/@]+$/, { error: "must be a name or address alone, without ftp://, user or path" })
    // One colon: two and more are in addresses of IPv6.
    .regex(/^(?![^:]*:\d*$)/, {
      error: "must be a name or address alone: what is behind the colon goes to `port`",
    })
    .describe("Name or address of the server.");

const timeout = duration()
  .prefault("30s")
  .describe("How long the server may leave a request without an answer.");

const encoding = text()
  .optional()
  .describe(
    "What the server's names are in, where that isn't UTF-8: latin1, windows-1252, cp437, gbk, shift_jis and so on.",
  );

const FTP: BuiltIn = {
  package: "@daybook/transport-ftp",
  factory: "ftpTransport",
  fresh: ["password"],
  options: strict({
    host: host(),
    port: integer(1, 65535).optional().describe("Default 21, or 990 for implicit TLS."),
    user: text().optional().describe("Login name. Default anonymous."),
    ...password,
    account: text()
      .optional()
      .describe("What ACCT is sent, for servers that want an account beside the password."),
    login_commands: z
      .array(text())
      .optional()
      .describe("Commands sent after every log-in, in order, such as SITE LISTFMT 1."),
    secure: z
      .union([flag(), z.literal("implicit")], { error: () => "must be true, false or implicit" })
      .optional()
      .describe("FTPS: true for TLS by AUTH TLS, implicit for TLS from the first byte. Default false."),
    tls: strict({
      reject_unauthorized: flag().optional().describe("False accepts any certificate. Default true."),
      ca_file: text().optional().describe("The authority's certificate, in PEM, in place of the usual ones."),
      cert_file: text()
        .optional()
        .describe("A certificate of our own, in PEM, for servers that ask for one."),
      key_file: secretFile("certificate's private key").optional(),
      passphrase_file: secretFile("private key's passphrase").optional(),
      servername: text().optional().describe("The name the certificate is for. Default `host`."),
      fingerprint: text()
        .optional()
        .describe(
          "SHA-256 of the one certificate that is accepted, whoever vouches for it, as openssl x509 -fingerprint -sha256 prints it.",
        ),
      min_version: z
        .enum(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"])
        .optional()
        .describe(
          "The oldest version spoken. Below TLSv1.2 old servers also want ciphers: DEFAULT@SECLEVEL=0.",
        ),
      ciphers: text().optional().describe("Ciphers in OpenSSL's words, such as DEFAULT@SECLEVEL=0."),
    })
      .optional()
      .describe("How the server's certificate is checked."),
    encoding,
    home: flag()
      .optional()
      .describe("Paths begin at the home of who logs in, not at the root. Default false."),
    force_pasv: flag()
      .optional()
      .describe(
        "Ask with PASV at once, for firewalls that let EPSV pass and drop the connection. Default false.",
      ),
    allow_separate_transfer_host: flag()
      .optional()
      .describe("Go where a PASV reply points, even to another machine. Default false."),
    min_rate: integer(0, 1_000_000_000)
      .prefault(100)
      .describe(
        "Bytes per second below which a listing or a file isn't getting anywhere, averaged over four time-outs. 0 for none.",
      ),
    trust_listings: flag()
      .optional()
      .describe(
        "The server never cuts listings: take one of exactly 1000, 2000, 9998 names as whole. Default false.",
      ),
    connections: integer(1, 1000)
      .prefault(5)
      .describe("Connections to the host at once, which is how many files are fetched side by side."),
    timeout,
  }),
};

const names = z.array(text()).optional();
const algorithmChange = strict({ prepend: names, append: names, remove: names })
  .optional()
  .describe("Algorithms by OpenSSH's names, to be added or taken away.");

const sshTarget = {
  host: host(),
  port: integer(1, 65535).prefault(22),
  user: text().describe("Login name."),
  ...password,
  private_key: secret("The private key itself").optional(),
  private_key_file: secretFile("private key").optional(),
  passphrase: secret("What opens the private key").optional(),
  passphrase_file: secretFile("private key's passphrase").optional(),
  agent: z
    .union([z.literal(true), text()], { error: () => "must be true, or the path of an agent's socket" })
    .optional()
    .describe("An SSH agent: the full path of its socket, or true for the one in SSH_AUTH_SOCK."),
  totp: secret("The secret of an authenticator, in base32").optional(),
  totp_file: secretFile("authenticator's secret").optional(),
  answers: z
    .array(secret("An answer"))
    .optional()
    .describe("What to answer, in order, to what else a server asks at the log-in."),
  algorithms: strict({
    legacy: flag().optional().describe("Take what old servers have, too: SHA-1, CBC ciphers, short MACs."),
    kex: algorithmChange,
    server_host_key: algorithmChange,
    cipher: algorithmChange,
    hmac: algorithmChange,
    compress: algorithmChange,
  })
    .optional()
    .describe("What may be agreed on with an old or strict server."),
  host_key: strict({
    known_hosts: z
      .union([z.literal(true), text()], { error: () => "must be true, or a file" })
      .optional()
      .describe("A file as OpenSSH writes it; true is ~/.ssh/known_hosts."),
    fingerprint: text().optional().describe("The key's SHA-256 as ssh-keygen -lf prints it: SHA256:…"),
    accept_anything: z.literal(true).optional().describe("No check: whoever answers is believed."),
  })
    .optional()
    .describe("How the server's key is checked. Default: against ~/.ssh/known_hosts."),
};

const SFTP: BuiltIn = {
  package: "@daybook/transport-sftp",
  factory: "sftpTransport",
  paths: ["known_hosts"],
  options: strict({
    ...sshTarget,
    jump: strict(sshTarget).optional().describe("A server to go through."),
    connections: integer(1, 1000).prefault(2).describe("SSH connections at once."),
    files_per_connection: integer(1, 1000).prefault(32).describe("Lists and reads that share a connection."),
    timeout,
    keepalive: duration()
      .prefault("10s")
      .describe("How often an idle connection is asked for a sign of life."),
    pipelining: flag()
      .prefault(true)
      .describe("False for servers that can't take more than one request at a time."),
    home: flag()
      .optional()
      .describe("Paths begin at the home of who logs in, not at the root. Default false."),
    encoding,
    listing_depth: integer(1, 64)
      .prefault(4)
      .describe("Requests for entries under way at once while a directory is listed."),
  }),
};

/** Beside the keys of its transport. */
export const hostRoot = z
  .string()
  .regex(/^(\/[^/]+)+\/?$/, { error: "must be an absolute path, such as /pub/mirror" })
  .describe("Where the tree begins at this host, if it isn't where the layout says: put before every path.");

const FAILOVER: BuiltIn = {
  package: "@daybook/core",
  factory: "failoverTransport",
  options: strict({
    order: z
      .enum(["priority", "round-robin"])
      .prefault("priority")
      .describe("The first host that is well, or each directory from the next host in turn."),
    trust: z
      .enum(["first", "any"])
      .optional()
      .describe("Whose listings settle a slot. Default first, with round-robin any."),
    times: z
      .enum(["compare", "ignore"])
      .prefault("compare")
      .describe("Whether the hosts show the same times for the same files."),
    hosts: z
      .array(z.looseObject({ use: text().describe("ftp, sftp, a package's name, or a file.") }))
      .min(1)
      .describe("How to reach each of them, the preferred one first."),
  }).superRefine(({ order, trust }, context) => {
    if (order === "round-robin" && trust === "first")
      context.addIssue({
        code: "custom",
        path: ["trust"],
        message: "hosts that are asked in turn must all be trusted: leave it out",
      });
  }),
};

const POSTGRES: BuiltIn = {
  package: "@daybook/store-postgres",
  factory: "postgresStore",
  names: { url: "connectionString", connections: "max" },
  options: strict({
    url: secret("postgres://user:password@host:5432/database; wins over the single keys").optional(),
    url_file: secretFile("URL").optional(),
    host: text().optional().describe("Default PGHOST, as for the keys below."),
    port: integer(1, 65535).optional(),
    user: text().optional(),
    ...password,
    database: text().optional(),
    ssl: flag().optional().describe("Whether to connect by TLS and check the certificate. Default false."),
    connections: integer(1, 1000).optional().describe("Connections at most. Default 5."),
    schema: text().optional().describe("The schema that holds the tables. Default daybook."),
    reconnect_for: duration()
      .optional()
      .describe("How long a call goes on trying while the server is away. Default 60s."),
  }),
};

const LOCAL: BuiltIn = {
  package: "@daybook/core",
  factory: "localDestination",
  paths: ["path"],
  names: { min_free: "minFree", follow_links: "followLinks" },
  options: strict({
    path: text().describe("The folder files land in."),
    sync: flag()
      .optional()
      .describe("Whether every file is made durable before it is recorded. Default true."),
    layout: text()
      .optional()
      .describe(
        "Where in the folder a file lands: a template with {source}, {name}, dates and attributes. " +
          "Default: the source, then the remote path below the layout's constant prefix.",
      ),
    compress: z
      .enum(["gzip", "zstd"])
      .optional()
      .describe(
        "How new files are kept, x as x.gz or x.zst. Default as they were sent. zstd needs Node 22.15.",
      ),
    min_free: sizeOrPart()
      .optional()
      .describe("What is left free on its disk: 500MB or 5%. Default 1 %, of large disks 100 MB."),
    follow_links: flag()
      .optional()
      .describe("Whether folders below the path may be symbolic links. Default false: they are refused."),
  }),
};

export const BUILT_IN: Readonly<Record<AdapterKind, Readonly<Record<string, BuiltIn>>>> = {
  state: {
    sqlite: {
      package: "@daybook/store-sqlite",
      factory: "sqliteStore",
      paths: ["path"],
      options: strict({ path: text().prefault("./state.db").describe("The database file.") }),
    },
    postgres: POSTGRES,
    json: {
      package: "@daybook/core",
      factory: "jsonStore",
      paths: ["path"],
      options: strict({ path: text().prefault("./state.json").describe("The file.") }),
    },
    memory: { package: "@daybook/core", factory: "memoryStore", options: strict({}) },
  },
  destination: { local: LOCAL },
  transport: { ftp: FTP, sftp: SFTP, failover: FAILOVER },
};

/** A short name the package of which isn't read from the name. */
export function builtIn(kind: AdapterKind, use: string): BuiltIn | undefined {
  return Object.hasOwn(BUILT_IN[kind], use) ? BUILT_IN[kind][use] : undefined;
}

/** `{ use, … }`; what follows `use` is checked against the adapter's own options in a second step. */
export function adapter(kind: AdapterKind, description: string) {
  return z
    .looseObject({
      use: text().describe(`${Object.keys(BUILT_IN[kind]).join(", ")}, a package's name, or a file.`),
    })
    .describe(description)
    .meta({ adapter: kind });
}

/** What an adapter's JSON Schema says of the options of each that is known. */
export function adapterJsonSchemas(kind: AdapterKind): object[] {
  const schemas = schemasOf(BUILT_IN[kind]);
  for (const { properties } of schemas as {
    properties: Record<string, { const?: string; items?: object }>;
  }[])
    if (properties.use?.const === "failover")
      Object.assign(properties.hosts!.items!, {
        anyOf: schemasOf({ ftp: FTP, sftp: SFTP }, { root: hostRoot.optional() }),
      });
  return schemas;
}

/** JSON Schemas of `{ use, … }` for each of these, and for any other. */
function schemasOf(adapters: Readonly<Record<string, BuiltIn>>, more: z.ZodRawShape = {}): object[] {
  const known = Object.entries(adapters).map(([use, { options }]) =>
    z.toJSONSchema(z.strictObject({ use: z.literal(use), ...more, ...options.shape }), { io: "input" }),
  );
  for (const schema of known) delete schema.$schema;
  const others = {
    description: "Any other package, or a file beginning with ./, with options of its own.",
    type: "object",
    properties: { use: otherThan(Object.keys(adapters)) },
    required: ["use"],
  };
  return [...known, others];
}

/** JSON Schema of a text that is none of these. */
export function otherThan(names: readonly string[]): { type: "string"; pattern: string } {
  return { type: "string", pattern: `^(?!(?:${names.join("|")})$)` };
}
