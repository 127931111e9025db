// Shortcuts. A view says what its keys do while it is there; the newest view that knows a key gets it. Keys that are a
// single letter can be switched off (WCAG 2.1.4) and never fire while somebody writes.
import { useLayoutEffect, useRef } from "../../vendor/ui.js";
import { prefs } from "../store/prefs.js";

/** @type {Array<{ current: Record<string, (event: KeyboardEvent) => void> }>} */
const layers = [];
let prefix = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let prefixTimer;

/**
 * Binds keys while the calling part is shown.
 * @param {Record<string, (event: KeyboardEvent) => void>} bindings
 */
export function useKeys(bindings) {
  const layer = useRef(bindings);
  layer.current = bindings;
  // In the same step as it is drawn: what one sees can be pressed.
  useLayoutEffect(() => {
    layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
    };
  }, []);
}

let held = 0;
/**
 * Single letters do nothing until this is over: what is typed ahead of a dialog whose code is on its way is meant for it.
 * @param {Promise<unknown>} coming
 */
export function holdKeys(coming) {
  held += 1;
  void coming.finally(() => setTimeout(() => (held -= 1)));
}

/** @param {EventTarget | null} target */
function writes(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** @param {KeyboardEvent} event */
function nameOf(event) {
  const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  if (event.key.length === 1) return control + (event.key === " " ? "Space" : event.key);
  return control + (event.shiftKey ? "Shift+" : "") + event.key;
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const name = nameOf(event);
  const isControl = name.startsWith("Ctrl+");
  if (!isControl && (writes(event.target) || document.querySelector("dialog[open]"))) return;
  const single = event.key.length === 1 && !isControl;
  if (single && (held || !prefs.value.shortcuts)) return;
  // Enter on a link or a button is that link's or button's.
  if (name === "Enter" && event.target instanceof Element && event.target.closest("a, button, summary")) return;
  const full = prefix ? `${prefix} ${name}` : name;
  clearTimeout(prefixTimer);
  prefix = "";
  for (const layer of [...layers].reverse()) {
    const act = layer.current[full];
    if (act) {
      event.preventDefault();
      act(event);
      return;
    }
  }
  if (name === "g" && single) {
    prefix = "g";
    prefixTimer = setTimeout(() => (prefix = ""), 1200);
  }
});
