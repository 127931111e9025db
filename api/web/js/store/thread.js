// One conversation, whole: its messages, drafts, notes, timeline, and what waits in it.
import { batch, computed, signal } from "../../vendor/ui.js";
import { api, post } from "../core/api.js";
import { listen } from "../core/live.js";
import { prefs } from "./prefs.js";
import { put } from "./inbox.js";
import { all, soon } from "./load.js";
import { failed, toast } from "./toasts.js";

/** @type {import("../../vendor/ui.js").Signal<Conversation | null>} */
export const conversation = signal(null);
/** @type {import("../../vendor/ui.js").Signal<Contact | null>} */
export const contact = signal(null);
/** Oldest first. @type {import("../../vendor/ui.js").Signal<Message[]>} */
export const messages = signal([]);
/** @type {import("../../vendor/ui.js").Signal<Draft[]>} */
export const drafts = signal([]);
/** @type {import("../../vendor/ui.js").Signal<Note[]>} */
export const notes = signal([]);
/** Newest first. @type {import("../../vendor/ui.js").Signal<TimelineItem[]>} */
export const timeline = signal([]);
/** Pending approvals of this conversation, by draft. @type {import("../../vendor/ui.js").Signal<Map<string, Approval>>} */
export const approvals = signal(new Map());
/** What waits for a time, by draft. @type {import("../../vendor/ui.js").Signal<Map<string, Job>>} */
export const jobs = signal(new Map());
/** @type {import("../../vendor/ui.js").Signal<unknown>} */
export const problem = signal(null);
/** Cursor of what is older than `messages`. @type {import("../../vendor/ui.js").Signal<string | null>} */
export const older = signal(null);

let id = "";
let turn = 0;

/** Drafts that are still on their way. One whose message is there already has arrived, whatever was read a moment before. */
export const openDrafts = computed(() => {
  const arrived = new Set(messages.value.map((message) => message.draft_id));
  return drafts.value.filter((draft) => ["open", "pending_approval", "approved", "scheduled"].includes(draft.status) && !arrived.has(draft.id));
});

/** @param {string} next */
export function openThread(next) {
  if (next === id) return;
  id = next;
  batch(() => {
    conversation.value = null;
    contact.value = null;
    messages.value = [];
    drafts.value = [];
    notes.value = [];
    timeline.value = [];
    approvals.value = new Map();
    jobs.value = new Map();
    older.value = null;
    problem.value = null;
  });
  if (next) void readAll();
}

export async function readAll() {
  const mine = ++turn;
  const of = id;
  const path = `/conversations/${of}`;
  try {
    const [row, page, draftRows, noteRows, items] = await Promise.all([
      api(path),
      api(`${path}/messages`, { query: { limit: 100 } }),
      all(`${path}/drafts`),
      all(`${path}/notes`),
      api(`${path}/timeline`, { query: { limit: 100 } }),
    ]);
    if (mine !== turn || of !== id) return;
    const first = page.data.map((/** @type {Message} */ message) => message.id);
    const kept = messages.value.filter((message) => !first.includes(message.id));
    batch(() => {
      conversation.value = row;
      messages.value = [...kept, ...page.data].sort((a, b) => a.seq - b.seq);
      if (!kept.length) older.value = page.next_cursor;
      drafts.value = draftRows;
      notes.value = noteRows;
      timeline.value = items.data;
      problem.value = null;
    });
    put(row);
    seen();
    await Promise.all([readContact(row.contact.id, of), readWaiting(of)]);
  } catch (error) {
    if (mine === turn && of === id) problem.value = error;
  }
}

export async function readOlder() {
  const cursor = older.value;
  if (!cursor) return;
  try {
    const page = await api(`/conversations/${id}/messages`, { query: { limit: 100, cursor } });
    const known = new Set(messages.value.map((message) => message.id));
    messages.value = [...page.data.filter((/** @type {Message} */ message) => !known.has(message.id)), ...messages.value].sort((a, b) => a.seq - b.seq);
    older.value = page.next_cursor;
  } catch (error) {
    failed(error, "The older messages could not be read");
  }
}

/** @param {string} contactId @param {string} of */
async function readContact(contactId, of) {
  const read = await api(`/contacts/${contactId}`);
  if (of === id) contact.value = read;
}

/** Who is asked about the drafts, and when what is scheduled leaves. @param {string} of */
async function readWaiting(of) {
  const statuses = new Set(openDrafts.value.map((draft) => draft.status));
  const [asked, scheduled, held] = await Promise.all([
    statuses.has("pending_approval") ? all("/approvals", { state: "pending" }) : [],
    statuses.has("scheduled") ? all("/jobs", { state: "scheduled" }) : [],
    statuses.size ? all("/jobs", { state: "held" }) : [],
  ]);
  if (of !== id) return;
  approvals.value = new Map(/** @type {Approval[]} */ (asked).filter((one) => one.conversation_id === of).map((one) => [one.draft_id, one]));
  jobs.value = new Map(/** @type {Job[]} */ ([...scheduled, ...held]).filter((job) => job.conversation_id === of && job.draft_id).map((job) => [job.draft_id || "", job]));
}

/** Tells the server that this person saw the conversation; only while they can. */
function seen() {
  const row = conversation.value;
  if (!row || !row.unread_count || !prefs.value.markRead || document.hidden || keptUnread === row.id) return;
  void api(`/conversations/${row.id}/read`, { method: "PUT" }).then((/** @type {Conversation} */ now) => changed(now)).catch(() => undefined);
}
addEventListener("visibilitychange", seen);
/** What was marked as unread stays so while it is open. */
let keptUnread = "";

/** @param {Conversation} row */
export function changed(row) {
  if (row.id === id) conversation.value = row;
  put(row);
}

const again = soon(() => void readAll(), 60);

listen((event) => {
  if (!id || event.type === "presence.updated" || event.type === "typing") return;
  if (event.type === "reset" || event.conversation_id === id) again();
  else if (/^(ai|contact)\./.test(event.type) && event.data.contact_id === contact.value?.id) again();
});

/**
 * Does something to the open conversation that answers with the conversation.
 * @param {string} what Last part of the path.
 * @param {unknown} [body]
 * @param {string} [words] What is said when it is done.
 */
export async function act(what, body, words) {
  const row = conversation.value;
  if (!row) return;
  try {
    changed(await post(`/conversations/${row.id}/${what}`, body));
    if (words) toast(words);
  } catch (error) {
    failed(error);
  }
}

export async function markUnread() {
  const row = conversation.value;
  if (!row) return;
  keptUnread = row.id;
  try {
    changed(await api(`/conversations/${row.id}/read`, { method: "DELETE" }));
    toast("Marked as unread");
  } catch (error) {
    failed(error);
  }
}

/** Takes a reply back before it leaves. @param {Draft} draft @param {string} [name] One name for the act. */
export async function takeBack(draft, name) {
  try {
    await post(`/drafts/${draft.id}/take-back`, undefined, name);
    toast(draft.author_kind === "rep" ? "Taken back. Nothing was sent." : "Stopped. Nothing was sent; the draft waits for a person.");
    return true;
  } catch (error) {
    failed(error);
    return false;
  } finally {
    again();
  }
}
