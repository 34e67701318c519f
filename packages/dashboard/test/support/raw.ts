import { request } from "node:http";
import { text } from "node:stream/consumers";

/** With any method, target and headers, which `fetch` would refuse to send. */
export function raw(
  url: string,
  options: { method?: string; path?: string; headers?: Record<string, string>; body?: string },
) {
  const { hostname, port } = new URL(url);
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const { body, ...rest } = options;
      const sent = request({ hostname, port, ...rest }, (response) => {
        text(response).then(
          (body) => resolve({ status: response.statusCode!, headers: response.headers, body }),
          reject,
        );
      });
      sent.on("error", reject);
      sent.end(body);
    },
  );
}
