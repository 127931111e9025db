// What this browser prefers: theme, shortcuts, how long a reply can be taken back.
import { effect, signal } from "../../vendor/ui.js";

const STORED = "remit.prefs";
/** @typedef {{ theme: "auto" | "light" | "dark", shortcuts: boolean, undoSeconds: number, markRead: boolean }} Prefs */

/** @type {Prefs} */
const DEFAULTS = { theme: "auto", shortcuts: true, undoSeconds: 10, markRead: true };

/** @returns {Prefs} */
function stored() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(STORED) || "{}") };
  } catch {
    return DEFAULTS;
  }
}

export const prefs = signal(stored());

/** Whether anything was chosen in this browser. */
export const hasPrefs = () => localStorage.getItem(STORED) !== null;

/** @param {Partial<Prefs>} change */
export function prefer(change) {
  prefs.value = { ...prefs.value, ...change };
  localStorage.setItem(STORED, JSON.stringify(prefs.value));
}

effect(() => {
  const { theme } = prefs.value;
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
});
