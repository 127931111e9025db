// The list of conversations: one filter at a time, pages by cursor, kept in order as things happen.
import { batch, signal } from "../../vendor/ui.js";
import { api } from "../core/api.js";
import { soon } from "./load.js";
import { can } from "./session.js";

/**
 * What the list shows. All but `q` and `drafts` are parameters of the API's list, and what a kept view holds.
 * @typedef {{ channel: string | null, unread: boolean, action: boolean, assignee: string | null, tag: string | null, status: string | null, contact: string | null, team: string | null, ai: string | null, q: string, drafts: boolean }} Filter
 */

/** @type {import("../../vendor/ui.js").Signal<Conversation[]>} */
export const rows = signal([]);
export const loading = signal(true);
/** @type {import("../../vendor/ui.js").Signal<unknown>} */
export const problem = signal(null);
/** @type {import("../../vendor/ui.js").Signal<string | null>} */
export const cursor = signal(null);
/** Numbers on the tabs, where the server counts. @type {import("../../vendor/ui.js").Signal<ConversationCounts | null>} */
export const counts = signal(null);
/** Drafts that wait for a person. */
export const pending = signal(0);
/** True when there are more than `pending` says. */
export const pendingMore = signal(false);
/** Words for the screen reader: how many new messages there are. */
export const news = signal("");

/** Conversations in which this person has begun to write. @type {import("../../vendor/ui.js").Signal<Set<string>>} */
export const writings = signal(new Set());

/** Conversations that are chosen, to do something with all of them. @type {import("../../vendor/ui.js").Signal<Set<string>>} */
export const picked = signal(new Set());
/** True while a click chooses instead of opening. */
export const picking = signal(false);

/** Chooses a conversation or lets it go; with `through`, all from the last one to it. @param {string} id @param {boolean} [through] */
export function pick(id, through) {
  const next = new Set(picked.value);
  const at = rows.value.findIndex((row) => row.id === id);
  const from = through ? rows.value.findIndex((row) => row.id === lastPicked) : -1;
  if (from >= 0) for (const row of rows.value.slice(Math.min(from, at), Math.max(from, at) + 1)) next.add(row.id);
  else if (!next.delete(id)) next.add(id);
  lastPicked = id;
  picked.value = next;
}
let lastPicked = "";

/** Reads the list anew, as it is filtered. */
export const again = () => show(filter);

/** @type {Filter} */
let filter = { channel: null, unread: false, action: false, assignee: null, tag: null, status: null, contact: null, team: null, ai: null, q: "", drafts: false };
let turn = 0;

/** @param {string | null} after @returns {Promise<Page<Conversation>>} */
async function read(after) {
  if (filter.drafts) {
    const mine = [...(await readWritings())].slice(0, 50);
    const found = await Promise.all(mine.map((id) => /** @type {Promise<Conversation>} */ (api(`/conversations/${id}`)).catch(() => null)));
    return { data: found.flatMap((row) => row || []).sort((a, b) => b.last_activity_at.localeCompare(a.last_activity_at)), next_cursor: null };
  }
  const { channel, unread, action, assignee, tag, status, contact, team, ai } = filter;
  return api("/conversations", { query: { channel, unread, requires_action: action, assignee, tag, status, contact_id: contact, team, ai_state: ai, cursor: after, limit: 50 } });
}

/** @returns {Promise<Set<string>>} */
export async function readWritings() {
  if (!can("list_composer")) return writings.value;
  /** @type {Page<ComposerDraft>} */
  const page = await api("/composer", { query: { limit: 100 } });
  writings.value = new Set(page.data.map((one) => one.conversation_id));
  return writings.value;
}

/** @param {string} id @param {boolean} is */
export function setWriting(id, is) {
  if (writings.value.has(id) === is) return;
  const next = new Set(writings.value);
  if (is) next.add(id);
  else next.delete(id);
  writings.value = next;
}

