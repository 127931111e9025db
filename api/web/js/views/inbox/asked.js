// What is asked for now and then: its code comes with the first time.
import { holdKeys } from "../../core/keys.js";
import { failed } from "../../store/toasts.js";

/** @param {(acts: typeof import("./acts.js")) => void} begin */
function acts(begin) {
  holdKeys(import("./acts.js").then(begin, failed));
}

/** @param {Message} message */
export function why(message) {
  holdKeys(import("./why.js").then((module) => module.why(message), failed));
}

/** @param {Conversation} row */
export const snooze = (row) => acts((module) => module.snooze(row));
/** @param {Conversation} row */
export const draft = (row) => acts((module) => module.draft(row));
/** @param {Conversation} row */
export const logLinkedIn = (row) => acts((module) => module.logLinkedIn(row));
/** @param {Contact} who */
export const pause = (who) => acts((module) => module.pause(who));
/** @param {Contact} who */
export const resume = (who) => acts((module) => module.resume(who));
/** @param {(at: string) => Promise<void>} send */
export const schedule = (send) => acts((module) => module.schedule(send));

/** @param {Message} message @param {string | null | undefined} said What a person said before. */
export function correct(message, said) {
  holdKeys(import("./intent.js").then((module) => module.correct(message, said), failed));
}

/** @param {Message} message */
export function deliveries(message) {
  holdKeys(import("./deliveries.js").then((module) => module.deliveries(message), failed));
}

/** @param {Conversation} row */
export function join(row) {
  holdKeys(import("./join.js").then((module) => module.join(row), failed));
}

/** @param {Contact} who @param {"change" | "merge" | "erase" | "takeAway" | "doNotContact"} what */
export function contactAct(who, what) {
  holdKeys(import("./people.js").then((module) => module[what](who), failed));
}
