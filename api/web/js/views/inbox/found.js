// What a search found: messages, notes and contacts, with the words that matched.
import { html, useEffect, useRef, useState } from "../../../vendor/ui.js";
import { api } from "../../core/api.js";
import { useKeys } from "../../core/keys.js";
import { go, place } from "../../core/router.js";
import { nameOf } from "../../core/words.js";
import { loading, rows } from "../../store/inbox.js";
import { soon, useLoaded } from "../../store/load.js";
import { failed } from "../../store/toasts.js";
import { Icon } from "../../ui/icon.js";
import { Avatar, Bones, ChannelIcon, Empty, Failed, When } from "../../ui/parts.js";

/** Pages that are read in one go when they hold little: the index answers before it knows who may see what. */
const MOST_PAGES = 4;

/** The last word may be half typed. @param {string} text */
const asked = (text) => (/[\p{L}\p{N}]$/u.test(text) && (text.match(/"/g) || []).length % 2 === 0 ? `${text}*` : text);

/** @param {import("../../store/inbox.js").Filter} filter @param {string | null} from */
async function read(filter, from) {
  /** @type {SearchHit[]} */
  const data = [];
  let cursor = from;
  let complete = true;
  for (let page = 0; page < MOST_PAGES; page++) {
    /** @type {SearchPage} */
    const answer = await api("/search", { query: { q: asked(filter.q), channel: filter.channel, cursor, limit: 50 } });
    data.push(...answer.data);
    complete = answer.complete;
    cursor = answer.next_cursor;
    if (!cursor || data.length >= 25) break;
  }
  return { data, cursor, complete };
}

/** @param {SearchHit} hit */
function addressOf(hit) {
  const text = new URLSearchParams(place.value.split("?")[1] || "");
  text.delete("m");
  if (!hit.conversation) return `/inbox?contact=${hit.id}`;
  if (hit.type !== "contact") text.set("m", hit.id);
  return `/c/${hit.conversation.id}?${text}`;
}

/** @param {{ open: string, filter: import("../../store/inbox.js").Filter }} props */
export function Found({ open, filter }) {
  const load = useLoaded(() => read(filter, null), [filter.q, filter.channel]);
  const [more, setMore] = useState(/** @type {{ data: SearchHit[], cursor: string | null } | null} */ (null));
  const [at, setAt] = useState(0);
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const first = load.value.value;
  useEffect(() => {
    setMore(null);
    setAt(0);
    // The index is a moment behind: what came in just now is found then.
    if (first && !first.complete) soon(() => void load.again(), 700)();
  }, [first]);
  const cursor = more ? more.cursor : first?.cursor;
  const hits = [...(first?.data || []), ...(more?.data || [])];
  const chosen = hits[at];
  const readMore = () => read(filter, cursor || null).then((next) => setMore({ data: [...(more?.data || []), ...next.data], cursor: next.cursor }), failed);
  const move = (/** @type {number} */ by) => {
    const next = Math.min(Math.max(at + by, 0), hits.length - 1);
    setAt(next);
    box.current?.querySelector(`#hit-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const openIt = () => chosen && go(addressOf(chosen));
  useKeys({ j: () => move(1), k: () => move(-1), o: openIt, Enter: openIt });
  const arrows = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter") openIt();
    else return;
    event.preventDefault();
  };
  if (load.error.value && !first) return html`<${Failed} error=${load.error.value} again=${load.again} />`;
  if (!first || (load.busy.value && !hits.length) || (loading.value && !rows.value.length && !hits.length)) return html`<${Bones} lines=${9} label="Searching" />`;
  if (!hits.length) return html`<${Empty} icon="search" title="Nothing found"><p>No message, note or contact has all of these words. <code>"words in a row"</code> looks for exactly that.</p>${first.complete ? null : html`<p>The index is a moment behind.</p>`}<//>`;
  return html`<div class="list" ref=${box} role="listbox" tabindex="0" aria-label="Search results" aria-activedescendant=${chosen ? `hit-${at}` : undefined} onKeyDown=${arrows}>
      ${hits.map((hit, index) => html`<${Hit} key=${hit.type + hit.id} hit=${hit} at=${index} isActive=${index === at} isOpen=${Boolean(open) && hit.conversation?.id === open} />`)}
    </div>
    ${cursor ? html`<p class="found-more"><button class="button little" onClick=${readMore}>Show more</button></p>` : null}`;
}

/** @param {{ hit: SearchHit, at: number, isActive: boolean, isOpen: boolean }} props */
function Hit({ hit, at, isActive, isOpen }) {
  const row = hit.conversation;
  const name = row ? nameOf(row.contact) : hit.title || "Contact";
  const words = { message: row?.subject || null, note: "Note", contact: "Contact" }[hit.type];
  return html`<div class="convo still hit ${isOpen ? "open" : ""} ${isActive ? "active" : ""}" role="option" id="hit-${at}" aria-selected=${isOpen} onClick=${() => go(addressOf(hit))}>
    <${Avatar} name=${name} />
    <div class="grow"><div class="row"><span class="convo-name cut">${name}</span><span class="grow"></span><span class="muted small"><${When} at=${hit.at} /></span></div>
      <div class="row preview"><span class="muted">${row ? html`<${ChannelIcon} kind=${row.channel} size=${13} />` : html`<${Icon} name="person" size=${13} />`}</span>
        ${hit.type === "message" ? (words ? html`<span class="cut">${words}</span>` : null) : html`<span class="chip">${hit.type === "note" ? html`<${Icon} name="lock" size=${11} />` : null}${words}</span>`}
        ${hit.author_name && hit.author_name !== name ? html`<span class="cut muted small">${hit.author_name}</span>` : null}</div>
      <p class="snippet">${hit.snippet.map((piece, index) => (piece.matched ? html`<mark key=${index}>${piece.text}</mark>` : piece.text))}</p></div></div>`;
}
