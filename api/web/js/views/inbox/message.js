// One thing that was said, in any of the forms there are: a message, a note, something done on LinkedIn.
import { html, useState } from "../../../vendor/ui.js";
import { wordDiff } from "../../core/diff.js";
import { fullTime, minute, moment } from "../../core/time.js";
import { CHANNELS, plain } from "../../core/words.js";
import { all } from "../../store/thread.js";
import { failed } from "../../store/toasts.js";
import { Icon } from "../../ui/icon.js";
import { Avatar, Diff, Intent, Status } from "../../ui/parts.js";
import { MailFrame } from "./mail.js";
import { why } from "./asked.js";

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
        ${message.has_html ? html`<${MailFrame} message=${message} />` : message.channel === "voice" ? html`<${Transcript} text=${message.body_text} />` : html`<div class="pre text">${message.body_text}</div>`}
        ${message.attachments.length ? html`<ul class="row wrap files">${message.attachments.map((file) => html`<li class="chip outline" key=${file.name} title=${file.type}><${Icon} name="attach" size=${12} />${file.name || "File"} <span class="muted">${bytes(file.size)}</span></li>`)}</ul>` : null}
      </div>
      <footer class="row wrap meta">
        <span class="muted small">${CHANNELS[message.channel] || message.channel} · ${inbound ? `from ${message.from}` : `to ${message.to}`}</span>
        ${inbound ? html`<${Intent} intent=${message.intent} />` : html`<${Status} status=${message.status} />`}
        ${inbound || message.ai_generated ? html`<button class="link small" onClick=${() => why(message)}>Why?</button>` : null}
      </footer>
    </div></article>`;
}

/** @param {number} size */
function bytes(size) {
  return size < 1024 ? `${size} B` : size < 1048576 ? `${Math.round(size / 1024)} KB` : `${(size / 1048576).toFixed(1)} MB`;
}

/** Lines of a call, with the speaker set apart where a line names one. @param {{ text: string }} props */
function Transcript({ text }) {
  const lines = text.split("\n").filter((line) => line.trim());
  return html`<dl class="speakers">${lines.map((line, index) => {
    const named = line.match(/^([\p{L}][\p{L}\p{N} .'-]{0,30}):\s+(.*)$/u);
    return named ? html`<div key=${index}><dt>${named[1]}</dt><dd>${named[2]}</dd></div>` : html`<div key=${index}><dd>${line}</dd></div>`;
  })}</dl>`;
}

/** An AI text that a person changed before it left: by whom, and what. @param {{ draft: Draft }} props */
function Edited({ draft }) {
  const [versions, setVersions] = useState(/** @type {DraftVersion[] | null} */ (null));
  const show = async () => {
    if (versions) return setVersions(null);
    try {
      setVersions((await all(`/drafts/${draft.id}/versions`, {}, 1)).sort((/** @type {any} */ a, /** @type {any} */ b) => a.version - b.version));
    } catch (error) {
      failed(error);
    }
  };
  const last = versions?.[versions.length - 1];
  return html`<button class="chip edited" aria-expanded=${Boolean(versions)} onClick=${show}><${Icon} name="edit" size=${11} />Edited by a person${last ? `: ${last.author}` : ""}</button>
    ${versions && last ? html`<div class="edited-diff"><${Diff} pieces=${wordDiff(versions[0].body_text, last.body_text)} /></div>` : null}`;
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
