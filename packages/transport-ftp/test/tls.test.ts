import { X509Certificate } from "node:crypto";
import { createServer } from "node:net";
import { testCertificate } from "@daybook/testing";
import { FtpTransport } from "@daybook/transport-ftp";
import type { FtpTlsOptions } from "@daybook/transport-ftp";
import { describe, expect, onTestFinished, test } from "vitest";
import { scripted } from "./support/script-server.js";
import { failure, readAll, setUp } from "./support/setup.js";

const logins = (commands: readonly string[]) =>
  commands.filter((command) => command.startsWith("USER")).length;

const FINGERPRINT = new X509Certificate(testCertificate.cert).fingerprint256;

describe("TLS", () => {
  test("with a certificate nobody vouches for is config, and says what to set", async () => {
    const { transport } = await setUp({ tls: testCertificate }, { secure: true });
    const error = await failure(transport.list("/"));
    expect([error.kind, error.detail]).toEqual([
      "config",
      expect.stringMatching(/signed by itself.*`tls.ca_file`/),
    ]);
  });

  test("on a server without it is config", async () => {
    const { server, transport } = await setUp({}, { secure: "explicit" });
    const error = await failure(transport.list("/"));
    expect([error.kind, error.detail]).toEqual(["config", expect.stringContaining("the server refused TLS")]);
    // Whoever stripped it would like nothing better.
    expect(error.detail).not.toMatch(/leave|without|secure: false/);
    expect(logins(server.commands)).toBe(0);
  });

  test("missing on a server that wants it is config, not a wrong password", async () => {
    const { server, transport } = await setUp();
    server.faults.add({ on: "USER", reply: "530 Non-anonymous sessions must use encryption.\r\n" });
    const error = await failure(transport.list("/"));
    expect([error.kind, error.detail.includes("secure: true")]).toEqual(["config", true]);
  });

  test("that is agreed on and never comes is a timeout", async () => {
    const { port } = await saying("220 Hello.\r\n", "234 Go ahead.\r\n");
    const transport = new FtpTransport({ host: "127.0.0.1", port, secure: true, timeout: 150 });
    expect((await failure(transport.list("/"))).kind).toBe("timeout");
    await transport.close();
  });

  test("with a certificate for another name says that it is the name", async () => {
    const tls = { ca: testCertificate.cert, servername: "ftp.example.com" };
    const { server, transport } = await setUp({ tls: testCertificate }, { secure: true, tls });
    const error = await failure(transport.list("/"));
    expect([error.kind, error.detail]).toEqual([
      "config",
      expect.stringMatching(/another name.*`tls.servername`/),
    ]);
    expect(logins(server.commands)).toBe(0);
  });

  describe.each([false, true])("whose certificate is pinned (implicit: %s)", (implicit) => {
    const secure = implicit ? "implicit" : true;
    const pinned = (fingerprint: string) =>
      setUp({ tls: { ...testCertificate, implicit } }, { secure, tls: { fingerprint } });

    test.each([FINGERPRINT, `SHA256:${FINGERPRINT.replaceAll(":", "").toLowerCase()}`])(
      "needs nobody to vouch for it: %s",
      async (fingerprint) => {
        const { transport } = await pinned(fingerprint);
        await transport.list("/pub");
        expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
      },
    );

    test("is refused when it shows another one, before anything is said", async () => {
      const { server, transport } = await pinned("ab".repeat(32));
      const error = await failure(transport.list("/"));
      expect([error.kind, error.detail]).toEqual(["config", expect.stringContaining("`tls.fingerprint`")]);
      expect(logins(server.commands)).toBe(0);
    });
  });

  describe("of an old server", () => {
    const old = (tls: FtpTlsOptions) =>
      setUp(
        { tls: { ...testCertificate, maxVersion: "TLSv1.1" } },
        { secure: true, tls: { ca: testCertificate.cert, ...tls } },
      );

    test("is refused, and it is said what would let it in", async () => {
      const { transport } = await old({});
      const error = await failure(transport.list("/"));
      expect([error.kind, error.detail]).toEqual(["config", expect.stringContaining("`tls.min_version")]);
    });

    test("is spoken where it is asked for", async () => {
      const { transport } = await old({ minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" });
      await transport.list("/pub");
      expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
    });
  });

  test("that is wanted after all is said so: no wrong password, no wrong port", async () => {
    for (const USER of [
      "503 Use AUTH first.",
      "530 This server does not allow plain FTP. You have to use FTP over TLS.",
      "550 SSL/TLS required on the control channel",
    ]) {
      const { transport, commands } = await scripted({ on: { USER } });
      const error = await failure(transport.list("/"));
      expect([error.kind, error.detail.startsWith("the server wants TLS: set `secure: true`")]).toEqual([
        "config",
        true,
      ]);
      expect(commands.filter((command) => command.startsWith("PASS"))).toEqual([]);
    }
  });

  test("that wants a certificate of ours says which keys", async () => {
    const { transport } = await scripted({ on: { PASS: "530 A valid client certificate is required." } });
    const error = await failure(transport.list("/"));
    expect([error.kind, error.detail.includes("`tls.cert_file`")]).toEqual(["config", true]);
  });
});

/** A server that greets, answers the first thing it hears, and then keeps silent. */
async function saying(greeting: string, answer = ""): Promise<{ port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => {}).write(greeting);
    socket.once("data", () => socket.write(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return server.address() as { port: number };
}
