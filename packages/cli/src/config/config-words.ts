/** Keys of the file that adapters and core know by another name, and may name in a message. */
const KEYS = [
  "accept_anything",
  "allow_separate_transfer_host",
  "done_marker",
  "files_per_connection",
  "force_pasv",
  "host_key",
  "known_hosts",
  "listing_depth",
  "login_commands",
  "max_attempts",
  "max_retry_delay",
  "max_file_size",
  "min_age",
  "min_free",
  "min_rate",
  "min_version",
  "on_change",
  "on_time_shift",
  "private_key",
  "reconnect_for",
  "reject_unauthorized",
  "retry_delay",
  "server_host_key",
  "stable_for",
  "trust_listings",
];

const WORDS = new Map([
  ...KEYS.map((key) => [camelCase(key), key] as const),
  ["connectionString", "url"] as const,
]);

/** A message with options named as the configuration file names them. Loaded at every start: no schema in here. */
export function inConfigWords(message: string): string {
  return message
    .replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (word) => WORDS.get(word) ?? word)
    .replaceAll("`tls.ca`", "`tls.ca_file`");
}

export function camelCase(key: string): string {
  return key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
