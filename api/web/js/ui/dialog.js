// Dialogs by the browser's own element: it keeps the focus inside and gives it back.
import { html, useId, useLayoutEffect, useRef, useState } from "../../vendor/ui.js";
import { newAct, Refused, said } from "../core/api.js";
import { Icon } from "./icon.js";
import { Field } from "./parts.js";
import { open } from "./place.js";

export { open };

/** @param {{ title: string, wide?: boolean, close: () => void, children: any }} props */
export function Dialog({ title, wide, close, children }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  // In the same step as it is drawn: the next key that is pressed is the dialog's.
  useLayoutEffect(() => {
    ref.current?.showModal();
    // Where one writes first; the way out is never it.
    /** @type {HTMLElement | null | undefined} */ (ref.current?.querySelector("[autofocus], .content input, .content textarea, .content select") || ref.current?.querySelector("h2"))?.focus();
  }, []);
  const outside = (/** @type {MouseEvent} */ event) => event.target === ref.current && close();
  return html`<dialog ref=${ref} class=${wide ? "wide" : ""} aria-labelledby=${id} onClose=${close} onClick=${outside}>
    <div class="head"><h2 class="grow" id=${id} tabindex="-1">${title}</h2><button type="button" class="button plain icon" aria-label="Close" onClick=${close}><${Icon} name="close" /></button></div>
    ${children}</dialog>`;
}

/**
 * Asks for a reason, does it, and stays open with the error when it fails.
 * @typedef {object} Question
 * @property {string} title
 * @property {any} [about]
 * @property {string} [label]
 * @property {boolean} [line] One line instead of several.
 * @property {string} [wrong] What is said when nothing was given.
 * @property {boolean} [optional] The reason may be left out.
 * @property {boolean} [bare] No reason is asked for, only `more`.
 * @property {string[]} [examples] Reasons to choose from.
 * @property {string} yes
 * @property {"primary" | "stop"} [tone]
 * @property {any} [more] Fields below the reason.
 * @property {(reason: string, act: string) => Promise<unknown>} run
 */

/** @param {Question} question */
export function askReason(question) {
  open((close) => html`<${Reason} question=${question} close=${close} />`);
}

/** @param {{ question: Question, close: () => void }} props */
function Reason({ question, close }) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  // One name for the act, however often it is tried.
  const [act, setAct] = useState(newAct);
  const id = useId();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!question.bare && !question.optional && !reason.trim()) return setWrong(question.wrong || "Say why in a few words: your colleagues will read it.");
    setBusy(true);
    try {
      await question.run(reason.trim(), act);
      close();
    } catch (error) {
      setWrong(said(error));
      setBusy(false);
      // What was refused is over; what got no answer is the same act when it is tried again.
      if (error instanceof Refused) setAct(newAct());
    }
  };
  const writeOrSend = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit(event);
  };
  return html`<${Dialog} title=${question.title} close=${close}>
    <form onSubmit=${submit}>
      <div class="content">
        ${question.about ? html`<div class="muted">${question.about}</div>` : null}
        ${question.bare ? (wrong ? html`<div class="banner bad" role="alert">${wrong}</div>` : null) : html`<${Field} id=${id} label=${question.label || (question.optional ? "Reason (optional)" : "Reason")} wrong=${wrong}>
          ${question.line ? html`<input class="input" id=${id} value=${reason} maxlength="80" autofocus aria-invalid=${wrong ? "true" : undefined} onInput=${(/** @type {any} */ event) => setReason(event.currentTarget.value)} />` : html`<textarea class="area" id=${id} value=${reason} autofocus aria-invalid=${wrong ? "true" : undefined} aria-describedby=${wrong ? `${id}-wrong` : undefined}
            onInput=${(/** @type {any} */ event) => setReason(event.currentTarget.value)} onKeyDown=${writeOrSend}></textarea>`}
        <//>`}
        ${question.examples ? html`<div class="row wrap">${question.examples.map((text) => html`<button type="button" class="button little" key=${text} onClick=${() => setReason(text)}>${text}</button>`)}</div>` : null}
        ${question.more}
      </div>
      <div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button ${question.tone || "primary"}" disabled=${busy}>${question.yes}</button></div>
    </form><//>`;
}
