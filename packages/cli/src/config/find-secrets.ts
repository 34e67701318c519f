/** Keys whose values are secrets, in the file or in an adapter's options. */
export const SECRET_KEY = /^(password|passphrase|private_key|token|secret|totp|answers)$/;

const SECRET_HEADER = /^(proxy-)?authorization$|^cookie$|-(key|token)$/i;

const IN_URL = /(?<=[a-z0-9+.-]:\/\/)[^\s/:@]*:([^\s@]+)@/gi;

/** Every secret in a file's values, those in URLs among them. */
export function* findSecrets(value: unknown, key = ""): Generator<string> {
  if (typeof value === "string") {
    if (SECRET_KEY.test(key) || SECRET_HEADER.test(key)) yield value;
    for (const [, password] of value.matchAll(IN_URL)) {
      yield password!;
      yield decoded(password!);
    }
  } else if (Array.isArray(value)) {
    for (const item of value) yield* findSecrets(item, key);
  } else if (typeof value === "object" && value !== null) {
    for (const [inner, item] of Object.entries(value)) yield* findSecrets(item, inner);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
