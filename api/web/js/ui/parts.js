// Small parts that say one thing.
import { html } from "../../vendor/ui.js";
import { Refused, said, Unreachable } from "../core/api.js";
import { Unfetched } from "../core/code.js";
import { ago, fullTime, minute, shortTime } from "../core/time.js";
import { CHANNELS, initials, OUTCOME_TONE, OUTCOMES, plain, STATUSES } from "../core/words.js";
import { Icon } from "./icon.js";

/** @param {{ at: string, how?: "short" | "ago" }} props */
export function When({ at, how = "short" }) {
  minute.value;
  return html`<time class="nums" datetime=${at} title=${fullTime(at)}>${how === "ago" ? ago(at) : shortTime(at)}</time>`;
}

/** @param {{ name: string, kind?: "contact" | "ai" | "rep", small?: boolean }} props */
export function Avatar({ name, kind = "contact", small }) {
  return html`<span class="avatar ${kind} ${small ? "small" : ""}" aria-hidden="true">${kind === "ai" ? html`<${Icon} name="spark" size=${small ? 13 : 16} />` : initials(name)}</span>`;
}

/** @param {{ kind: string, size?: number }} props */
export function ChannelIcon({ kind, size = 14 }) {
  return html`<${Icon} name=${kind} size=${size} label=${CHANNELS[kind] || plain(kind)} />`;
}

/** @param {{ outcome: string }} props */
export function Outcome({ outcome }) {
  return html`<span class="chip ${OUTCOME_TONE[outcome] || ""}">${OUTCOMES[outcome] || plain(outcome)}</span>`;
}

/** @param {{ status: string }} props */
export function Status({ status }) {
  const known = STATUSES[status] || { word: plain(status), icon: "info", tone: "" };
  return html`<span class="status ${known.tone}"><${Icon} name=${known.icon} size=${13} />${known.word}</span>`;
}

/** @param {{ intent: IntentFound | null }} props */
export function Intent({ intent }) {
  if (!intent) return null;
  const sure = intent.confidence === null ? "" : ` ${Math.round((intent.confidence || 0) * 100)}%`;
  const words = intent.label ? plain(intent.label) : "Intent not known";
  return html`<span class="chip outline" title=${`Intent ${intent.label || "unknown"}, confidence${sure || " unknown"}`}>${words}<span class="nums muted">${sure}</span></span>`;
}

/** Lines where something will be. @param {{ lines?: number, label?: string }} props */
export function Bones({ lines = 6, label = "Loading" }) {
  return html`<div class="bones" role="status" aria-label=${label}>${Array.from({ length: lines }, (_, index) => html`<div class="bone ${index % 3 === 2 ? "short" : ""}" key=${index}></div>`)}</div>`;
}

/** @param {{ icon?: string, title: string, children?: any }} props */
export function Empty({ icon = "inbox", title, children }) {
  return html`<div class="state"><${Icon} name=${icon} size=${28} /><h2>${title}</h2>${children}</div>`;
}

/** What went wrong, what it was called, and the way to try again. @param {{ error: unknown, again?: () => void }} props */
export function Failed({ error, again }) {
  const title = error instanceof Refused || error instanceof Unreachable || error instanceof Unfetched ? error.title : "Something went wrong";
  const request = error instanceof Refused && error.requestId;
  return html`<div class="state" role="alert"><${Icon} name="alert" size=${28} /><h2>${title}</h2><p>${said(error)}</p>
    ${request ? html`<p class="small mono">${request}</p>` : null}
    ${again ? html`<button class="button" onClick=${again}>Try again</button>` : null}</div>`;
}

/**
 * What a load has come to: bones, an error, or the thing itself.
 * @template T
 * @param {{ load: import("../store/load.js").Loaded<T>, lines?: number, children: (value: T) => any }} props
 */
export function Loading({ load, lines, children }) {
  if (load.value.value !== null) return children(load.value.value);
  if (load.error.value) return html`<${Failed} error=${load.error.value} again=${load.again} />`;
  return html`<${Bones} lines=${lines} />`;
}

/** A field with its name above and what is wrong below. @param {{ label: string, hint?: any, wrong?: string, id: string, children: any }} props */
export function Field({ label, hint, wrong, id, children }) {
  return html`<div class="field"><label for=${id}>${label}</label>${children}
    ${wrong ? html`<span class="wrong" id="${id}-wrong" role="alert">${wrong}</span>` : hint ? html`<span class="hint">${hint}</span>` : null}</div>`;
}

/** Words of the server's, in which names stand in backticks. @param {{ text: string }} props */
export function Coded({ text }) {
  return text.split("`").map((part, index) => (index % 2 ? html`<code key=${index}>${part}</code>` : part));
}

/** @param {{ pieces: import("../core/diff.js").Piece[] }} props */
export function Diff({ pieces }) {
  return html`<div class="diff pre">${pieces.map((piece, index) =>
    piece.op === "added" ? html`<ins key=${index}>${piece.text}</ins>` : piece.op === "removed" ? html`<del key=${index}>${piece.text}</del>` : html`<span key=${index}>${piece.text}</span>`)}</div>`;
}

/** The head of a page that is not the inbox. @param {{ title: string, about?: string, children?: any }} props */
export function PageHead({ title, about, children }) {
  return html`<header class="page-head"><div class="grow"><h1 tabindex="-1">${title}</h1>${about ? html`<p class="muted">${about}</p>` : null}</div>${children}</header>`;
}
