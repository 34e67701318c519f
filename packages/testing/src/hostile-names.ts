/** A name that a server could send for a file or folder, and what it might do to whoever believes it. */
export interface HostileName {
  readonly name: string;
  readonly why: string;
}

const LONG = "x".repeat(251);

// By hand: one name a line would be five pages.
// prettier-ignore
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "stands for another directory": [
    "", ".", "..",
  ],
  "climbs out of its directory": [
    "../evil", "../../evil", "../../../../../../etc/passwd", "a/../../evil", "./../evil", "x/..", "../",
    "..\\evil", "..\\..\\evil", "a\\..\\..\\evil", "..\\", ".\\..\\evil", "../..\\evil", "..//evil",
    "....//evil", "..././evil", "..;/evil", "..\0/evil", "../\0", "a/./../../evil",
  ],
  "climbs out once it is decoded": [
    "%2e%2e%2fevil", "%2e%2e", "..%2fevil", "%2e%2e/evil", "..%5cevil", "%252e%252e%252fevil",
    "..%c0%afevil", "..%c1%9cevil", "%uff0e%uff0e%u2215evil", "..%00", "%00", "a%00.bufr", "a%0ab",
    "a%0d%0ab", "&#46;&#46;&#47;evil", "\\u002e\\u002e\\u002fevil", "\\x2e\\x2e\\x2fevil", "=2e=2e=2fevil",
  ],
  "looks like a way out, or becomes one when it is simplified": [
    "\uff0e\uff0e\uff0fevil", "\uff0e\uff0e", "\u2024\u2024", "\u2025", "\u2026", "..\u2215evil",
    "..\u2044evil", "..\u29f8evil", "..\uff3cevil", "..\u2216evil", "...", "....", ". .", ".. ", " ..",
    "..\u200b", ".\u200d.",
  ],
  "is absolute": [
    "/etc/passwd", "/", "//evil", "/evil", "~/.ssh/authorized_keys", "~", "~root", "\\evil", "\\",
  ],
  "names a drive, a share or a device of Windows": [
    "C:", "C:evil", "C:\\evil", "c:/evil", "Z:evil", "\\\\server\\share\\evil", "//server/share/evil",
    "\\\\?\\C:\\evil", "\\\\.\\PhysicalDrive0", "\\??\\C:\\evil", "file.bufr:stream", "file.bufr::$DATA",
    "CON", "con", "PRN", "AUX", "NUL", "nul.bufr", "COM1", "com1.txt", "LPT9", "CONIN$", "COM\u00b9",
    "CLOCK$", "a<b", "a>b", 'a"b', "a|b", "a?b", "a*b", "PROGRA~1", "desktop.ini", "Thumbs.db",
  ],
  "ends in what Windows drops": [
    "file.", "file..", "file ", "file. ", "file .", "file\u00a0", "file\u3000",
  ],
  "begins or ends with blanks": [
    " file", "  file", " ", "   ", "\u00a0", "\u3000", "file  ", " - ", "file\u2003",
  ],
  "ends a C string early": [
    "\0", "a\0b", "a.bufr\0.exe", "\0..", "a\0",
  ],
  "begins a line of its own": [
    "a\nb", "\n", "a\n", "\nb", "a\rb", "\r", "a\r", "a\r\nb", "\r\n", "a\u0085b", "a\u2028b", "a\u2029b",
    "a\vb", "a\fb", "a\nERROR disk full", "a\r2025-01-01T00:00:00.000Z all is well",
  ],
  "puts in a command or a listing line": [
    "a\r\nDELE b", "a\nQUIT", "a\r\n226 Transfer complete.", "a\nRETR ../secret",
    "a\r\ntype=file;size=4;modify=20250101000000; put-in", "a\n-rw-r--r-- 1 ftp ftp 4 Jan 01 2025 put-in",
    "type=dir; x", "a; b", "a -> b", "a -> /etc/passwd", "total 0", "-rw-r--r-- 1 ftp ftp 9 Jan 01 2025 x",
  ],
  "commands a terminal": [
    "\u001b[2J", "\u001b[31mred\u001b[0m", "\u001b[1A\u001b[2K", "\u001b[?25l", "\u001b[8m hidden",
    "\u001bc", "\u001b]0;a title\u0007", "\u001b]2;a title\u001b\\", "\u001b]52;c;ZXZpbA==\u0007",
    "\u001bP+q\u001b\\", "\u001b]8;;https://example.com\u001b\\a link\u001b]8;;\u001b\\", "\u009b2J",
    "\u009d0;title\u009c", "\u0090q", "\u0007", "a\bb", "rm\b\bls", "a\tb", "\u007f", "\u0000\u001b[c",
    "\u001b[6n", "\u000e", "\u001b%G",
  ],
  "turns the direction of reading": [
    "\u202etxt.exe", "scan\u202efrub.exe", "\u202dabc", "\u202aabc\u202c", "\u202babc\u202c",
    "\u2066abc\u2069", "\u2067abc\u2069", "\u2068abc\u2069", "abc\u2069", "\u200eabc", "\u200fabc",
    "\u061cabc", "\u05d0\u05d1.bufr",
  ],
  "hides something": [
    "a\u200bb", "a\u200cb", "a\u200db", "a\u2060b", "\ufeffa", "a\u00adb", "a\u034fb", "a\u180eb",
    "a\u2061b", "a\u{e0041}b", "a\u{e0001}", "a\ufe0fb", "a\u115fb", "a\u3164b", "a\uffa0b",
    "a\ufff9b\ufffac\ufffb", "\u200b",
  ],
  "is no text": [
    "\ud800", "\udfff", "a\ud83db", "\udc00\ud800", "a\udeadb", "\ufffd", "\ufffe", "\uffff", "a\ufdd0b",
  ],
  "is longer than a file system allows, or just as long": [
    `${LONG}1234`, `${LONG}12345`, "x".repeat(1000), "x".repeat(5000), "\u00e9".repeat(127),
    "\u00e9".repeat(128), "\u{1f4e1}".repeat(63), "\u{1f4e1}".repeat(64), `${LONG}.tmp`,
    "a\u0301".repeat(200), ".".repeat(255),
  ],
  "is another's double to some file systems": [
    "Scan.bufr", "scan.bufr", "SCAN.BUFR", "caf\u00e9", "cafe\u0301", "\u212b", "\u00c5", "A\u030a",
    "stra\u00dfe", "STRASSE", "\ufb01le", "file", "\u0130", "\u0131", "\u017fcan.bufr", "\u1e9e",
  ],
  "is another's double to the eye": [
    "sc\u0430n.bufr", "\u0455can.bufr", "scan\u2024bufr", "RM\u04101", "RMA\u0661", "\uff33can.bufr",
    "RMAl", "RMAI",
  ],
  "holds what is drawn in odd ways": [
    "Z\u0351\u036b\u0343a\u0321l\u0322g\u034bo\u030c", "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
    "\u{1f1e6}\u{1f1f7}", "\u{1f4e1}.bufr", "\ufdfd", "\u0e47\u0e47\u0e47\u0e47", "\u{12031}",
    "\u{1f3f4}\u{e0067}\u{e007f}",
  ],
  "is an option of a command": [
    "-rf", "--help", "-", "--", "-la", "-o ProxyCommand=evil", "--checkpoint-action=x",
  ],
  "is a command to a shell": [
    "$(reboot)", "`reboot`", "; reboot", "| reboot", "& reboot", "&& reboot", "> evil", "$HOME", "${IFS}",
    "a'b", "a''b", "!!", "#a", "(a)", "{a,b}", "a b", "%PATH%", "%s%s%n", "%d", "^a", "a=b", "@a",
  ],
  "is a pattern": [
    "*", "?", "[a-z]", "[!a]", "**", "{yyyy}", "{name}", "{a:.*}", "(((", ".*", "^$", "[[:alpha:]]", "a+",
  ],
  "is data to somebody else": [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' OR '1'='1", "'; DROP TABLE files; --",
    "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "null", "undefined", "NaN",
    "true", "0", "=1+1", "+1", "@SUM(1)", "a,b", "a;b", '{"a":1}', "a: b", "- a", "!!js/function",
    "http://example.com", "?a=b#c",
  ],
  "is Daybook's own": [
    ".daybook", ".DAYBOOK", ".Daybook", ".daybook.", ".daybook ", ".day\u200cbook", ".daybook\u200d",
    "parts", "open-1-x", ".part", "a.part", "0123456789abcdef01234567-1-x.part", "probe", "state.db",
    "state.db-wal", "scan.v2", "scan", "scan.v1", "scan.v10", ".v2", "daybook.yaml", ".tmp", ".nfs0000",
    ".git", ".htaccess",
  ],
  "becomes something else when it is put together": [
    "._.", "a_.", "._a", "_", "__", "._", "_.",
  ],
};

