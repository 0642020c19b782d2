// Starts the app: the only script that index.html names. It exists because the Content-Security-Policy
// allows no inline script, and because a load that fails must end in words instead of an empty page.

const script = document.querySelector("script[data-wasm]");

/**
 * What the person reads when a start fails, in every language of the app: the title, then why (this browser is too old; no
 * connection; half loaded), what it means, what can be done. The app's own words are in files that may not be there.
 */
const WORDS = {
  en: {
    title: "Lume did not start",
    unsupported: "This browser is too old for Lume: it cannot run WebAssembly.",
    offline: "Lume could not be loaded because there is no connection. Once it has been opened with a connection, it works without one.",
    failed: "Lume could not be loaded completely. This can happen in the middle of an update.",
    kept: "Nothing that you saved on this device is lost.",
    again: "Try again",
  },
  de: {
    title: "Lume ist nicht gestartet",
    unsupported: "Dieser Browser ist zu alt für Lume: Er kann kein WebAssembly ausführen.",
    offline: "Lume konnte ohne Verbindung nicht geladen werden. Einmal mit Verbindung geöffnet, geht es auch ohne.",
    failed: "Lume konnte nicht vollständig geladen werden. Das kann mitten in einem Update vorkommen.",
    kept: "Nichts, was du auf diesem Gerät gespeichert hast, ist verloren.",
    again: "Noch einmal versuchen",
  },
  es: {
    title: "Lume no se ha iniciado",
    unsupported: "Este navegador es demasiado antiguo para Lume: no puede ejecutar WebAssembly.",
    offline: "No se pudo cargar Lume porque no hay conexión. Una vez abierta con conexión, funciona también sin ella.",
    failed: "Lume no se pudo cargar por completo. Puede ocurrir en medio de una actualización.",
    kept: "No se ha perdido nada de lo que guardaste en este dispositivo.",
    again: "Intentar de nuevo",
  },
  fr: {
    title: "Lume n’a pas démarré",
    unsupported: "Ce navigateur est trop ancien pour Lume : il ne sait pas exécuter WebAssembly.",
    offline: "Lume n’a pas pu être chargée, faute de connexion. Une fois ouverte avec une connexion, elle s’en passe.",
    failed: "Lume n’a pas pu être chargée entièrement. Cela peut arriver au milieu d’une mise à jour.",
    kept: "Rien de ce que tu as enregistré sur cet appareil n’est perdu.",
    again: "Réessayer",
  },
  pt: {
    title: "O Lume não iniciou",
    unsupported: "Este navegador é antigo demais para o Lume: ele não executa WebAssembly.",
    offline: "O Lume não pôde ser carregado porque não há conexão. Depois de aberto uma vez com conexão, funciona também sem ela.",
    failed: "O Lume não pôde ser carregado por completo. Isso pode acontecer no meio de uma atualização.",
    kept: "Nada do que você salvou neste dispositivo se perdeu.",
    again: "Tentar de novo",
  },
  ar: {
    title: "لم يبدأ Lume",
    unsupported: "هذا المتصفح أقدم من أن يشغّل Lume: لا يمكنه تشغيل WebAssembly.",
    offline: "تعذّر تحميل Lume لعدم وجود اتصال. بعد فتحه مرة باتصال يعمل من دونه.",
    failed: "لم يكتمل تحميل Lume. قد يحدث هذا في أثناء تحديث.",
    kept: "لم يُفقد شيء مما حفظته على هذا الجهاز.",
    again: "إعادة المحاولة",
  },
};

/** The language to say it in: the one chosen in the app, else the first of the browser's that there is, else English. */
function bootLanguage() {
  let chosen;
  try {
    chosen = JSON.parse(localStorage.getItem("lume.prefs") ?? "{}").language;
  } catch {
    // Without small storage nothing was chosen.
  }
  const tags = [chosen, ...navigator.languages].map((tag) => String(tag).split("-")[0].toLowerCase());
  return tags.find((tag) => Object.hasOwn(WORDS, tag)) ?? "en";
}

