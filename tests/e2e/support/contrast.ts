import type { Page } from "@playwright/test";

/** A text whose contrast is too low. */
export interface Faint {
  text: string;
  ratio: number;
  least: number;
  where: string;
}

/**
 * Measures every visible text against everything that may lie behind it, gradients by each of their colours. WCAG's 4.5
 * is asked of all text (3 where it is large), and its 7 of what is there to be read: headings, paragraphs, notes, answers
 * and what is typed, unless they are marked as an aside (`quiet`, `small`).
 */
export async function faintTexts(page: Page): Promise<Faint[]> {
  return page.evaluate(() => {
    const READ = "h1, h2, h3, p, dd, li, .entry-note, textarea, input, .choice-name, .toast";
    const ASIDE = ".quiet, .small, .notice, .banner, .tag, .frame-nav, .entry-meta, .field-help, .choice-help, .field-error, .today-date, time, button, a";
    type Colour = [number, number, number, number];
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    if (canvas === null) {
      throw new Error("no canvas");
    }
    const parse = (css: string): Colour => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top: Colour, [r, g, b]: Colour): Colour => {
      const mix = (front: number, back: number) => front * top[3] + back * (1 - top[3]);
      return [mix(top[0], r), mix(top[1], g), mix(top[2], b), 1];
    };
    const luminance = ([r, g, b]: Colour) => {
      const [R, G, B] = [r, g, b].map((part) => {
        const value = part / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * R + 0.7152 * G + 0.0722 * B;
    };
    const ratio = (a: Colour, b: Colour) => {
      const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
      return (high + 0.05) / (low + 0.05);
    };
    const COLOURS = /(?:rgba?|color|oklab|oklch|color-mix)\((?:[^()]|\([^()]*\))*\)/g;
    /** All colours that may be seen behind an element. */
    const grounds = (element: Element | null): Colour[] => {
      if (element === null) {
        return [parse(getComputedStyle(document.documentElement).getPropertyValue("--bg"))];
      }
      const style = getComputedStyle(element);
      const own = parse(style.backgroundColor);
      if (own[3] === 1 && style.backgroundImage === "none") {
        return [own];
      }
      const below = grounds(element.parentElement).map((ground) => over(own, ground));
      if (style.backgroundImage === "none") {
        return below;
      }
      const stops = (style.backgroundImage.match(COLOURS) ?? []).map(parse);
      const shown = stops.flatMap((stop) => below.map((ground) => over(stop, ground)));
      return stops.every((stop) => stop[3] === 1) && stops.length > 0 ? shown : [...below, ...shown];
    };
    const faint: Faint[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent?.trim() ?? "";
      const element = walker.currentNode.parentElement;
      if (text === "" || element === null || !element.checkVisibility({ visibilityProperty: true })) {
        continue;
      }
      if (element.closest(".visually-hidden, noscript, option, [disabled], [aria-disabled=true]") !== null) {
        continue;
      }
      const style = getComputedStyle(element);
      const size = Number.parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const isRead = element.closest(READ) !== null && element.closest(ASIDE) === null;
      const least = isRead ? (isLarge ? 4.5 : 7) : isLarge ? 3 : 4.5;
      for (const ground of grounds(element)) {
        const found = ratio(over(parse(style.color), ground), ground);
        if (found < least) {
          faint.push({ text: text.slice(0, 40), ratio: Math.round(found * 100) / 100, least, where: `${element.tagName}.${element.className}` });
          break;
        }
      }
    }
    return faint;
  });
}
