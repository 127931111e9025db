// Short words at the bottom: what was done, what failed, and the way back.
import { signal } from "../../vendor/ui.js";
import { said } from "../core/api.js";
import { unfetched } from "../core/code.js";

/** @typedef {{ id: number, text: string, tone: "" | "bad", act?: { word: string, run: () => void }, until?: number }} Toast */

/** @type {import("../../vendor/ui.js").Signal<Toast[]>} */
export const toasts = signal([]);
let count = 0;

/**
 * @param {string} text
 * @param {{ tone?: Toast["tone"], act?: Toast["act"], ms?: number, until?: number }} [how]
 * @returns {number}
 */
export function toast(text, how = {}) {
  const id = ++count;
  toasts.value = [...toasts.value.slice(-2), { id, text, tone: how.tone || "", act: how.act, until: how.until }];
  setTimeout(() => dismiss(id), how.ms || (how.tone === "bad" ? 9000 : 5000));
  return id;
}

/** @param {unknown} error @param {string} [what] What was tried. */
export function failed(error, what) {
  error = unfetched(error);
  toast(what ? `${what}: ${said(error)}` : said(error), { tone: "bad" });
}

/** @param {number} id */
export function dismiss(id) {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}
