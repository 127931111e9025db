// The list of conversations: only the rows that can be seen are in the page, whatever the length.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../../vendor/ui.js";
import { CHANNELS, nameOf, REASONS, plain } from "../../core/words.js";
import { go, place } from "../../core/router.js";
import { useKeys } from "../../core/keys.js";
import { cursor, loading, pick, picked, picking, problem, rows, show, showMore, writings } from "../../store/inbox.js";
import { Avatar, Bones, ChannelIcon, Empty, Failed, When } from "../../ui/parts.js";
import { Icon } from "../../ui/icon.js";

const HEIGHT = 84;
/** Rows that are kept beyond both edges. */
const SPARE = 6;

/** @param {string} id */
export const addressOf = (id) => `/c/${id}${place.value.includes("?") ? `?${place.value.split("?")[1]}` : ""}`;

/** @param {{ open: string, filter: import("../../store/inbox.js").Filter }} props */
export function List({ open, filter }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [top, setTop] = useState(0);
  const [tall, setTall] = useState(900);
  const [cursorAt, setCursorAt] = useState(open);
  const all = rows.value;
  // Looked for when something changed, not with every step of scrolling: the list may be long.
  const [active, activeAt] = useMemo(() => {
    const at = all.findIndex((row) => row.id === cursorAt);
    if (at >= 0) return [cursorAt, at];
    const id = open || all[0]?.id || "";
    return [id, all.findIndex((row) => row.id === id)];
  }, [all, cursorAt, open]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setTall(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (open) setCursorAt(open);
  }, [open]);
  useEffect(() => {
    box.current?.scrollTo({ top: 0 });
  }, [JSON.stringify(filter)]);

  const move = (/** @type {number} */ by) => {
    const at = Math.min(Math.max((activeAt < 0 ? (by > 0 ? -1 : all.length) : activeAt) + by, 0), all.length - 1);
    const row = all[at];
    if (!row) return;
    setCursorAt(row.id);
    const element = box.current;
    if (element) {
      const y = at * HEIGHT;
      if (y < element.scrollTop) element.scrollTop = y;
      else if (y + HEIGHT > element.scrollTop + element.clientHeight) element.scrollTop = y + HEIGHT - element.clientHeight;
    }
    if (open) go(addressOf(row.id), { replace: true });
  };
  const openActive = () => active && go(addressOf(active));
  useKeys({ j: () => move(1), k: () => move(-1), o: openActive, Enter: openActive });
  const arrows = (/** @type {KeyboardEvent} */ event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -all.length, End: all.length };
    const by = moves[/** @type {keyof moves} */ (event.key)];
    if (by) {
      event.preventDefault();
      move(by);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (event.key === " ") pick(active);
      else openActive();
    }
  };

  const chooses = picking.value || picked.value.size > 0;
  const from = Math.max(0, Math.floor(top / HEIGHT) - SPARE);
  const to = Math.min(all.length, Math.ceil((top + tall) / HEIGHT) + SPARE);
  useEffect(() => {
    if (to > all.length - 15) void showMore();
  }, [to, all.length, cursor.value]);
  const shown = all.slice(from, to).map((row, index) => ({ row, at: from + index }));
  // The active row stays, or what the list points at would not exist.
  if (activeAt >= 0 && (activeAt < from || activeAt >= to)) shown.push({ row: all[activeAt], at: activeAt });

  if (problem.value && !all.length) return html`<${Failed} error=${problem.value} again=${() => show(filter)} />`;
  if (loading.value && !all.length) return html`<${Bones} lines=${12} label="Loading conversations" />`;
  if (!all.length) return html`<${Nothing} filter=${filter} />`;
  return html`<div class="list" ref=${box} role="listbox" tabindex="0" aria-label="Conversations" aria-multiselectable=${chooses ? "true" : undefined} aria-activedescendant=${activeAt >= 0 ? `row-${active}` : undefined}
    onScroll=${(/** @type {any} */ event) => setTop(Math.floor(event.currentTarget.scrollTop / HEIGHT) * HEIGHT)} onKeyDown=${arrows}>
    <div class="list-whole" role="presentation" style=${{ height: `${all.length * HEIGHT}px` }}>
      ${shown.map(({ row, at }) => html`<${Row} key=${row.id} row=${row} at=${at} size=${cursor.value ? -1 : all.length} isOpen=${row.id === open} isActive=${row.id === active} isPicked=${chooses ? picked.value.has(row.id) : null} />`)}
    </div></div>`;
}

/** Who said the latest, where it was not the contact. @type {Record<string, string>} */
const AUTHORS = { ai_agent: "AI", rep: "Rep" };

/** What the AI does in a conversation, where that is worth a word. @param {Conversation} row */
function aiSign(row) {
  const { reasons } = row.requires_action;
  if (row.ai_state === "paused") return { word: "AI paused", icon: "pause", tone: "", title: row.contact.ai_pause_reason || "No reason was given." };
  if (row.ai_state === "off") return { word: "AI off", icon: "stop", tone: "", title: "A person answers here until it is handed back." };
  if (row.ai_state === "handling") return { word: "AI at work", icon: "spark", tone: "accent", title: "The AI reads the message and drafts an answer." };
  // That a draft needs approval says its reason already, where that is the one that is shown.
  if (row.ai_state !== "held" || reasons[0] === "approval_pending") return null;
  if (reasons.includes("approval_pending")) return { word: "Draft waits", icon: "approve", tone: "accent", title: "A draft of the AI needs approval." };
  return { word: "AI reply waits", icon: "clock", tone: "accent", title: "A reply of the AI leaves at its time; until then it can be stopped." };
}

