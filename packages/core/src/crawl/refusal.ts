const WORDS = "the server doesn't let this user list ";

/** That a directory may not be listed, with the server's words. */
export function refusal(directory: string, detail: string): string {
  return `${WORDS}${directory}: ${detail}`;
}

export function isRefusal(reason: string | undefined): boolean {
  return reason?.startsWith(WORDS) ?? false;
}
