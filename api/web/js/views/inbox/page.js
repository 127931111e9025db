// The inbox: filters and list on the left, the conversation in the middle, what is known about it on the right.
import { html, useEffect, useRef, useState } from "../../../vendor/ui.js";
import { holdKeys, useKeys } from "../../core/keys.js";
import { go, parts, place, query, withQuery } from "../../core/router.js";
import { AI_STATES, CHANNELS, plain, several } from "../../core/words.js";
import { counts, loading, news, pending, picked, picking, problem, rows, show } from "../../store/inbox.js";
import { can, may } from "../../store/session.js";
import { failed } from "../../store/toasts.js";
import { Icon } from "../../ui/icon.js";
import { Empty } from "../../ui/parts.js";
import { later } from "../later.js";
import { List } from "./list.js";

// The list is what one sees first. The conversation comes with the first one that is opened; with the page, if its address is one.
const pane = () => import("./pane.js");
if (parts.value[0] === "c") pane().catch(() => undefined);
const ThreadPane = later(() => pane().then((module) => module.ThreadPane), 10);
const ContextPane = later(() => pane().then((module) => module.ContextPane), 0);
const Found = later(() => import("./found.js").then((module) => module.Found));
const Welcome = later(() => import("../welcome.js").then((module) => module.Welcome), 0);
const Bulk = later(() => import("./bulk.js").then((module) => module.Bulk), 2);
const Views = later(() => import("./views.js").then((module) => module.Views), 0);

/** @returns {import("../../store/inbox.js").Filter} */
function filterOf() {
  const at = query.value;
  return {
    channel: at.get("channel"), unread: at.get("unread") === "1", action: at.get("action") === "1", assignee: at.get("mine") === "1" ? "me" : at.get("assignee"),
    tag: at.get("tag"), status: at.get("status"), contact: at.get("contact"), team: at.get("team"), ai: at.get("ai"), q: at.get("q") || "", drafts: at.get("drafts") === "1",
  };
}

export function begin() {
  holdKeys(import("./begin.js").then((module) => module.begin(), failed));
}

