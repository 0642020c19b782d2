import type { Page } from "@playwright/test";

/** What the app says on the screen: an entry that appears in a list or leaves it, or a message. */
export type Sight =
  | { kind: "entry"; id: string; note: string }
  | { kind: "gone"; id: string }
  | { kind: "message"; words: string };

const BINDING = "lumeChaosSees";

/**
 * Reports what the app says, as early as the page can tell: from an observer within it, at the change that shows it.
 * Called before the app is opened; holds for the page's life.
 */
export async function watchScreen(page: Page, sees: (sight: Sight) => void): Promise<void> {
  await page.exposeBinding(BINDING, (_, sight: Sight) => sees(sight));
  await page.addInitScript((binding) => {
    const tell = (sight: Sight) => (globalThis as unknown as Record<string, (sight: Sight) => void>)[binding](sight);
    const notes = new WeakMap<Element, string>();
    const lists = new WeakMap<Element, Set<string>>();
    // The app draws some things anew and changes others in place.
    const isNews = (element: Element, text: string) => {
      const isNews = notes.get(element) !== text;
      notes.set(element, text);
      return isNews;
    };
    const look = () => {
      for (const list of document.querySelectorAll("ul.entries")) {
        const entries = [...list.querySelectorAll<HTMLElement>("[data-testid=entry]")];
        const ids = new Set<string>();
        for (const entry of entries) {
          const id = entry.dataset.entryId ?? "";
          const note = entry.querySelector(".entry-note")?.textContent ?? "";
          ids.add(id);
          if (isNews(entry, note)) {
            tell({ kind: "entry", id, note });
          }
        }
        for (const id of lists.get(list) ?? []) {
          if (!ids.has(id)) {
            tell({ kind: "gone", id });
          }
        }
        lists.set(list, ids);
      }
      for (const message of document.querySelectorAll(".toast")) {
        const words = message.querySelector("span")?.textContent ?? "";
        if (isNews(message, words)) {
          tell({ kind: "message", words });
        }
      }
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  }, BINDING);
}
