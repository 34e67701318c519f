import { hideSecrets, SecretWords } from "@daybook/core";
import fc from "fast-check";
import { expect, test } from "vitest";

const cases: [string, string, string][] = [
  // A server that echoes what it was sent.
  ["hunter22", "530 Login incorrect: hunter22 is wrong.", "530 Login incorrect: *** is wrong."],
  ["hunter22", "you sent PASS hunter22", "you sent PASS ***"],
  ["p", "unknown command: PASS p", "unknown command: PASS ***"],
  ["ftp", 'the password "ftp" is too short', 'the password "***" is too short'],
  ["data", "connect ftp://me:data@host/data failed", "connect ftp://me:***@host/data failed"],
  ["a b&c!", "bad URL ftp://me:a%20b%26c!@host", "bad URL ftp://me:***@host"],
  ["123456", "530 123456 is wrong", "530 *** is wrong"],
  ['say "hi"!', '{"pass":"say \\"hi\\"!"}', '{"pass":"***"}'],
  ["s3cret/7!", "no s3cret/7!.", "no ***."],
  // Words that only look like it.
  ["p", "kept silent, please step back", "kept silent, please step back"],
  ["ftp", "ftp.example.com:21 closed the ftp session", "ftp.example.com:21 closed the ftp session"],
  ["data", "the data connection was closed", "the data connection was closed"],
  ["radar", "no radar of that name; radars are RMA1", "no radar of that name; radars are RMA1"],
  ["anonymous", "530 no anonymous logins here", "530 no anonymous logins here"],
  ["server", "the server closed the connection", "the server closed the connection"],
  ["hunter2", "hunter22 and xhunter2", "hunter22 and xhunter2"],
  ["example", "can't reach ftp.example.com", "can't reach ftp.example.com"],
  // A folder that is called like it.
  ["2025/01", "550 /L2/RMA1/2025/01/01: No such directory", "550 /L2/RMA1/2025/01/01: No such directory"],
  ["DBZH01", "given up: ./dl/DBZH01/x.dat", "given up: ./dl/DBZH01/x.dat"],
];

test.each(cases)("with the password %j, %j is told as %j", (secret, message, shown) => {
  expect(hideSecrets(message, [secret])).toBe(shown);
});

test("a figure in a message of ours is a figure, whatever the password", () => {
  const words = new SecretWords(["123456"]);
  expect(words.hide("123456 files are to come", { ours: true })).toBe("123456 files are to come");
  expect(words.hide("PASS 123456", { ours: true })).toBe("PASS ***");
});

test("a word in a message of ours is a word, whatever the password", () => {
  const words = new SecretWords(["stored"]);
  expect(words.hide("Version 1 was stored", { ours: true })).toBe("Version 1 was stored");
  expect(hideSecrets("530 stored is wrong", ["stored"])).toBe("530 *** is wrong");
});

test("a key of many lines is hidden line by line", () => {
  const line = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
  expect(hideSecrets(`can't parse x${line}x`, [`-----BEGIN KEY-----\n${line}\n`])).toBe("can't parse x***x");
});

const telling = fc
  .string({ unit: "grapheme-ascii", minLength: 8, maxLength: 20 })
  .filter(
    (secret) => /\d/.test(secret) && /[A-Z]/.test(secret) && /^\w.*\w$/.test(secret) && !/[*%]/.test(secret),
  );

test("wherever a telling password stands by itself, it is hidden", () => {
  fc.assert(
    fc.property(telling, fc.constantFrom(" ", ": ", '"', "'", "(", "\t"), (secret, sign) => {
      expect(hideSecrets(`530 no${sign}${secret}${sign} here`, [secret])).not.toContain(secret);
    }),
  );
});

test("whatever the password, a message without it is left as it is", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (message, secret) => {
      fc.pre(
        !message.includes(secret.trim()) && !message.includes(encodeURI(secret.replace(/\p{Cs}/gu, ""))),
      );
      fc.pre(!message.toLowerCase().includes(secret.trim().toLowerCase()));
      expect(hideSecrets(message, [secret])).toBe(message);
    }),
  );
});

test("no letters of a word are ever replaced: what is left and right of *** is no part of a word", () => {
  const words = fc.array(fc.constantFrom("kept", "silent", "please", "step", "radar", "p", "ftp", "data"));
  fc.assert(
    fc.property(words, fc.stringMatching(/^[a-z]{1,10}$/), (message, secret) => {
      expect(hideSecrets(message.join(" "), [secret])).not.toMatch(/[a-z]\*\*\*|\*\*\*[a-z]/);
    }),
  );
});
