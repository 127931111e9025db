// Where one writes: a reply, or a note. Which of the two it is shows in colour, in words and on the button.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../../vendor/ui.js";
import { api, newAct, post, Refused, said, serverNow } from "../../core/api.js";
import { holdKeys } from "../../core/keys.js";
import { save, saved } from "../../core/saved.js";
import { moment } from "../../core/time.js";
import { CHANNELS } from "../../core/words.js";
import { writings } from "../../store/inbox.js";
import { prefs } from "../../store/prefs.js";
import { can, may } from "../../store/session.js";
import { act, readAll, takeBack } from "../../store/thread.js";
import { dismiss, failed, toast } from "../../store/toasts.js";
import { writingIn } from "../../store/writing.js";
import { Icon } from "../../ui/icon.js";
import { Menu } from "../../ui/menu.js";
import { later } from "../later.js";
import { schedule } from "./asked.js";
import { compose, wanted } from "./compose.js";
import { Rich } from "./rich.js";

const Files = later(() => import("./files.js").then((module) => module.Files), 0);
const Mentions = later(() => import("./mention.js").then((module) => module.Mentions), 0);
const Elsewhere = later(() => import("./elsewhere.js").then((module) => module.Elsewhere), 2);

/** @param {{ row: Conversation }} props */
export function Composer({ row }) {
  const isMail = row.channel === "email";
  const answering = row.subject ? (/^re:/i.test(row.subject) ? row.subject : `Re: ${row.subject}`) : "";
  const own = useMemo(() => writingIn(row.id, answering), [row.id]);
  const [mode, setMode] = useState(/** @type {"reply" | "note"} */ ("reply"));
  const [note, setNote] = useState(() => saved(`note.${row.id}`)?.text || "");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [optedOut, setOptedOut] = useState(false);
  const [opened, setOpened] = useState(false);
  const [dropped, setDropped] = useState(/** @type {File[]} */ ([]));
  const name = useRef(newAct());
  const section = useRef(/** @type {HTMLElement | null} */ (null));
  const isNote = mode === "note";
  const text = isNote ? note : own.text.value;
  const files = own.files.value;
  const hasText = Boolean(text.trim()) || (!isNote && files.length > 0);
  const open = opened || hasText;
  const wantsFocus = useRef(false);
  const take = () => /** @type {HTMLElement | null | undefined} */ (section.current?.querySelector(".write"))?.focus();
  // At once, so that nothing that is typed next is lost; and again when the field that it becomes is there.
  const focus = () => {
    wantsFocus.current = true;
    take();
    setTimeout(() => {
      wantsFocus.current = false;
      take();
    });
  };

  useEffect(() => {
    own.look(writings.value.has(row.id));
    const seen = () => !document.hidden && own.look(writings.value.has(row.id));
    addEventListener("focus", seen);
    return () => {
      removeEventListener("focus", seen);
      own.leave();
    };
  }, [own]);
  const become = (/** @type {"reply" | "note"} */ next) => {
    setMode(next);
    setWrong("");
  };
  const asked = wanted.value;
  useLayoutEffect(() => {
    if (!asked) return;
    wanted.value = null;
    become(asked.mode);
    if (asked.text !== undefined) own.write({ text: asked.text, ...(asked.subject ? { subject: asked.subject } : {}) });
    setOpened(true);
    focus();
  }, [asked]);
  // Where else this contact can be reached: an answer by another channel is another conversation.
  const [others, setOthers] = useState(/** @type {Channel[]} */ ([]));
  useEffect(() => {
    if (!open || !can("begin_conversation")) return;
    const reached = (/** @type {Channel} */ one) => one.status === "active" && one.kind !== row.channel && (one.kind === "email" ? row.contact.email : /^(sms|whatsapp)$/.test(one.kind) && row.contact.phone);
    api("/channels").then((/** @type {Page<Channel>} */ page) => setOthers(page.data.filter(reached)), () => undefined);
  }, [open, row.id]);
  const by = (/** @type {any} */ event) => {
    const channel = event.currentTarget.value;
    event.currentTarget.value = "";
    if (!channel) return;
    const sent = () => own.write({ text: "", files: [] });
    holdKeys(import("./begin.js").then((module) => module.begin({ channel, known: row.contact, text: own.text.value, sent }), failed));
  };
  const write = (/** @type {string} */ next) => {
    setWrong("");
    if (!isNote) return own.write({ text: next });
    setNote(next);
    save(`note.${row.id}`, { text: next });
  };

  const addNote = async () => {
    await post(`/conversations/${row.id}/notes`, { body_text: note.trim() }, name.current);
    setNote("");
    save(`note.${row.id}`, null);
    toast("Note added. Only your team sees it.");
  };
  const sendReply = async (/** @type {string | null} */ at, /** @type {boolean} */ close) => {
    // The time to take it back is the server's: closing this page changes nothing.
    const undo = row.channel === "chat" ? 0 : prefs.value.undoSeconds;
    const sendAt = at || (undo ? new Date(serverNow() + undo * 1000).toISOString() : null);
    await own.settled();
    const again = { text: own.text.value, subject: own.subject.value, files };
    /** @type {Draft} */
    const draft = await post(`/conversations/${row.id}/replies`, {
      body_text: again.text.trim(), conversation_revision: row.revision, ...(isMail ? { subject: again.subject, attachment_ids: files.map((file) => file.id) } : {}),
      ...(sendAt ? { send_at: sendAt } : {}), ...(optedOut ? { knows_opted_out: true } : {}),
    }, name.current);
    own.sent();
    if (at) toast(`Will be sent ${moment(at)}`, { act: { word: "Undo", run: () => void undoSend(draft, again) } });
    else if (undo) {
      const id = toast("Sending…", { ms: undo * 1000, until: serverNow() + undo * 1000, act: { word: "Undo", run: () => { dismiss(id); void undoSend(draft, again); } } });
    } else toast("Sent");
    if (close) await act("close");
  };
  const undoSend = async (/** @type {Draft} */ draft, /** @type {{ text: string, subject: string, files: UploadedFile[] }} */ again) => {
    if (!(await takeBack(draft))) return;
    own.write(again);
    compose("reply");
  };
  const submit = async (/** @type {string | null} */ at = null, close = false) => {
    if (!text.trim() || busy) return;
    setBusy(true);
    setWrong("");
    try {
      await (isNote ? addNote() : sendReply(at, close));
      setOpened(false);
      name.current = newAct();
      void readAll();
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
  const canAttach = isMail && !isNote && can("upload_attachment");
  const drop = (/** @type {any} */ event) => {
    const brought = [...((event.dataTransfer || event.clipboardData)?.files || [])];
    if (!brought.length || !canAttach) return;
    event.preventDefault();
    setDropped(brought);
  };
  const to = isMail ? row.contact.email : row.contact.phone || row.contact.email;
  const placeholder = isNote ? "Write a note. @name calls a colleague." : `Reply to ${row.contact.name || to || "the contact"}…`;
  const state = isNote ? "" : { saving: "Saving…", saved: "Draft saved", here: "Kept in this browser", "": "" }[own.state.value];
  return html`<section class="composer ${isNote ? "is-note" : ""} ${open ? "is-open" : ""}" ref=${section} aria-label=${isNote ? "Write an internal note" : "Write a reply"} onKeyDown=${keys} onPaste=${drop} onDrop=${drop} onDragOver=${(/** @type {Event} */ event) => canAttach && event.preventDefault()}>
    <div class="row composer-top">
      <div class="tabs" role="tablist" aria-label="What to write">
        <button class="tab" role="tab" aria-selected=${!isNote} onClick=${() => { become("reply"); setOpened(true); focus(); }}>Reply</button>
        <button class="tab" role="tab" aria-selected=${isNote} onClick=${() => { become("note"); setOpened(true); focus(); }}><${Icon} name="lock" size=${13} />Note</button>
      </div>
      <span class="grow"></span>
      ${isNote ? html`<span class="small strong">Only your team sees this</span>` : html`<span class="row small muted"><label for="channel-${row.id}">By</label><select class="channel-choice" id="channel-${row.id}" title="A reply leaves by the channel of its conversation; by another one it begins a new conversation" onChange=${by}><option value="">${CHANNELS[row.channel] || row.channel}</option>${others.map((one) => html`<option value=${one.id} key=${one.id}>${CHANNELS[one.kind]}, as a new conversation…</option>`)}</select>${to ? html`<span class="cut to">to ${to}</span>` : null}</span>`}
    </div>
    ${own.theirs.value && !isNote ? html`<${Elsewhere} own=${own} />` : null}
    ${isMail && !isNote && open ? html`<div class="row subject-line"><label class="small muted" for="subject-${row.id}">Subject</label><input class="bare" id="subject-${row.id}" value=${own.subject.value} onInput=${(/** @type {any} */ event) => own.write({ subject: event.currentTarget.value })} /></div>` : null}
    ${isMail && !isNote ? html`<${Rich} text=${text} write=${write} label="Reply" placeholder=${placeholder} focus=${wantsFocus} open=${open} begin=${() => setOpened(true)} />` : html`<label class="unseen" for="write-${row.id}">${isNote ? "Internal note" : "Reply"}</label>
    <textarea id="write-${row.id}" class="bare write" rows=${open ? Math.min(12, Math.max(3, text.split("\n").length + 1)) : 1} value=${text} placeholder=${placeholder}
      onFocus=${() => setOpened(true)} onInput=${(/** @type {any} */ event) => write(event.currentTarget.value)}></textarea>`}
    ${isNote && text.includes("@") && can("list_users") ? html`<${Mentions} field=${section.current?.querySelector("textarea")} text=${text} write=${write} />` : null}
    ${canAttach && (files.length || dropped.length) ? html`<${Files} own=${own} dropped=${dropped} taken=${() => setDropped([])} wrong=${setWrong} />` : null}
    ${wrong ? html`<div class="banner bad" role="alert"><${Icon} name="alert" /><span>${wrong}</span></div>` : null}
    ${optedOut && !isNote ? html`<p class="small">This contact does not want to be written to. Send again only if you must; it is recorded.</p>` : null}
    ${open ? html`<div class="row composer-foot">
      ${canAttach ? html`<label class="button plain icon attach" title="Attach files"><${Icon} name="attach" label="Attach files" /><input type="file" multiple class="unseen" aria-label="Attach files" onChange=${(/** @type {any} */ event) => { setDropped([...event.currentTarget.files]); event.currentTarget.value = ""; }} /></label>` : null}
      <span class="small muted grow">${isNote ? "Never sent to the contact" : state || (row.human_active ? "The AI is silent here until you hand back" : "Your reply makes the AI silent here until you hand back")}</span>
      ${isNote ? null : html`<${Menu} label="More ways to send" icon="down" up items=${[{ word: "Send later…", icon: "clock", run: () => schedule(submit) }, { word: "Send and close", icon: "check", run: () => void submit(null, true) }, { word: "Throw away", icon: "close", run: () => { own.write({ text: "", files: [] }); setOpened(false); }, off: !hasText }]} />`}
      <button class="button ${isNote ? "note-button" : "primary"}" disabled=${busy || !text.trim()} title="Ctrl Enter" onClick=${() => submit()}><${Icon} name=${isNote ? "lock" : "send"} />${isNote ? "Add note" : optedOut ? "Send all the same" : "Send"}</button></div>` : null}
  </section>`;
}
