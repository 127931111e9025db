// The kill switch: never shown as thrown before the server said so.
import { signal } from "../../vendor/ui.js";
import { apiWithSeq, post } from "../core/api.js";
import { several } from "../core/words.js";
import { toast } from "./toasts.js";

/** @type {import("../../vendor/ui.js").Signal<Switch | null>} */
export const killSwitch = signal(null);
/** @type {import("../../vendor/ui.js").Signal<Switch[]>} */
export const switches = signal([]);

/** @returns {Promise<string | null>} The place of the event log that this answer joins. */
export async function readSwitches() {
  /** @type {{ value: Page<Switch>, seq: string | null }} */
  const { value, seq } = await apiWithSeq("/switches");
  switches.value = value.data;
  killSwitch.value = value.data.find((one) => one.name === "kill_switch") || null;
  return seq;
}

/** @param {string} reason @param {string} act */
export async function engage(reason, act) {
  /** @type {Engaged} */
  const done = await post("/kill-switch/engage", { reason }, act);
  killSwitch.value = done.switch;
  const out = done.in_flight ? ` ${several(done.in_flight, "message")} had already been handed over.` : "";
  toast(`All AI sending is stopped. ${several(done.stopped, "queued message")} withdrawn.${out}`);
}

/** @param {string} reason @param {string} act */
export async function release(reason, act) {
  killSwitch.value = await post("/kill-switch/release", { reason }, act);
  toast("The AI may send again. Nothing that was stopped is revived.");
}
