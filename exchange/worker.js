// The web worker around lume-exchange. The page starts it for one file that is read or written, and ends it afterwards.
//
// The page sends {task: "open", bytes}             and is answered {text: summary}
//             or {task: "rows", from, count}        and is answered {text: rows}
//             or {task: "begin", kind, head}        and is answered {text: ""}
//             or {task: "write", entities}          and is answered {bytes}
//             or {task: "finish"}                   and is answered {bytes}.
// What fails is answered {failed: text}, the reason for a file that can't be read, as JSON, or "" for anything else.
//
// The build puts `"use strict"; const LUME_MODULE = "/lume-exchange-….wasm";` and the module's glue in front.

let opened;
let written;

async function carryOut({ task, bytes, from, count, kind, head, entities }) {
  await wasm_bindgen({ module_or_path: LUME_MODULE });
  switch (task) {
    case "open":
      opened = wasm_bindgen.OpenedFile.open(bytes);
      return { text: opened.summary() };
    case "rows":
      return { text: opened.rows(from, count) };
    case "begin":
      written = wasm_bindgen.ExportFile.begin(kind, head);
      return written ? { text: "" } : { failed: "" };
    case "write": {
      const part = written.write(entities);
      return part ? { bytes: part } : { failed: "" };
    }
    case "finish":
      return { bytes: written.finish() };
    default:
      return { failed: "" };
  }
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(await carryOut(data));
  } catch (error) {
    // The module throws a text for a file that it can't read; anything else is the module itself.
    self.postMessage({ failed: typeof error === "string" ? error : "" });
  }
};
