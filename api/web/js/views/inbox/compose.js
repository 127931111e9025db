// Asking the composer to begin with something. Its own code comes a moment after the thread, which one reads first.
import { signal } from "../../../vendor/ui.js";
import { holdKeys } from "../../core/keys.js";

export const composer = () => import("./composer.js");

/** What is asked for, until the composer takes it. */
export const wanted = signal(/** @type {{ mode: "reply" | "note", text?: string, subject?: string | null, turn: number } | null} */ (null));
let turn = 0;

/** @param {"reply" | "note"} mode @param {string} [text] @param {string | null} [subject] */
export function compose(mode, text, subject) {
  wanted.value = { mode, text, subject, turn: ++turn };
  // What is typed next is meant for its field.
  holdKeys(composer());
}
