// Runs before anything is painted: the theme and the language that were chosen, and the words of the static shell that
// `cargo xtask build` has put into index.html. Trunk alone makes no shell; then only theme and language are set.
//
// The build puts `const LUME_SHELL = { <tag>: { dir, words } }` in front: the words in the order of the numbers that the
// markup names, the greetings first. It touches nothing but the shell, and the app does not know of it.

{
  /** The record of src/shell/prefs.rs. */
  const PREFS_KEY = "lume.prefs";
  /** From which hour on each greeting is said, as in src/model/moments.rs; the night goes on after midnight. */
  const GREETINGS = [
    [23, 0],
    [18, 3],
    [12, 2],
    [5, 1],
    [0, 0],
  ];

  const PARTS = "#boot-splash :is([data-word], [data-greeting], [data-date], [data-place])";

  const root = document.documentElement;
  const languages = typeof LUME_SHELL === "object" ? LUME_SHELL : {};
  const prefs = readPrefs();
  const tag = preferred();
  const known = languages[tag];
  if (prefs.theme === "light" || prefs.theme === "dark") {
    root.dataset.theme = prefs.theme;
  }
  if (known) {
    root.lang = tag;
    root.dir = known.dir;
    fillIn();
  }
  if (known && tag !== "en") {
    preload(`/locales/${tag}.json`);
  }

  function readPrefs() {
    try {
      const prefs = JSON.parse(localStorage.getItem(PREFS_KEY));
      return typeof prefs === "object" && prefs !== null ? prefs : {};
    } catch {
      // Nothing can be stored here, or it is no record: the app copes with that by itself.
      return {};
    }
  }

  /** The chosen language, or the first of the device's that the app has, as src/i18n.rs finds it. */
  function preferred() {
    const wanted = [prefs.language, ...navigator.languages].filter((tag) => typeof tag === "string");
    const primary = wanted.map((tag) => tag.split("-")[0].toLowerCase());
    return primary.find((tag) => tag in languages) ?? "en";
  }

  /** Side by side with the module, which asks for the same file once it has started. */
  function preload(file) {
    const link = document.createElement("link");
    link.rel = "preload";
    link.as = "fetch";
    link.crossOrigin = "anonymous";
    link.href = file;
    document.head.append(link);
  }

  /** Fills each part of the shell in as it is parsed: an observer is called before the next paint. */
  function fillIn() {
    const isToday = location.pathname === "/" && !new URLSearchParams(location.search).has("day");
    root.dataset.shell = isToday ? "today" : "other";
    const fill = () => {
      document.querySelectorAll(PARTS).forEach(fillOne);
    };
    const observer = new MutationObserver(fill);
    observer.observe(root, { childList: true, subtree: true });
    document.addEventListener("DOMContentLoaded", () => {
      observer.disconnect();
      fill();
    });
  }

  function fillOne(element) {
    const { word, greeting, date, place } = element.dataset;
    if (word !== undefined) {
      write(element, known.words[word]);
    } else if (greeting !== undefined) {
      const hour = new Date().getHours();
      write(element, known.words[GREETINGS.find(([from]) => hour >= from)[1]]);
    } else if (date !== undefined) {
      write(element, today());
    } else if (place === location.pathname) {
      element.setAttribute("aria-current", "page");
    }
  }

  /** Again where the parser has added to it meanwhile; English is there already. */
  function write(element, text) {
    if (text !== undefined && element.textContent !== text) {
      element.textContent = text;
    }
  }

  /** As src/shell/format.rs writes a day: in the person's own variant of the language. */
  function today() {
    const own = navigator.languages.find((own) => own.split("-")[0] === tag) ?? tag;
    return new Date().toLocaleDateString(own, { weekday: "long", day: "numeric", month: "long" });
  }
}
