import type { CrawlEvent, Observer } from "./observer.js";

/** One function that tells all observers; what an observer throws stays with the observer. */
export function fanOut(observers: readonly Observer[]): (event: CrawlEvent) => void {
  return (event) => {
    for (const observer of observers) {
      try {
        observer.on(event);
      } catch {
        // A broken observer must not break a crawl, and has no one else to tell.
      }
    }
  };
}
