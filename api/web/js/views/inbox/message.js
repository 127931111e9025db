// One thing that was said, in any of the forms there are: a message, a note, something done on LinkedIn.
import { html } from "../../../vendor/ui.js";
import { isPlain, marked } from "../../core/markup.js";
import { fullTime, minute, moment } from "../../core/time.js";
import { CHANNELS, plain } from "../../core/words.js";
import { Icon } from "../../ui/icon.js";
import { can } from "../../store/session.js";
import { timeline } from "../../store/thread.js";
import { Avatar, Intent, Status } from "../../ui/parts.js";
import { later } from "../later.js";
import { correct, deliveries, why } from "./asked.js";

const Attachments = later(() => import("./attachments.js").then((module) => module.Attachments), 1);
const MailFrame = later(() => import("./mail.js").then((module) => module.MailFrame), 3);
const Edited = later(() => import("./edited.js").then((module) => module.Edited), 0);

/** @param {{ at: string, written?: string }} props */
function Clock({ at, written }) {
  minute.value;
  const early = written && Math.abs(Date.parse(at) - Date.parse(written)) > 3600000 ? `\nWritten ${fullTime(written)}` : "";
  return html`<time class="nums" datetime=${at} title=${fullTime(at) + early}>${moment(at)}</time>`;
}

/** @param {{ message: Message, draft: Draft | undefined }} props The draft that it was sent from. */
export function MessageItem({ message, draft }) {
  const inbound = message.direction === "inbound";
  const kind = inbound ? "contact" : message.author.kind === "rep" && !message.ai_generated ? "rep" : message.ai_generated ? "ai" : "rep";
  const name = message.author.name || (inbound ? message.from : kind === "ai" ? "AI agent" : "Rep");
  const edited = Boolean(message.ai_generated && draft && draft.version > 1);
  return html`<article class="message ${inbound ? "in" : "out"} ${kind}" aria-label=${`${inbound ? "From" : "Reply by"} ${name}`}>
    <${Avatar} name=${name} kind=${kind} small />
    <div class="message-body">
      <header class="row wrap meta">
        <span class="strong">${name}</span>
        ${message.ai_generated ? html`<span class="chip accent"><${Icon} name="spark" size=${11} />AI</span>` : kind === "rep" ? html`<span class="chip">Rep</span>` : null}
        ${edited && draft ? html`<${Edited} draft=${draft} />` : null}
        ${message.automated ? html`<span class="chip">Automatic message</span>` : null}
        ${message.kind !== "message" ? html`<span class="chip">${plain(message.kind)}</span>` : null}
        <span class="muted small"><${Clock} at=${message.created_at} written=${message.occurred_at} /></span>
      </header>
      <div class="bubble">
        ${message.channel === "voice" ? html`<p class="row muted small transcript"><${Icon} name="voice" size=${13} />Transcript of a call</p>` : null}
        ${message.has_html ? html`<${MailFrame} message=${message} />` : message.channel === "voice" ? html`<${Transcript} text=${message.body_text} />` : html`<${Text} text=${message.body_text} rich=${!inbound && message.channel === "email"} />`}
        ${message.attachments.length ? html`<${Attachments} message=${message} />` : null}
      </div>
      <footer class="row wrap meta">
        <span class="muted small">${CHANNELS[message.channel] || message.channel} · ${inbound ? `from ${message.from}` : `to ${message.to}`}</span>
        ${inbound ? html`<${Meant} message=${message} />` : can("list_message_deliveries") ? html`<button class="link small plain-link" title="How far it has got" onClick=${() => deliveries(message)}><${Status} status=${message.status} /></button>` : html`<${Status} status=${message.status} />`}
        ${inbound || message.ai_generated ? html`<button class="link small" onClick=${() => why(message)}>Why?</button>` : null}
      </footer>
    </div></article>`;
}

/** What it was taken for, what a person said that it is, and the way to say so. @param {{ message: Message }} props */
function Meant({ message }) {
  const said = timeline.value.find((item) => item.kind === "intent_corrected" && item.refers_to === message.id);
  const is = said ? /** @type {any} */ (said.data)?.intent : undefined;
  const words = html`<${Intent} intent=${message.intent} />${said ? html`<span class="chip good" title=${said.summary}><${Icon} name="check" size=${11} />${is === message.intent?.label ? "Confirmed" : is ? plain(is) : "None of the intents"}</span>` : null}`;
  if (!message.intent || !can("set_message_intent")) return words;
  return html`<button class="link small plain-link row" title="Say what it is about" onClick=${() => correct(message, said ? is : undefined)}>${words}<span class="unseen">Say what it is about</span></button>`;
}

/** @param {{ text: string, rich: boolean }} props `rich`: what a person here marked is shown as it left. */
function Text({ text, rich }) {
  const lines = rich ? marked(text) : [];
  if (!rich || isPlain(lines)) return html`<div class="pre text">${text}</div>`;
  return html`<div class="text marked">${lines.map((line, index) => html`<p key=${index} class=${line.kind}>${line.kind === "number" ? `${/^\d+/.exec(text.split("\n")[index] || "")}. ` : null}${line.spans.map((span) => {
    const inner = span.href ? html`<a href=${span.href} target="_blank" rel="noreferrer noopener">${span.text}</a>` : span.text;
    const slanted = span.italic ? html`<em>${inner}</em>` : inner;
    return span.bold ? html`<strong>${slanted}</strong>` : slanted;
  })}</p>`)}</div>`;
}

/** Lines of a call, with the speaker set apart where a line names one. @param {{ text: string }} props */
function Transcript({ text }) {
  const lines = text.split("\n").filter((line) => line.trim());
  return html`<dl class="speakers">${lines.map((line, index) => {
    const named = line.match(/^([\p{L}][\p{L}\p{N} .'-]{0,30}):\s+(.*)$/u);
    return named ? html`<div key=${index}><dt>${named[1]}</dt><dd>${named[2]}</dd></div>` : html`<div key=${index}><dd>${line}</dd></div>`;
  })}</dl>`;
}

/** A note: another colour, another shape, a lock, and the words that say who sees it. @param {{ note: Note }} props */
export function NoteItem({ note }) {
  return html`<article class="note" aria-label=${`Internal note by ${note.author_name}`}>
    <header class="row wrap"><${Icon} name="lock" size=${13} /><span class="strong">Note</span><span>· only your team sees this</span><span class="grow"></span>
      <span class="small">${note.author_name} · <${Clock} at=${note.created_at} /></span></header>
    <p class="pre">${withMentions(note.body_text)}</p></article>`;
}

/** @param {string} text */
function withMentions(text) {
  return text.split(/(@[\p{L}\p{N}._-]+)/u).map((part, index) => (index % 2 ? html`<strong key=${index}>${part}</strong>` : part));
}

/** @param {{ item: TimelineItem }} props */
export function ActivityItem({ item }) {
  const text = item.data && typeof item.data === "object" && "text" in item.data ? String(/** @type {any} */ (item.data).text || "") : "";
  return html`<article class="logged"><${Icon} name="linkedin" size=${14} /><span class="grow">${item.summary}${text && !item.summary.includes(text) ? html`<span class="muted"> — ${text}</span>` : null}</span>
    <span class="muted small">${item.actor.name || ""} · <${Clock} at=${item.at} /></span></article>`;
}
