// What is asked for now and then: its code comes with the first time.
import { failed } from "../../store/toasts.js";

/** @param {Message} message */
export function why(message) {
  import("./why.js").then((module) => module.why(message), failed);
}

/** @param {Conversation} row */
export function snooze(row) {
  import("./acts.js").then((module) => module.snooze(row), failed);
}

/** @param {Conversation} row */
export function logLinkedIn(row) {
  import("./acts.js").then((module) => module.logLinkedIn(row), failed);
}