export function Inbox() {
  const id = parts.value[0] === "c" ? parts.value[1] || "" : "";
  const filter = filterOf();
  const [context, setContext] = useState(false);
  useEffect(() => {
    void show(filter);
  }, [JSON.stringify({ ...filter, q: "" })]);
  useEffect(() => setContext(false), [id]);
  useKeys({ u: () => id && go(`/inbox${listQuery()}`), ...(can("begin_conversation") ? { c: begin } : {}) });
  const isNew = !rows.value.length && !loading.value && !problem.value && !Object.values(filter).some(Boolean);
  return html`<div class="inbox ${id ? "has-thread" : isNew ? "is-new" : ""} ${context ? "has-context" : ""}">
    <section class="pane list-pane" aria-label="Inbox">
      <${Filters} filter=${filter} />
      ${filter.q ? html`<${Found} open=${id} filter=${filter} />` : html`<${List} open=${id} filter=${filter} />`}
      <p class="unseen" role="status" aria-live="polite">${news.value}</p>
    </section>
    <section class="pane thread-pane" aria-label="Conversation">
      ${id ? html`<${ThreadPane} id=${id} showContext=${() => setContext(!context)} />` : isNew ? html`<${Welcome} />` : html`<${Empty} icon="inbox" title="Choose a conversation"><p><kbd>j</kbd> and <kbd>k</kbd> move through the list, <kbd>Enter</kbd> opens. <kbd>?</kbd> shows all shortcuts.</p>${pending.value && may("approver") ? html`<a class="button" href="/approvals"><${Icon} name="approve" />${several(pending.value, "draft")} of the AI to approve</a>` : null}<//>`}
    </section>
    ${id ? html`<${ContextPane} close=${() => setContext(false)} />` : null}
  </div>`;
}

const listQuery = () => (place.value.includes("?") ? `?${place.value.split("?")[1]}` : "");

/** The address of the list with these parts changed; an open conversation stays open. @param {Record<string, string | null>} change */
function to(change) {
  const address = withQuery({ m: null, ...change });
  return address.startsWith("/c/") ? address : `/inbox${address.includes("?") ? address.slice(address.indexOf("?")) : ""}`;
}

/** @param {{ filter: import("../../store/inbox.js").Filter }} props */
function Filters({ filter }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const timer = useRef(/** @type {any} */ (null));
  useKeys({ "/": () => field.current?.focus() });
  const [wanted, setWanted] = useState(filter.q);
  useEffect(() => {
    if (document.activeElement !== field.current) setWanted(filter.q);
  }, [filter.q]);
  const search = (/** @type {any} */ event) => {
    const text = event.currentTarget.value;
    setWanted(text);
    clearTimeout(timer.current);
    // What is shown of the open conversation stays: one may have gone on to a hit before the last letter counts.
    timer.current = setTimeout(() => go(to({ q: text.trim() || null, m: query.value.get("m") }), { replace: true }), 250);
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") {
      if (!wanted) field.current?.blur();
    } else if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      /** @type {HTMLElement | null} */ (document.querySelector(".list-pane .list"))?.focus();
    }
  };
  const number = (/** @type {string | null} */ channel) => {
    const tab = counts.value?.tabs.find((/** @type {TabCounts} */ one) => one.channel === (channel || "all"));
    const count = tab && (filter.action ? tab.requires_action : filter.unread ? tab.unread : tab.conversations);
    return count?.count ? html`<span class="small nums">${count.count}${count.capped ? "+" : ""}</span>` : null;
  };
  const channels = /** @type {Array<[string | null, string]>} */ ([[null, "All"], ...Object.entries(CHANNELS)]);
  return html`<div class="filters">
    <div class="row"><h1 class="grow">Inbox</h1>
      ${can("assign_conversation") ? html`<a class="tab" aria-current=${filter.assignee === "me" ? "page" : undefined} href=${to({ mine: filter.assignee === "me" ? null : "1", assignee: null })}>Mine</a>` : null}
      <a class="tab" aria-current=${filter.unread ? "page" : undefined} href=${to({ unread: filter.unread ? null : "1" })}>Unread</a>
      <a class="tab" aria-current=${filter.action ? "page" : undefined} href=${to({ action: filter.action ? null : "1" })}>Requires action</a></div>
    <div class="row"><label class="search grow"><${Icon} name="search" /><span class="unseen">Search</span>
      <input ref=${field} type="search" placeholder="Search" value=${wanted} onInput=${search} onKeyDown=${keys} /><kbd aria-hidden="true">/</kbd></label>
      ${can("bulk_conversations") ? html`<button class="button icon" aria-label="Select conversations" title="Select conversations" aria-pressed=${picking.value} onClick=${() => { picking.value = !picking.value; picked.value = new Set(); }}><${Icon} name="check" /></button>` : null}
      <${Views} filter=${filter} to=${to} />
      ${may("closer") && can("begin_conversation") ? html`<button class="button icon" aria-label="New conversation" title="New conversation (c)" onClick=${begin}><${Icon} name="edit" /></button>` : null}</div>
    ${picking.value || picked.value.size ? html`<${Bulk} />` : null}
    <nav class="tabs" aria-label="Channels">${channels.map(([channel, word]) => html`<a class="tab" key=${word} aria-current=${filter.channel === channel ? "page" : undefined} href=${to({ channel })}>${word}${number(channel)}</a>`)}</nav>
    <${Narrowed} filter=${filter} />
  </div>`;
}

/** What else narrows the list, each to be taken away. @param {{ filter: import("../../store/inbox.js").Filter }} props */
function Narrowed({ filter }) {
  const tag = filter.tag ? rows.value.flatMap((row) => row.tags || []).find((/** @type {Tag} */ one) => one.id === filter.tag)?.name || "a tag" : null;
  const row = rows.value.find((one) => one.contact.id === filter.contact);
  const given = filter.assignee && filter.assignee !== "me" ? (filter.assignee === "none" ? "Given to nobody" : `Given to ${rows.value.find((one) => one.assignee)?.assignee?.name || "somebody"}`) : null;
  /** @type {Array<[string, string | null, string]>} */
  const all = [["tag", tag, "Show all tags"], ["status", filter.status && plain(filter.status), "Show every state"], ["contact", filter.contact ? row?.contact.name || "One contact" : null, "Show all contacts"], ["team", filter.team && `Team ${filter.team}`, "Show all teams"], ["assignee", given, "Show everybody's"], ["ai", filter.ai && (AI_STATES[filter.ai] || plain(filter.ai)), "Whatever the AI does"], ["drafts", filter.drafts ? "What you are writing" : null, "Show all"]];
  const shown = all.filter(([, word]) => word);
  if (!shown.length) return null;
  return html`<p class="row wrap small"><span class="muted">Only</span>${shown.map(([name, word, label]) => html`<a class="chip accent" key=${name} href=${to({ [name]: null })}>${word}<${Icon} name="close" size=${11} label=${label} /></a>`)}</p>`;
}
