// Where one writes: a reply, or a note. Which of the two it is shows in colour, in words and on the button, and what is
// written stays in this browser until it is sent.
import { html, signal, useEffect, useRef, useState } from "../../../vendor/ui.js";
import { newAct, post, Refused, said, serverNow } from "../../core/api.js";
import { save, saved } from "../../core/saved.js";
import { moment } from "../../core/time.js";
import { CHANNELS } from "../../core/words.js";
import { prefs } from "../../store/prefs.js";
import { may } from "../../store/session.js";
import { act, readAll, takeBack } from "../../store/thread.js";
import { dismiss, toast } from "../../store/toasts.js";
import { Icon } from "../../ui/icon.js";
import { Menu } from "../../ui/menu.js";
import { schedule } from "./asked.js";

/** What another part asks the composer to begin with. */
const wanted = signal(/** @type {{ mode: "reply" | "note", text?: string, subject?: string | null, turn: number } | null} */ (null));
let turn = 0;

/** @param {"reply" | "note"} mode @param {string} [text] @param {string | null} [subject] */
export function compose(mode, text, subject) {
  wanted.value = { mode, text, subject, turn: ++turn };
}

/** @param {{ row: Conversation }} props */
export function Composer({ row }) {
  const [mode, setMode] = useState(/** @type {"reply" | "note"} */ ("reply"));
  const kept = saved(`${mode}.${row.id}`);
  const [text, setText] = useState(kept?.text || "");
  const answering = row.subject ? (/^re:/i.test(row.subject) ? row.subject : `Re: ${row.subject}`) : "";
  const [subject, setSubject] = useState(kept?.subject || answering);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [optedOut, setOptedOut] = useState(false);
  const [open, setOpen] = useState(Boolean(kept?.text));
  const name = useRef(newAct());
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const isMail = row.channel === "email";
  const isNote = mode === "note";

  const become = (/** @type {"reply" | "note"} */ next) => {
    setMode(next);
    setText(saved(`${next}.${row.id}`)?.text || "");
    setWrong("");
  };
  const asked = wanted.value;
  useEffect(() => {
    if (!asked) return;
    wanted.value = null;
    if (asked.mode !== mode) become(asked.mode);
    if (asked.text !== undefined) {
      setText(asked.text);
      save(`reply.${row.id}`, { text: asked.text, subject });
      if (asked.subject) setSubject(asked.subject);
    }
    setOpen(true);
    setTimeout(() => area.current?.focus());
  }, [asked]);
  const write = (/** @type {string} */ next) => {
    setText(next);
    setWrong("");
    save(`${mode}.${row.id}`, { text: next, subject });
  };
  const clear = () => {
    setText("");
    save(`${mode}.${row.id}`, null);
    setOpen(false);
    name.current = newAct();
  };

  const addNote = async () => {
    await post(`/conversations/${row.id}/notes`, { body_text: text.trim() }, name.current);
    clear();
    toast("Note added. Only your team sees it.");
    void readAll();
  };
  const sendReply = async (/** @type {string | null} */ at, /** @type {boolean} */ close) => {
    // The time to take it back is the server's: closing this page changes nothing.
    const undo = row.channel === "chat" ? 0 : prefs.value.undoSeconds;
    const sendAt = at || (undo ? new Date(serverNow() + undo * 1000).toISOString() : null);
    /** @type {Draft} */
    const draft = await post(`/conversations/${row.id}/replies`, { body_text: text.trim(), ...(isMail ? { subject } : {}), conversation_revision: row.revision, ...(sendAt ? { send_at: sendAt } : {}), ...(optedOut ? { knows_opted_out: true } : {}) }, name.current);
    const again = text;
    clear();
    if (at) toast(`Will be sent ${moment(at)}`, { act: { word: "Undo", run: () => void undoSend(draft, again) } });
    else if (undo) {
      const id = toast("Sending…", { ms: undo * 1000, until: serverNow() + undo * 1000, act: { word: "Undo", run: () => { dismiss(id); void undoSend(draft, again); } } });
    } else toast("Sent");
    if (close) await act("close");
    void readAll();
  };
  const undoSend = async (/** @type {Draft} */ draft, /** @type {string} */ again) => {
    if (await takeBack(draft)) {
      save(`reply.${row.id}`, { text: again, subject });
      compose("reply", again);
    }
  };
  const submit = async (/** @type {string | null} */ at = null, close = false) => {
    if (!text.trim() || busy) return;
    setBusy(true);
    setWrong("");
    try {
      if (isNote) await addNote();
      else await sendReply(at, close);
    } catch (error) {
      if (error instanceof Refused && error.code === "opted_out") setOptedOut(true);
      setWrong(error instanceof Refused && error.code === "stale_context" ? "There is a new message. Read it, then send again." : said(error));
      if (error instanceof Refused) {
        name.current = newAct();
        void readAll();
      }
    }
    setBusy(false);
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void submit();
    } else if (event.key === "Escape" && document.activeElement instanceof HTMLElement) document.activeElement.blur();
  };
  if (!may("closer")) return html`<p class="composer-off muted small">You can read this conversation. To reply, you need the role Closer.</p>`;
  const to = isMail ? row.contact.email : row.contact.phone || row.contact.email;
  return html`<section class="composer ${isNote ? "is-note" : ""} ${open || text ? "is-open" : ""}" aria-label=${isNote ? "Write an internal note" : "Write a reply"} onKeyDown=${keys}>
    <div class="row composer-top">
      <div class="tabs" role="tablist" aria-label="What to write">
        <button class="tab" role="tab" aria-selected=${!isNote} onClick=${() => { become("reply"); setOpen(true); area.current?.focus(); }}>Reply</button>
        <button class="tab" role="tab" aria-selected=${isNote} onClick=${() => { become("note"); setOpen(true); area.current?.focus(); }}><${Icon} name="lock" size=${13} />Note</button>
      </div>
      <span class="grow"></span>
      ${isNote ? html`<span class="small strong">Only your team sees this</span>` : html`<span class="row small muted"><label for="channel-${row.id}">By</label><select class="channel-choice" id="channel-${row.id}" title="A reply leaves by the channel of its conversation"><option>${CHANNELS[row.channel] || row.channel}</option></select>${to ? html`<span class="cut to">to ${to}</span>` : null}</span>`}
    </div>
    ${isMail && !isNote && (open || text) ? html`<div class="row subject-line"><label class="small muted" for="subject-${row.id}">Subject</label><input class="bare" id="subject-${row.id}" value=${subject} onInput=${(/** @type {any} */ event) => { setSubject(event.currentTarget.value); save(`reply.${row.id}`, { text, subject: event.currentTarget.value }); }} /></div>` : null}
    <label class="unseen" for="write-${row.id}">${isNote ? "Internal note" : "Reply"}</label>
    <textarea id="write-${row.id}" ref=${area} class="bare write" rows=${open || text ? Math.min(12, Math.max(3, text.split("\n").length + 1)) : 1} value=${text} placeholder=${isNote ? "Write a note. @name calls a colleague." : `Reply to ${row.contact.name || to || "the contact"}…`}
      onFocus=${() => setOpen(true)} onInput=${(/** @type {any} */ event) => write(event.currentTarget.value)}></textarea>
    ${wrong ? html`<div class="banner bad" role="alert"><${Icon} name="alert" /><span>${wrong}</span></div>` : null}
    ${optedOut && !isNote ? html`<p class="small">This contact does not want to be written to. Send again only if you must; it is recorded.</p>` : null}
    ${open || text ? html`<div class="row composer-foot"><span class="small muted grow">${isNote ? "Never sent to the contact" : row.human_active ? "The AI is silent here until you hand back" : "Your reply makes the AI silent here until you hand back"}</span>
      ${isNote ? null : html`<${Menu} label="More ways to send" icon="down" up items=${[{ word: "Send later…", icon: "clock", run: () => schedule(submit) }, { word: "Send and close", icon: "check", run: () => void submit(null, true) }]} />`}
      <button class="button ${isNote ? "note-button" : "primary"}" disabled=${busy || !text.trim()} title="Ctrl Enter" onClick=${() => submit()}><${Icon} name=${isNote ? "lock" : "send"} />${isNote ? "Add note" : optedOut ? "Send all the same" : "Send"}</button></div>` : null}
  </section>`;
}
