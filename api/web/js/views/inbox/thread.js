// A conversation: who it is with, what was said, what waits, and where one writes.
import { html, useEffect, useLayoutEffect, useMemo, useRef } from "../../../vendor/ui.js";
import { useKeys } from "../../core/keys.js";
import { place, query } from "../../core/router.js";
import { dayName, fullTime, minute, moment } from "../../core/time.js";
import { nameOf, plain, REASONS } from "../../core/words.js";
import { act, approvals, conversation, drafts, markUnread, messages, notes, older, openDrafts, problem, readAll, readOlder, timeline } from "../../store/thread.js";
import { can, may } from "../../store/session.js";
import { Icon } from "../../ui/icon.js";
import { Menu } from "../../ui/menu.js";
import { Bones, ChannelIcon, Failed } from "../../ui/parts.js";
import * as asked from "./asked.js";
import { compose, composer } from "./compose.js";
import { later } from "../later.js";
import { MessageItem, NoteItem, ActivityItem } from "./message.js";

const Present = later(() => import("./present.js").then((module) => module.Present), 0);
const Composer = later(() => composer().then((module) => module.Composer), 0);
const DraftCard = later(() => import("./draft.js").then((module) => module.DraftCard), 4);

/** @param {{ id: string, showContext: () => void }} props */
export function Thread({ id, showContext }) {
  const row = conversation.value;
  if (problem.value && !row) return html`<${Failed} error=${problem.value} again=${readAll} />`;
  if (!row || row.id !== id) return html`<${Bones} lines=${10} label="Loading the conversation" />`;
  return html`<${Head} row=${row} showContext=${showContext} /><${Items} row=${row} key=${row.id} /><${Composer} row=${row} key=${`write-${row.id}`} />`;
}

/** @param {{ row: Conversation, showContext: () => void }} props */
function Head({ row, showContext }) {
  const closed = row.status === "closed";
  const toggle = () => (closed ? act("reopen", undefined, "Reopened") : act("close", undefined, "Closed. A new message opens it again."));
  const snooze = () => asked.snooze(row);
  const tag = () => {
    const field = () => document.getElementById("new-tag");
    if (!field()?.offsetParent) showContext();
    setTimeout(() => field()?.focus());
  };
  useKeys({ t: tag, e: () => void toggle(), s: snooze, U: () => void markUnread(), n: () => compose("note"), r: () => compose("reply") });
  const list = `/inbox${place.value.includes("?") ? `?${place.value.split("?")[1]}` : ""}`;
  const name = nameOf(row.contact);
  const reasons = row.requires_action.reasons;
  return html`<header class="thread-head">
    <div class="row">
      <a class="button plain icon back" href=${list} aria-label="Back to the list"><${Icon} name="back" /></a>
      <div class="grow">
        <h2 class="cut">${row.subject || name}</h2>
        <p class="row muted small who"><${ChannelIcon} kind=${row.channel} size=${13} /><span class="cut">${name}${row.contact.company ? ` · ${row.contact.company}` : ""}</span>
          ${row.team ? html`<span class="cut team">Team ${row.team}${row.person ? ` · ${row.person}` : ""}</span>` : null}
          ${row.sla_at ? html`<span class="sla cut" title=${fullTime(row.sla_at)}>Answer by ${moment(row.sla_at)}</span>` : null}</p>
      </div>
      ${may("closer") ? html`
        ${row.human_active
          ? html`<button class="button" title="The AI may answer again" onClick=${() => act("hand-back", undefined, "Handed back to the AI")}><${Icon} name="spark" /><span class="word">Hand back</span></button>`
          : html`<button class="button" title="You answer; the AI is silent here" onClick=${() => act("take-over", undefined, "You have taken over. The AI is silent here.")}><${Icon} name="person" /><span class="word">Take over</span></button>`}
        <button class="button wide-only" onClick=${toggle}><${Icon} name=${closed ? "redo" : "check"} />${closed ? "Reopen" : "Close"}</button>
        <${Menu} label="More actions" items=${[
          { word: "Snooze…", icon: "snooze", key: "s", run: snooze, off: closed },
          { word: closed ? "Reopen" : "Close", icon: closed ? "redo" : "check", key: "e", run: toggle },
          { word: "Mark as unread", icon: "email", key: "Shift U", run: markUnread },
          { word: "Ask the AI for a draft…", icon: "spark", run: () => asked.draft(row), off: !can("generate_draft") || openDrafts.value.some((one) => one.author_kind === "ai_agent") },
          { word: "Log LinkedIn activity…", icon: "linkedin", run: () => asked.logLinkedIn(row) },
          { word: "Merge into another…", icon: "team", run: () => asked.join(row), off: !can("merge_conversation") },
        ]} />` : null}
      <button class="button plain icon context-button" aria-label="Contact and details" title="Contact and details" onClick=${showContext}><${Icon} name="panel" /></button>
    </div>
    <${Present} id=${row.id} key=${row.id} />
    ${row.status === "snoozed" && row.snoozed_until ? html`<div class="banner"><${Icon} name="snooze" /><span class="grow">Snoozed until ${moment(row.snoozed_until)}</span><button class="link" onClick=${() => act("reopen", undefined, "Back in the inbox")}>Wake now</button></div>` : null}
    ${reasons.length ? html`<div class="banner warn"><${Icon} name="alert" /><span><strong>Requires action:</strong> ${reasons.map((reason) => REASONS[reason] || plain(reason)).join(", ")}</span></div>` : null}
  </header>`;
}

