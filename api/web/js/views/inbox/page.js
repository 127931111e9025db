// The inbox: filters and list on the left, the conversation in the middle, what is known about it on the right.
import { html, useEffect, useRef, useState } from "../../../vendor/ui.js";
import { useKeys } from "../../core/keys.js";
import { go, parts, place, query, withQuery } from "../../core/router.js";
import { CHANNELS } from "../../core/words.js";
import { counts, news, rows, show } from "../../store/inbox.js";
import { can } from "../../store/session.js";
import { conversation, openThread } from "../../store/thread.js";
import { Icon } from "../../ui/icon.js";
import { Empty } from "../../ui/parts.js";
import { List } from "./list.js";
import { Thread } from "./thread.js";
import { Context } from "./context.js";

/** @returns {import("../../store/inbox.js").Filter} */
function filterOf() {
  const at = query.value;
  return { channel: at.get("channel"), unread: at.get("unread") === "1", action: at.get("action") === "1", mine: at.get("mine") === "1", tag: at.get("tag"), q: at.get("q") || "" };
}

export function Inbox() {
  const id = parts.value[0] === "c" ? parts.value[1] || "" : "";
  const filter = filterOf();
  const [context, setContext] = useState(false);
  useEffect(() => {
    void show(filter);
  }, [filter.channel, filter.unread, filter.action, filter.mine, filter.tag]);
  useEffect(() => {
    openThread(id);
    setContext(false);
  }, [id]);
  useEffect(() => () => openThread(""), []);
  useKeys({ u: () => id && go(`/inbox${listQuery()}`) });
  return html`<div class="inbox ${id ? "has-thread" : ""} ${context ? "has-context" : ""}">
    <section class="pane list-pane" aria-label="Inbox">
      <${Filters} filter=${filter} />
      <${List} open=${id} filter=${filter} />
      <p class="unseen" role="status" aria-live="polite">${news.value}</p>
    </section>
    <section class="pane thread-pane" aria-label="Conversation">
      ${id ? html`<${Thread} id=${id} showContext=${() => setContext(!context)} />` : html`<${Empty} icon="inbox" title="Choose a conversation"><p><kbd>j</kbd> and <kbd>k</kbd> move through the list, <kbd>Enter</kbd> opens. <kbd>?</kbd> shows all shortcuts.</p><//>`}
    </section>
    ${id && conversation.value ? html`<aside class="pane context-pane" aria-label="Contact and details"><${Context} close=${() => setContext(false)} /></aside>` : null}
  </div>`;
}

const listQuery = () => (place.value.includes("?") ? `?${place.value.split("?")[1]}` : "");

/** @param {{ filter: import("../../store/inbox.js").Filter }} props */
function Filters({ filter }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const timer = useRef(/** @type {any} */ (null));
  useKeys({ "/": () => field.current?.focus() });
  const to = (/** @type {Record<string, string | null>} */ change) => {
    const address = withQuery(change);
    return address.startsWith("/c/") ? address : `/inbox${address.includes("?") ? address.slice(address.indexOf("?")) : ""}`;
  };
  const [wanted, setWanted] = useState(filter.q);
  const search = (/** @type {any} */ event) => {
    const text = event.currentTarget.value;
    setWanted(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => go(to({ q: text.trim() || null }), { replace: true }), 250);
  };
  const number = (/** @type {string | null} */ channel) => {
    const tab = counts.value?.tabs.find((/** @type {TabCounts} */ one) => one.channel === (channel || "all"));
    const count = tab && (filter.action ? tab.requires_action : filter.unread ? tab.unread : tab.conversations);
    return count?.count ? html`<span class="small nums">${count.count}${count.capped ? "+" : ""}</span>` : null;
  };
  const tagged = filter.tag ? rows.value.flatMap((row) => row.tags || []).find((/** @type {Tag} */ tag) => tag.id === filter.tag) : undefined;
  const channels = /** @type {Array<[string | null, string]>} */ ([[null, "All"], ...Object.entries(CHANNELS)]);
  return html`<div class="filters">
    <div class="row"><h1 class="grow">Inbox</h1>
      ${can("assign_conversation") ? html`<a class="tab" aria-current=${filter.mine ? "page" : undefined} href=${to({ mine: filter.mine ? null : "1" })}>Mine</a>` : null}
      <a class="tab" aria-current=${filter.unread ? "page" : undefined} href=${to({ unread: filter.unread ? null : "1" })}>Unread</a>
      <a class="tab" aria-current=${filter.action ? "page" : undefined} href=${to({ action: filter.action ? null : "1" })}>Requires action</a></div>
    <label class="search"><${Icon} name="search" /><span class="unseen">Find in the list</span>
      <input ref=${field} type="search" placeholder="Find in the list" value=${wanted} onInput=${search} onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === "Escape" && field.current?.blur()} /><kbd aria-hidden="true">/</kbd></label>
    <nav class="tabs" aria-label="Channels">${channels.map(([channel, word]) => html`<a class="tab" key=${word} aria-current=${filter.channel === channel ? "page" : undefined} href=${to({ channel })}>${word}${number(channel)}</a>`)}</nav>
    ${filter.tag ? html`<p class="row small"><span class="muted">With the tag</span><a class="chip accent" href=${to({ tag: null })}>${tagged?.name || "…"}<${Icon} name="close" size=${11} label="Show all tags" /></a></p>` : null}
  </div>`;
}
