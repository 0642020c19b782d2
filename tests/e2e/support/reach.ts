import type { Page } from "@playwright/test";

/** The least edge of what a finger taps, in CSS pixels. */
const TARGET_PX = 44;

/**
 * What can be tapped and is smaller than a finger. Links in the middle of a text are as high as their line. Where a box is
 * smaller than what it takes taps for, by its label or by an edge around it, the taps count.
 */
export async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const TARGETS = "button, summary, select, textarea, input, nav a, header a, a.button, a.icon-button, a[class], [role=button]";
    /** Half a pixel is lost to rounding. */
    const enough = least - 0.5;
    /** How far taps reach along a line through the middle. */
    const reach = (element: Element, target: Element, dx: number, dy: number): number => {
      const { left, top, width, height } = target.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const hits = (step: number) => {
        const hit = document.elementFromPoint(x + dx * step, y + dy * step);
        return hit !== null && (target.contains(hit) || element.contains(hit));
      };
      let [before, after] = [0, 0];
      while (before < least && hits(-before - 1)) {
        before += 1;
      }
      while (after < least && hits(after + 1)) {
        after += 1;
      }
      return before + after + 1;
    };
    const small: string[] = [];
    const modal = document.querySelector("dialog[open]");
    for (const element of (modal ?? document).querySelectorAll(TARGETS)) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest(".visually-hidden, .skip-link") !== null) {
        continue;
      }
      const target = element instanceof HTMLInputElement ? (element.closest("label") ?? element) : element;
      const { width, height } = target.getBoundingClientRect();
      if (width >= enough && height >= enough) {
        continue;
      }
      target.scrollIntoView({ block: "center" });
      if (Math.max(width, reach(element, target, 1, 0)) < enough || Math.max(height, reach(element, target, 0, 1)) < enough) {
        const name = element.getAttribute("aria-label") ?? element.textContent?.trim() ?? "";
        small.push(`${element.tagName}.${element.className} "${name.slice(0, 30)}" ${Math.round(width)}×${Math.round(height)}`);
      }
    }
    return [...new Set(small)];
  }, TARGET_PX);
}

/** What is wider than the window, or text that its box cuts off. */
export async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
      cut.push(`the page: ${scrollWidth} of ${clientWidth}`);
    }
    for (const element of document.body.querySelectorAll<HTMLElement>("*")) {
      const style = getComputedStyle(element);
      const hides = style.overflowX !== "visible" || style.overflowY !== "visible";
      const isField = element.matches("input, textarea, select");
      if (!hides || isField || element.closest(".visually-hidden, svg") !== null || !element.checkVisibility()) {
        continue;
      }
      const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
      if (element.scrollWidth > element.clientWidth + 1 || (!scrolls && element.scrollHeight > element.clientHeight + 1)) {
        cut.push(`${element.tagName}.${element.className} "${element.textContent?.trim().slice(0, 30)}"`);
      }
    }
    // Text beyond the window's edge, where nothing scrolls.
    for (const element of document.body.querySelectorAll("h1, h2, h3, p, label, button, a, dd, dt, span")) {
      const { left, right, width } = element.getBoundingClientRect();
      const isSeen = element.checkVisibility() && width > 0 && element.closest(".visually-hidden, .skip-link") === null;
      if (isSeen && (left < -1 || right > innerWidth + 1)) {
        cut.push(`${element.tagName}.${element.className} "${element.textContent?.trim().slice(0, 30)}" beyond the edge`);
      }
    }
    return [...new Set(cut)];
  });
}

/** What moves longer than a person who wishes for no motion is to see: animations and transitions beyond a millisecond. */
export async function moving(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const MOTION_MS_MAX = 1;
    const longest = (list: string) => {
      const times = list.split(",").map((time) => Number.parseFloat(time) * (time.trim().endsWith("ms") ? 1 : 1000));
      return Math.max(...times);
    };
    const found = new Set<string>();
    for (const element of document.querySelectorAll("*")) {
      for (const pseudo of ["", "::before", "::after"]) {
        const style = getComputedStyle(element, pseudo || null);
        const isAnimated = style.animationName !== "none" && longest(style.animationDuration) > MOTION_MS_MAX;
        if (isAnimated || longest(style.transitionDuration) > MOTION_MS_MAX) {
          found.add(`${element.tagName}.${element.getAttribute("class")}${pseudo} ${style.animationName}`);
        }
      }
    }
    return [...found];
  });
}

/** What the keyboard comes to with Tab, once around: each with whether one can see where one is. */
export async function tabStops(page: Page, stopsMax = 120): Promise<{ name: string; isSeen: boolean }[]> {
  const stops: { name: string; isSeen: boolean }[] = [];
  for (let count = 0; count < stopsMax; count += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) {
        return null;
      }
      const isFirst = !element.hasAttribute("data-was-focused");
      element.setAttribute("data-was-focused", "");
      const marked = [element, element.closest("label")].filter((marked) => marked !== null);
      const isSeen = marked.some((marked) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(marked);
        return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
      });
      const name = element.getAttribute("aria-label") ?? element.textContent?.trim() ?? "";
      return { isFirst, isSeen, name: `${element.tagName} ${element.id} ${name.slice(0, 40)}` };
    });
    if (stop === null || !stop.isFirst) {
      break;
    }
    stops.push({ name: stop.name, isSeen: stop.isSeen });
  }
  return stops;
}