/** @typedef {{ at: string, key: string, day: string, shown: any }} Item */

/** @param {{ row: Conversation }} props */
function Items({ row }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const atEnd = useRef(true);
  const today = new Date(minute.value).toDateString();
  const items = useMemo(() => {
    /** @type {Item[]} */
    const all = [];
    const byId = new Map(drafts.value.map((draft) => [draft.id, draft]));
    for (const message of messages.value) {
      all.push({ at: message.created_at, key: message.id, day: dayName(message.created_at), shown: html`<${MessageItem} message=${message} draft=${message.draft_id ? byId.get(message.draft_id) : undefined} />` });
    }
    for (const note of notes.value) all.push({ at: note.created_at, key: note.id, day: dayName(note.created_at), shown: html`<${NoteItem} note=${note} />` });
    for (const item of timeline.value.filter((one) => one.kind.startsWith("linkedin"))) {
      all.push({ at: item.at, key: item.id, day: dayName(item.at), shown: html`<${ActivityItem} item=${item} />` });
    }
    return all.sort((a, b) => a.at.localeCompare(b.at) || a.key.localeCompare(b.key));
  }, [messages.value, notes.value, timeline.value, drafts.value, today]);
  const waiting = openDrafts.value;
  const wanted = query.value.get("m") || "";
  const isThere = items.some((item) => item.key === wanted);
  useEffect(() => {
    // A link leads to one message or note: what is older is read until it is there.
    if (wanted && !isThere && older.value) void readOlder();
  }, [wanted, isThere, older.value]);
  useLayoutEffect(() => {
    if (!wanted || !isThere) return;
    atEnd.current = false;
    document.getElementById(wanted)?.scrollIntoView({ block: "center" });
  }, [wanted, isThere]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [items.length, waiting.length, approvals.value.size]);
  useEffect(() => {
    // Mails grow when they are shown; whoever reads the end stays there.
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    if (element.firstElementChild) watch.observe(element.firstElementChild);
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const scrolled = (/** @type {any} */ event) => {
    const element = event.currentTarget;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
  };
  return html`<div class="thread" ref=${box} onScroll=${scrolled} tabindex="0" role="region" aria-label="Messages">
    <ol class="items-list">
      ${older.value ? html`<li class="center"><button class="button little" onClick=${readOlder}>Show older messages</button></li>` : null}
      ${items.map((item, index) => html`${item.day !== items[index - 1]?.day ? html`<li class="day" key=${`day-${item.day}`}><span>${item.day}</span></li>` : null}<li key=${item.key} id=${item.key} class=${item.key === wanted ? "wanted" : ""}>${item.shown}</li>`)}
      ${waiting.map((draft) => html`<li key=${draft.id}><${DraftCard} draft=${draft} approval=${approvals.value.get(draft.id)} row=${row} keys=${draft === waiting[0]} /></li>`)}
    </ol></div>`;
}