/** @param {{ row: Conversation, at: number, size: number, isOpen: boolean, isActive: boolean, isPicked: boolean | null }} props `isPicked`: null while nothing is chosen. */
function Row({ row, at, size, isOpen, isActive, isPicked }) {
  const unread = row.unread_count > 0;
  const name = nameOf(row.contact);
  const company = row.contact.company;
  const reason = row.requires_action.reasons[0];
  const others = row.requires_action.reasons.length - 1;
  const isWriting = writings.value.has(row.id);
  const ai = aiSign(row);
  const by = AUTHORS[row.last_author || ""];
  const signs = Boolean(reason || isWriting || ai || row.assignee || row.tags?.length) || row.status !== "open" || row.unread_count > 1;
  const words = html`${by ? html`<span class="by">${by}: </span>` : null}${row.preview}`;
  return html`<div class="convo ${unread ? "unread" : ""} ${isOpen ? "open" : ""} ${isActive ? "active" : ""}" role="option" id="row-${row.id}"
    aria-selected=${isPicked ?? isOpen} aria-setsize=${size} aria-posinset=${at + 1} style=${{ top: `${at * HEIGHT}px`, height: `${HEIGHT}px` }} onClick=${(/** @type {MouseEvent} */ event) => (picking.value || event.ctrlKey || event.metaKey || event.shiftKey ? pick(row.id, event.shiftKey) : go(addressOf(row.id)))}>
    <span class="convo-who">${isPicked === null ? html`<${Avatar} name=${name} />` : html`<span class="avatar pick ${isPicked ? "on" : ""}"><${Icon} name="check" size=${16} /></span>`}${unread ? html`<span class="dot" title="Unread"></span>` : null}</span>
    <div class="grow">
      <div class="row"><span class="convo-name cut">${name}${company ? html`<span class="muted company"> · ${company}</span>` : null}</span>
        <span class="grow"></span><span class="muted small"><${When} at=${row.last_activity_at} /></span></div>
      <div class="row preview"><span class="muted"><${ChannelIcon} kind=${row.channel} size=${13} /></span>
        <span class="${signs ? "cut" : "two-lines"}">${row.subject ? html`<span class="subject">${row.subject}</span><span class="muted"> — ${words}</span>` : html`<span class=${unread ? "subject" : "muted"}>${words}</span>`}</span></div>
      <div class="row signs">
        ${reason ? html`<span class="chip warn"><${Icon} name="alert" size=${11} label="Requires action:" />${REASONS[reason] || plain(reason)}${others > 0 ? ` +${others}` : ""}</span>` : null}
        ${isWriting ? html`<span class="chip bad"><${Icon} name="edit" size=${11} />Draft</span>` : null}
        ${ai ? html`<span class="chip ${ai.tone}" title=${ai.title}><${Icon} name=${ai.icon} size=${11} />${ai.word}</span>` : null}
        ${row.assignee ? html`<span class="chip"><${Icon} name="person" size=${11} />${row.assignee.name}</span>` : null}
        ${row.status !== "open" ? html`<span class="chip">${plain(row.status)}</span>` : null}
        ${(row.tags || []).map((/** @type {Tag} */ tag) => html`<span class="chip outline" key=${tag.id}>${tag.name}</span>`)}
        <span class="grow"></span>
        ${row.unread_count > 1 ? html`<span class="count" title="Unread messages">${row.unread_count}</span>` : null}
        ${unread ? html`<span class="unseen">Unread.</span>` : null}
        <span class="unseen">${CHANNELS[row.channel]}</span>
      </div>
    </div></div>`;
}

/** @param {{ filter: import("../../store/inbox.js").Filter }} props */
function Nothing({ filter }) {
  if (filter.drafts) return html`<${Empty} icon="edit" title="Nothing half written"><p>What you begin to write is kept here until you send it, on every device.</p><//>`;
  if (filter.contact || filter.team || filter.ai || filter.tag || filter.status || filter.assignee) return html`<${Empty} icon="view" title="No such conversation"><p>Nothing is in the inbox that all of these filters let through.</p><a class="button" href="/inbox">Show everything</a><//>`;
  if (filter.action) return html`<${Empty} icon="check" title="Nothing needs you"><p>When the policy calls a person, or something goes wrong, it stands here with its reason.</p><//>`;
  if (filter.unread) return html`<${Empty} icon="check" title="You have seen everything"><p>New messages appear here by themselves.</p><//>`;
  if (filter.channel) return html`<${Empty} icon=${filter.channel} title=${`No ${CHANNELS[filter.channel] || ""} conversations`}><p>Is the channel active, and is its webhook set up?</p><a class="button" href="/channels">Look at the channels</a><//>`;
  return html`<${Empty} title="No conversation yet"><p>Connect a channel and send it a message. Whoever writes becomes a contact by itself.</p><//>`;
}
