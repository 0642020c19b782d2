// Starts the app: the only script that index.html names. It exists because the Content-Security-Policy
// allows no inline script, and because a load that fails must end in words instead of an empty page.

const script = document.querySelector("script[data-wasm]");

/** What the person reads for each way in which a start can fail. */
const WORDS = {
  unsupported: "This browser is too old for Lume: it cannot run WebAssembly.",
  offline: "Lume could not be loaded because there is no connection. Once it has been opened with a connection, it works without one.",
  failed: "Lume could not be loaded completely. This can happen in the middle of an update.",
};

/** Shows why the app did not start, what it means for the data, and what can be done. */
function showFailure(reason) {
  const box = document.createElement("main");
  box.id = "boot-failure";
  box.setAttribute("role", "alert");
  const heading = document.createElement("h1");
  heading.textContent = "Lume did not start";
  const what = document.createElement("p");
  what.textContent = WORDS[reason];
  const data = document.createElement("p");
  data.textContent = "Nothing that you saved on this device is lost.";
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => location.reload());
  box.append(heading, what, data, again);
  document.body.append(box);
}

/** Fetches the glue and the module side by side and starts the app while the module still streams in. */
async function start() {
  if (typeof WebAssembly !== "object" || typeof WebAssembly.instantiateStreaming !== "function") {
    showFailure("unsupported");
    return;
  }
  try {
    const wasm = fetch(script.dataset.wasm, { credentials: "same-origin" });
    // A rejected fetch is reported by the start below; without this it would be reported twice.
    wasm.catch(() => {});
    const glue = await import(script.dataset.js);
    const answer = await wasm;
    if (!answer.ok) {
      throw new Error(`the app's module was answered with ${answer.status}`);
    }
    await glue.default({ module_or_path: answer });
  } catch (error) {
    console.error("lume: the app did not start:", error);
    showFailure(navigator.onLine ? "failed" : "offline");
  }
}

await start();

// Only now: the worker downloads the whole build, which must not compete with the first screen. It is
// registered after a failed start as well, because an update may be what repairs it.
if (script.dataset.register) {
  import(script.dataset.register).catch((error) => console.warn("lume: no service worker:", error));
}
