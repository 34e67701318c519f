import type { Context } from "hono";
import type { Assets } from "./assets.js";
import { readBody } from "./body.js";
import { notFound } from "./problem.js";
import { COOKIE, type Sessions } from "./session.js";

/** A file of the page, by name; browsers keep it and ask whether it is still the same. */
export function asset({ req, body }: Context, assets: Assets, name: string): Response {
  const found = assets.get(name);
  if (found === undefined) throw notFound("there is no such page");
  const headers = { "content-type": found.type, etag: found.etag, "cache-control": "no-cache" };
  if (req.header("if-none-match") === found.etag) return body(null, 304, headers);
  return body(new Uint8Array(found.body), 200, headers);
}

/** The form; after a wrong token it says so, where no script could. */
export function loginPage(c: Context, assets: Assets): Response {
  const page = assets.get("login.html");
  if (page === undefined || c.req.query("wrong") === undefined) return asset(c, assets, "login.html");
  return c.html(page.body.toString().replace(" hidden>", ">"), 200, { "cache-control": "no-store" });
}

/** Trades the token for a cookie; a wrong one leads back to the form. */
export async function logIn(
  { req, redirect, header }: Context,
  sessions: Sessions | undefined,
): Promise<Response> {
  if (sessions === undefined) return redirect("/", 303);
  const token = new URLSearchParams(await readBody(req.raw)).get("token");
  if (token === null || !sessions.isToken(token)) return redirect("/login?wrong", 303);
  const { value, maxAge } = sessions.begin(new Date());
  const secure = new URL(req.url).protocol === "https:" || req.header("x-forwarded-proto") === "https";
  const flags = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
  header("set-cookie", `${COOKIE}=${value}; ${flags}`);
  return redirect("/", 303);
}

export function logOut({ redirect, header }: Context): Response {
  header("set-cookie", `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`);
  return redirect("/login", 303);
}
