import { AfterFrame } from "./after-frame.js";
import { answerCards } from "./answers.js";
import { api, listen } from "./api.js";
import { AllDays } from "./days.js";
import { DelaysCard } from "./delays.js";
import { arrows, h, refill } from "./dom.js";
import { gapList, givenUpList, hostList, transferList } from "./lists.js";
import { readPalette } from "./paint.js";
import { Panel } from "./panel.js";
import { PeriodControl } from "./period.js";
import { Refresher } from "./refresher.js";
import { SourceRows } from "./source-rows.js";
import { LEGEND } from "../src/words/states.js";
import type { Overview } from "./types.js";
import { dayText, count, second } from "./words.js";

/** The whole page. */
class Page {
  readonly #days = new AllDays();
  readonly #panel = new Panel({
    closed: (source) => this.#rows.focus(source),
    writable: () => this.#overview?.writable ?? false,
  });
  readonly #rows = new SourceRows((source, day) => this.#panel.open({ source, date: dayText(day) }));
  readonly #period = new PeriodControl(() => this.#draw());
  readonly #refresher = new Refresher((overview, days, sources) => {
    this.#days.take(days);
    this.#show(overview);
    for (const source of sources) void this.#panel.refresh(source);
  });
  readonly #lists = new AfterFrame(() => this.#list());
  readonly #answers = h("div", { class: "answers" });
  readonly #gaps = arrows(h("div", { class: "list" }));
  readonly #givenUp = arrows(h("div", { class: "list" }));
  readonly #transfers = h("div", { class: "list moving" });
  readonly #hosts = h("div", { class: "list moving" });
  readonly #delays = new DelaysCard();
  readonly #clock = h("time", { class: "clock" });
  readonly #link = h("span", { class: "link", role: "status" }, "connecting");
  readonly #gapCount = h("span", { class: "quiet" });
  #overview: Overview | undefined;

  async begin(): Promise<void> {
    const [overview, days] = await Promise.all([api.overview(), api.availability()]);
    document.body.replaceChildren(this.#header(), this.#main(), this.#panel.element);
    this.#days.take(days);
    this.#show(overview);
    this.#panel.begin();
    document.body.dataset["ready"] = "true";
    listen({
      transfers: (all) => refill(this.#transfers, ...transferList(all)),
      changed: (sources) => this.#refresher.hear(sources),
      connected: (is) => this.#connected(is),
    });
    new ResizeObserver(() => this.#draw()).observe(this.#rows.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
    setInterval(() => this.#tick(), 1_000);
    this.#tick();
  }

  #header(): HTMLElement {
    const icon = h("img", { src: "/assets/icon.svg", alt: "", width: 22, height: 22 });
    return h("header", { class: "top" }, h("h1", {}, icon, "Daybook"), this.#link, this.#clock);
  }

  #main(): HTMLElement {
    const card = (title: string, body: HTMLElement, count?: HTMLElement) =>
      h("section", { class: "card" }, h("header", {}, h("h2", {}, title), count), body);
    const head = h("header", {}, h("h2", {}, "Hours by day"), legend(), this.#period.element);
    return h(
      "main",
      {},
      this.#answers,
      h("section", { class: "card calendar" }, head, this.#rows.element),
      h(
        "div",
        { class: "cards" },
        card("Gaps", this.#gaps, this.#gapCount),
        card("Files given up", this.#givenUp),
        h(
          "div",
          { class: "stack" },
          card("On their way", this.#transfers),
          card("Connections", this.#hosts),
          this.#delays.element,
        ),
      ),
    );
  }

  #show(overview: Overview): void {
    this.#overview = overview;
    refill(this.#answers, ...answerCards(overview.answers));
    const { period } = this.#days;
    if (period) this.#period.offer(period);
    this.#draw();
    this.#lists.ask();
  }

  /** The lists are long and below the pictures: they come once those are on the screen. */
  #list(): void {
    const { gaps, gapsTotal, givenUp, sources } = this.#overview!;
    const open = this.#panel.open.bind(this.#panel);
    refill(this.#gaps, ...gapList(gaps, gapsTotal, open));
    refill(this.#givenUp, ...givenUpList(givenUp, open));
    refill(this.#hosts, ...hostList(this.#overview!));
    this.#gapCount.textContent = gapsTotal > 0 ? count(gapsTotal, "stretch", "stretches") : "";
    this.#delays.offer(sources.map(({ name }) => name));
  }

  #draw(): void {
    const width = this.#rows.element.clientWidth;
    if (this.#overview && width > 0)
      this.#rows.show(this.#overview.sources, this.#days.all, this.#period.period(width), readPalette());
  }

  #connected(is: boolean): void {
    this.#link.textContent = is ? "live" : "connection lost, trying again";
    this.#link.classList.toggle("lost", !is);
    // Whatever was missed meanwhile is asked for.
    if (is) this.#refresher.look();
  }

  #tick(): void {
    const now = new Date();
    this.#clock.textContent = `${second(now.toISOString())} UTC`;
    this.#refresher.tick(now.getTime());
  }
}

function legend(): HTMLElement {
  const items = LEGEND.map(({ name, glyph, label }) =>
    h("li", {}, h("span", { class: `chip ${name}`, "aria-hidden": "true" }, glyph), label),
  );
  return h("ul", { class: "legend", "aria-label": "What the colours mean" }, ...items);
}

await new Page().begin().catch((error: Error) => {
  const words = [h("h1", {}, "Daybook can't be asked now"), h("p", {}, error.message)];
  document.body.replaceChildren(h("main", { class: "broken" }, ...words));
  setTimeout(() => location.reload(), 5_000);
});