/** Names that servers could send, and that broke somebody's downloader or could. No two are alike. */
export const HOSTILE_NAMES: readonly HostileName[] = Object.freeze(
  Object.entries(GROUPS).flatMap(([why, names]) => names.map((name) => Object.freeze({ name, why }))),
);

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Names that are no UTF-8, as bytes: text can't say them. */
export const HOSTILE_BYTES: readonly { readonly bytes: Uint8Array; readonly why: string }[] = Object.freeze([
  { bytes: bytes(0x2e, 0x2e, 0xc0, 0xaf, 0x65), why: "an overlong slash" },
  { bytes: bytes(0xc0, 0xae, 0xc0, 0xae), why: "overlong dots" },
  { bytes: bytes(0xe0, 0x80, 0xaf), why: "a slash in three bytes" },
  { bytes: bytes(0x61, 0xc0, 0x80, 0x62), why: "an overlong NUL" },
  { bytes: bytes(0xed, 0xa0, 0x80), why: "half a surrogate pair" },
  { bytes: bytes(0xed, 0xa0, 0xbd, 0xed, 0xb2, 0xa9), why: "a surrogate pair as two characters" },
  { bytes: bytes(0x61, 0x80, 0x62), why: "a continuation without a beginning" },
  { bytes: bytes(0x61, 0xe2, 0x82), why: "a character that is cut off" },
  { bytes: bytes(0xf5, 0x80, 0x80, 0x80), why: "beyond the last character" },
  { bytes: bytes(0xff, 0xfe, 0x61, 0x00), why: "UTF-16 with its mark" },
  { bytes: bytes(0x63, 0x61, 0x66, 0xe9), why: "Latin-1" },
  { bytes: bytes(0x61, 0xff, 0xf4, 0x62), why: "telnet's interrupt" },
  { bytes: bytes(0x61, 0x9b, 0x32, 0x4a), why: "a terminal's command in eight bits" },
]);
