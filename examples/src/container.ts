// Daybook inside an application that uses tsyringe: classes of its own, made by its own container. What is registered
// there under Daybook's tokens is used, and is left open when Daybook is closed.

import "reflect-metadata"; // first, before anything that uses tsyringe
import { createDaybook, localDestination, ObserverToken, radarLayout } from "@daybook/core";
import type { CrawlEvent, Observer } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { ftpTransport } from "@daybook/transport-ftp";
import { container, inject, injectable } from "tsyringe";
import { home, server } from "./place.js";

interface Mailer {
  send(subject: string): void;
}
const MailerToken = Symbol("Mailer");

@injectable()
class ArrivalMails implements Observer {
  readonly #mailer: Mailer;

  // @inject on every parameter: types alone are gone at run time, and some compilers keep no trace of them.
  constructor(@inject(MailerToken) mailer: Mailer) {
    this.#mailer = mailer;
  }

  on(event: CrawlEvent): void {
    if (event.type === "file-stored") this.#mailer.send(`arrived: ${event.file.location}`);
  }
}

const mine = container.createChildContainer();
mine.register<Mailer>(MailerToken, { useValue: { send: (subject) => console.log(`mail: ${subject}`) } });
mine.registerSingleton<Observer>(ObserverToken, ArrivalMails);

const daybook = createDaybook({
  container: mine,
  plugins: [sqliteStore({ path: `${home}/state.db` }), localDestination({ path: `${home}/downloads` })],
  sources: [
    {
      name: "RMA5",
      plugins: [ftpTransport(server)],
      layout: radarLayout("RMA5"),
      start: "2025-01-01T00:00:00Z",
      end: "2025-01-01T01:00:00Z",
    },
  ],
});

try {
  const { outcome } = await daybook.run();
  console.log(`outcome: ${outcome}`);
} finally {
  await daybook.close();
}
