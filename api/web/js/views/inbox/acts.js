// What is done with a conversation now and then, each with a question first.
import { html } from "../../../vendor/ui.js";
import { post } from "../../core/api.js";
import { localValue, moment } from "../../core/time.js";
import { nameOf } from "../../core/words.js";
import { act, changed, readAll } from "../../store/thread.js";
import { toast } from "../../store/toasts.js";
import { askReason } from "../../ui/dialog.js";

/** @param {Conversation} row */
export function snooze(row) {
  const at = (/** @type {number} */ days, /** @type {number} */ hour) => {
    const when = new Date();
    when.setDate(when.getDate() + days);
    when.setHours(hour, 0, 0, 0);
    return when;
  };
  let until = localValue(at(1, 9));
  askReason({
    title: "Snooze until",
    optional: true,
    bare: true,
    yes: "Snooze",
    about: `${nameOf(row.contact)} comes back to the inbox then, or as soon as they write.`,
    more: html`<div class="field"><label for="snooze-until">Until</label><input class="input" id="snooze-until" type="datetime-local" required defaultValue=${until} onInput=${(/** @type {any} */ event) => (until = event.currentTarget.value)} /></div>`,
    run: async (_reason, name) => {
      changed(await post(`/conversations/${row.id}/snooze`, { until: new Date(until).toISOString() }, name));
      toast(`Snoozed until ${moment(new Date(until).toISOString())}`, { act: { word: "Undo", run: () => void act("reopen") } });
    },
  });
}

/** @param {Conversation} row */
export function logLinkedIn(row) {
  let kind = "connection_request";
  askReason({
    title: "Log LinkedIn activity",
    label: "What was said (optional)",
    optional: true,
    yes: "Log it",
    about: "What you did on LinkedIn by hand, for the timeline. Nothing is sent.",
    more: html`<div class="field"><label for="linkedin-kind">Kind</label><select class="select" id="linkedin-kind" onChange=${(/** @type {any} */ event) => (kind = event.currentTarget.value)}>
      <option value="connection_request">Connection request</option><option value="message">Message</option><option value="comment">Comment</option></select></div>`,
    run: async (text, name) => {
      await post(`/conversations/${row.id}/linkedin-activities`, { kind, text }, name);
      toast("Logged on the timeline");
      void readAll();
    },
  });
}