/** Shows why the app did not start, what it means for the data, and what can be done. */
function showFailure(reason) {
  const language = bootLanguage();
  const words = WORDS[language];
  const box = document.createElement("main");
  box.id = "boot-failure";
  box.lang = language;
  box.dir = language === "ar" ? "rtl" : "ltr";
  box.setAttribute("role", "alert");
  const heading = document.createElement("h1");
  heading.textContent = words.title;
  const what = document.createElement("p");
  what.textContent = words[reason];
  const data = document.createElement("p");
  data.textContent = words.kept;
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = words.again;
  again.addEventListener("click", () => location.reload());
  box.append(heading, what, data, again);
  document.body.append(box);
}

/**
 * Says what may become markup or a script of this page: the app's templates are put in as markup by a library that knows
 * nothing of Trusted Types, and they hold no script; scripts of workers are this site's own.
 */
function trustTemplates() {
  globalThis.trustedTypes?.createPolicy("default", {
    createHTML: (markup) => (/<script|<iframe|\son\w+\s*=/i.test(markup) ? null : markup),
    createScriptURL: (url) => (new URL(url, location.href).origin === location.origin ? url : null),
  });
}

/**
 * Lets the static shell be painted: the module is many times larger than all that this needs, and would share the line
 * with it. In a page that nobody looks at nothing is painted.
 */
function shellPainted() {
  const FRAME_MS_MAX = 200;
  if (document.visibilityState !== "visible") {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    setTimeout(resolve, FRAME_MS_MAX);
    // A task that is made in a frame comes after its paint.
    requestAnimationFrame(() => setTimeout(resolve));
  });
}

/** How long a browser may take over a module that has arrived. */
const COMPILE_MS_MAX = 5_000;

/**
 * Fetches a module and compiles it while it streams in. Firefox at times forgets that it was asked to, when pages are left
 * and gone back to quickly: what has arrived and is no module for long is compiled from memory, as is what a server gives
 * another type. Only compiling may be done twice; whoever asked makes one instance.
 */
async function fetchModule(address) {
  const { href } = new URL(address, location.href);
  const begun = performance.now();
  const ask = async () => {
    const answer = await fetch(href, { credentials: "same-origin" });
    if (!answer.ok) {
      throw new Error(`${href} was answered with ${answer.status}`);
    }
    return answer;
  };
  const fromMemory = async (answer) => WebAssembly.compile(await answer.arrayBuffer());
  const compile = async () => {
    const answer = await ask();
    const isTyped = answer.headers.get("content-type")?.startsWith("application/wasm");
    return isTyped ? WebAssembly.compileStreaming(answer) : fromMemory(answer);
  };
  let watch;
  const again = new Promise((resolve) => {
    watch = setInterval(() => {
      if (performance.getEntriesByName(href).some(({ startTime }) => startTime >= begun)) {
        clearInterval(watch);
        console.warn("lume: the browser is stuck with a module:", href);
        // Where that fails the first may still come.
        ask().then(fromMemory).then(resolve, () => {});
      }
    }, COMPILE_MS_MAX);
  });
  try {
    return await Promise.race([compile(), again]);
  } finally {
    clearInterval(watch);
  }
}

/** Fetches the glue and the module side by side and starts the app. */
async function start() {
  if (typeof WebAssembly !== "object" || typeof WebAssembly.compileStreaming !== "function") {
    showFailure("unsupported");
    return;
  }
  await shellPainted();
  try {
    const wasm = fetchModule(script.dataset.wasm);
    // A rejected fetch is reported by the start below; without this it would be reported twice.
    wasm.catch(() => {});
    const glue = await import(script.dataset.js);
    await glue.default({ module_or_path: await wasm });
  } catch (error) {
    console.error("lume: the app did not start:", error);
    showFailure(navigator.onLine ? "failed" : "offline");
  }
}

trustTemplates();
// The script that fetches the rest of the app is made by a tool, which is told to use this (xtask/src/dist/split.rs).
globalThis.lumeFetchModule = fetchModule;
await start();

// Only now: the worker downloads the whole build, which must not compete with the first screen. It is
// registered after a failed start as well, because an update may be what repairs it.
if (script.dataset.register) {
  import(script.dataset.register).catch((error) => console.warn("lume: no service worker:", error));
}
