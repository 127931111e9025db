// What is done with a conversation now and then, each with a question first.
import { html } from "../../../vendor/ui.js";
import { post } from "../../core/api.js";
import { localValue, moment } from "../../core/time.js";
import { nameOf, several } from "../../core/words.js";
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
export function draft(row) {
  askReason({
    title: "Ask the AI for a draft",
    label: "What should it say? (optional)",
    optional: true,
    about: "Of a reply to the latest message. It waits here for approval; nothing is sent by itself. A drafter that works from templates does not heed what you write.",
    yes: "Ask",
    run: async (instruction, name) => {
      await post(`/conversations/${row.id}/drafts/generate`, { instruction: instruction || null }, name);
      toast("The AI is writing a draft");
      void readAll();
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

/** @param {Contact} who */
export function pause(who) {
  let until = "";
  askReason({
    title: `Pause the AI for ${nameOf(who)}`,
    about: "What it has queued for this contact is withdrawn. Messages are still read and sorted.",
    examples: ["In talks with a person", "Complaint", "Asked for it"],
    yes: "Pause AI",
    more: html`<div class="field"><label for="pause-until">Until (optional)</label><input class="input" id="pause-until" type="datetime-local" min=${localValue(new Date())} onInput=${(/** @type {any} */ event) => (until = event.currentTarget.value)} /></div>`,
    run: async (reason, name) => {
      /** @type {Paused} */
      const done = await post(`/contacts/${who.id}/ai/pause`, { reason, until: until ? new Date(until).toISOString() : null }, name);
      toast(`The AI is paused. ${several(done.withdrawn_drafts, "draft")} withdrawn${done.in_flight ? `, ${done.in_flight} already handed over` : ""}.`);
      void readAll();
    },
  });
}

/** @param {Contact} who */
export function resume(who) {
  askReason({
    title: `Resume the AI for ${nameOf(who)}`, label: "Note (optional)", optional: true, yes: "Resume AI",
    about: "It answers what comes from now on. What was withdrawn is not revived.",
    run: async (note, name) => {
      await post(`/contacts/${who.id}/ai/resume`, { note: note || null }, name);
      toast("The AI is on again");
      void readAll();
    },
  });
}

/**
 * When a reply should leave.
 * @param {(at: string) => Promise<void>} send
 */
export function schedule(send) {
  const later = new Date();
  later.setDate(later.getDate() + 1);
  later.setHours(9, 0, 0, 0);
  let value = localValue(later);
  askReason({
    title: "Send later", bare: true, yes: "Schedule",
    about: "If the contact writes before that, your reply is withdrawn and shown to you again.",
    more: html`<div class="field"><label for="send-at">When</label><input class="input" id="send-at" type="datetime-local" required defaultValue=${value} onInput=${(/** @type {any} */ event) => (value = event.currentTarget.value)} /></div>`,
    run: async () => {
      const at = new Date(value);
      if (!(at.getTime() > Date.now())) throw new Error("Choose a time that is still to come.");
      await send(at.toISOString());
    },
  });
}
