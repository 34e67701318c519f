import { h } from "./dom.js";
import type { Overview } from "./types.js";

const SIGNS = { good: ["✓", "all well"], watch: ["!", "have a look"], bad: ["✕", "act"] } as const;

/** The four questions of a person on duty. */
export function answerCards(answers: Overview["answers"]): HTMLElement[] {
  return answers.map(({ question, verdict, headline, details }) =>
    h(
      "section",
      { class: `answer ${verdict}` },
      h("h2", {}, question),
      h(
        "p",
        { class: "headline" },
        h("span", { class: "sign", role: "img", "aria-label": SIGNS[verdict][1] }, SIGNS[verdict][0]),
        h("span", {}, headline),
      ),
      details.length > 0 && h("ul", {}, ...details.map((line) => h("li", {}, line))),
    ),
  );
}
