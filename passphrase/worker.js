// The web worker around lume-passphrase: takes one task at a time and answers it. The page starts it when there is
// something to do, and ends it afterwards, so that no passphrase stays in its memory.
//
// The page sends {task: "derive", passphrase, salt, memoryKib, passes}
//             or {task: "seal" | "open", passphrase, bytes}
// and is answered {bytes} or {failed: "wrong" | "damaged" | "broken"}.
//
// The build puts `"use strict"; const LUME_MODULE = "/lume-passphrase-….wasm";` and the module's glue in front.

async function carryOut({ task, passphrase, bytes, salt, memoryKib, passes }) {
  await wasm_bindgen({ module_or_path: LUME_MODULE });
  // The same words typed on another keyboard may be other code points.
  const words = passphrase.normalize("NFC");
  switch (task) {
    case "derive":
      return wasm_bindgen.deriveKey(words, salt, memoryKib, passes);
    case "seal":
      return wasm_bindgen.sealFile(words, bytes);
    case "open":
      return wasm_bindgen.openFile(words, bytes);
    default:
      return undefined;
  }
}

self.onmessage = async ({ data }) => {
  try {
    const bytes = await carryOut(data);
    self.postMessage(bytes ? { bytes } : { failed: "broken" });
  } catch (error) {
    // The module throws the words for a file that does not open; anything else is the module itself.
    self.postMessage({ failed: ["wrong", "damaged"].includes(error) ? error : "broken" });
  }
};