/** @param {Filter} next */
export async function show(next) {
  const changed = JSON.stringify(next) !== JSON.stringify(filter);
  filter = next;
  const mine = ++turn;
  batch(() => {
    loading.value = true;
    problem.value = null;
    if (changed) rows.value = [];
  });
  try {
    const page = await read(null);
    if (mine !== turn) return;
    batch(() => {
      rows.value = page.data;
      cursor.value = page.next_cursor;
      loading.value = false;
    });
  } catch (error) {
    if (mine !== turn) return;
    batch(() => {
      problem.value = error;
      loading.value = false;
    });
  }
}

let more = false;
export async function showMore() {
  if (more || !cursor.value || loading.value) return;
  more = true;
  const mine = turn;
  try {
    const page = await read(cursor.value);
    if (mine !== turn) return;
    const known = new Set(rows.value.map((row) => row.id));
    rows.value = [...rows.value, ...page.data.filter((row) => !known.has(row.id))];
    cursor.value = page.next_cursor;
  } catch (error) {
    problem.value = error;
  } finally {
    more = false;
  }
}

/** True when the row belongs into the list as it is filtered. @param {Conversation} row */
function belongs(row) {
  // Whom it is given to and its tags are the server's to compare: what is new to such a list comes with the next reading.
  if (filter.assignee || filter.tag || filter.drafts) return false;
  if ((filter.team && row.team !== filter.team) || (filter.ai && row.ai_state !== filter.ai)) return false;
  if ((filter.status && row.status !== filter.status) || (filter.contact && row.contact.id !== filter.contact)) return false;
  return (!filter.channel || row.channel === filter.channel) && (!filter.unread || row.unread_count > 0) && (!filter.action || row.requires_action.flag);
}

/**
 * Puts a row where it belongs. What one is looking at stays in a filtered list until the filter is chosen anew: a row
 * must not vanish under the pointer because it was just read.
 * @param {Conversation} row
 */
export function put(row) {
  const known = rows.value.find((old) => old.id === row.id);
  if (known && known.version > row.version) return;
  if (!known && !belongs(row)) return;
  const others = rows.value.filter((old) => old.id !== row.id);
  const at = others.findIndex((old) => old.last_activity_at < row.last_activity_at || (old.last_activity_at === row.last_activity_at && old.id < row.id));
  // Older than all that is loaded, with more to load: it comes with its page.
  if (at < 0 && cursor.value && !known) return;
  others.splice(at < 0 ? others.length : at, 0, row);
  rows.value = others;
}

/** @type {Set<string>} */
const stale = new Set();
const refresh = soon(async () => {
  const ids = [...stale];
  stale.clear();
  if (ids.length > 20) return void show(filter);
  for (const id of ids) {
    /** @type {Conversation | null} */
    const row = await api(`/conversations/${id}`).catch(() => null);
    if (row) put(row);
  }
});

let fresh = 0;
const tellNews = soon(() => {
  news.value = fresh === 1 ? "1 new message" : `${fresh} new messages`;
  fresh = 0;
}, 1000);

/** @param {LiveEvent} event */
export function heard(event) {
  // Who looks at a conversation changes nothing in the list.
  if (event.type === "presence.updated" || event.type === "typing") return;
  if (event.type === "reset") {
    void show(filter);
    countPending();
    return;
  }
  if (event.conversation_id) stale.add(event.conversation_id);
  // What concerns a contact concerns each of their rows: whether the AI is paused, what they are called.
  else if (event.data.contact_id) for (const row of rows.value) if (row.contact.id === event.data.contact_id) stale.add(row.id);
  if (stale.size) refresh();
  if (event.type === "message.received") {
    fresh += 1;
    tellNews();
  }
  if (event.type.startsWith("approval.")) countPending();
  if (/^(conversation|message|approval|decision)\./.test(event.type)) countTabs();
}

export const countTabs = soon(async () => {
  if (!can("count_conversations")) return;
  counts.value = await api("/conversations/counts").catch(() => counts.value);
}, 400);

export const countPending = soon(async () => {
  /** @type {Page<Approval> | null} */
  const page = await api("/approvals", { query: { state: "pending", limit: 100 } }).catch(() => null);
  if (!page) return;
  pending.value = page.data.length;
  pendingMore.value = Boolean(page.next_cursor);
}, 150);
