// A conversation that a person begins: to somebody known, or to an address.
import { html, useState } from "../../../vendor/ui.js";
import { api, newAct, post, Refused, said, serverNow } from "../../core/api.js";
import { go } from "../../core/router.js";
import { CHANNELS } from "../../core/words.js";
import { prefs } from "../../store/prefs.js";
import { useLoaded } from "../../store/load.js";
import { toast } from "../../store/toasts.js";
import { Dialog, open } from "../../ui/dialog.js";
import { Field, Loading } from "../../ui/parts.js";
import { FindContact } from "./finder.js";

/**
 * What it begins with, where a reply goes on by another channel.
 * @typedef {{ channel: string, known: ContactSummary, text: string, sent: () => void }} Start
 */

/** @param {Start} [start] */
export function begin(start) {
  open((close) => html`<${Begin} start=${start} close=${close} />`);
}

/** @type {Record<string, { label: string, type: string, hint: string }>} */
const ADDRESSES = {
  email: { label: "Mail address", type: "email", hint: "ana@example.com" },
  sms: { label: "Phone number", type: "tel", hint: "+41 79 123 45 67" },
  whatsapp: { label: "Phone number", type: "tel", hint: "+41 79 123 45 67" },
};

/** @param {{ start?: Start, close: () => void }} props */
function Begin({ start, close }) {
  const load = useLoaded(() => /** @type {Promise<Page<Channel>>} */ (api("/channels")), []);
  return html`<${Dialog} title="New conversation" wide close=${close}><${Loading} load=${load} lines=${6}>${(/** @type {Page<Channel>} */ page) => html`<${Form} channels=${page.data.filter((one) => one.status === "active" && ADDRESSES[one.kind])} start=${start} close=${close} />`}<//><//>`;
}

/** @param {{ channels: Channel[], start?: Start, close: () => void }} props */
function Form({ channels, start, close }) {
  const [channel, setChannel] = useState(start?.channel || channels[0]?.id || "");
  const [known, setKnown] = useState(/** @type {ContactLine | null} */ (/** @type {any} */ (start?.known) || null));
  const [isNew, setIsNew] = useState(false);
  const [address, setAddress] = useState("");
  const [name, setName] = useState("");
  const [subject, setSubject] = useState("");
  const [text, setText] = useState(start?.text || "");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [optedOut, setOptedOut] = useState(false);
  const [act, setAct] = useState(newAct);
  const kind = channels.find((one) => one.id === channel)?.kind || "email";
  const words = ADDRESSES[kind] || { label: "Address", type: "text", hint: "" };
  if (!channels.length) return html`<div class="content"><p class="muted">There is no active channel for mail, SMS or WhatsApp. A chat or a call begins with the other.</p></div>`;
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!isNew && !known) return setWrong("Choose whom you write to.");
    if (!text.trim()) return setWrong("Write something first.");
    setBusy(true);
    setWrong("");
    try {
      const undo = prefs.value.undoSeconds;
      /** @type {Conversation} */
      const row = await post("/conversations", {
        channel_id: channel, body_text: text.trim(), ...(kind === "email" ? { subject: subject.trim() } : {}),
        ...(known && !isNew ? { contact_id: known.id } : { to: { address: address.replace(kind === "email" ? /^\s+|\s+$/g : /[\s().-]/g, ""), ...(name.trim() ? { name: name.trim() } : {}) } }),
        ...(undo ? { send_at: new Date(serverNow() + undo * 1000).toISOString() } : {}), ...(optedOut ? { knows_opted_out: true } : {}),
      }, act);
      close();
      start?.sent();
      toast(undo ? "On its way. Undo it in the conversation." : "Sent");
      go(`/c/${row.id}`);
    } catch (error) {
      if (error instanceof Refused) {
        setAct(newAct());
        if (error.code === "opted_out") setOptedOut(true);
      }
      setWrong(said(error));
      setBusy(false);
    }
  };
  const field = (/** @type {(text: string) => void} */ set) => (/** @type {any} */ event) => set(event.currentTarget.value);
  return html`<form onSubmit=${send}><div class="content">
      <${Field} id="begin-channel" label="By"><select class="select" id="begin-channel" value=${channel} onChange=${field(setChannel)}>${channels.map((one) => html`<option value=${one.id} key=${one.id}>${CHANNELS[one.kind]} · ${one.name} (${one.address})</option>`)}</select><//>
      ${isNew ? html`<div class="pair"><${Field} id="begin-address" label=${words.label}><input class="input" id="begin-address" type=${words.type} placeholder=${words.hint} required value=${address} onInput=${field(setAddress)} /><//>
          <${Field} id="begin-name" label="Name (optional)"><input class="input" id="begin-name" value=${name} onInput=${field(setName)} /><//></div>`
        : html`<${FindContact} label="To" chosen=${known} choose=${setKnown} />`}
      ${known && !isNew ? null : html`<div><button type="button" class="link" onClick=${() => setIsNew(!isNew)}>${isNew ? "Somebody who has written before" : "A new address"}</button></div>`}
      ${kind === "email" ? html`<${Field} id="begin-subject" label="Subject"><input class="input" id="begin-subject" required value=${subject} onInput=${field(setSubject)} /><//>` : null}
      <${Field} id="begin-text" label="Message"><textarea class="area" id="begin-text" rows="7" value=${text} onInput=${field(setText)}></textarea><//>
      ${wrong ? html`<div class="banner bad" role="alert">${wrong}</div>` : null}
      ${optedOut ? html`<p class="small">They do not want to be written to. Send again only if you must; it is recorded.</p>` : null}</div>
    <div class="foot"><span class="small muted grow">The AI is silent there until you hand it over.</span><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary" disabled=${busy}>${optedOut ? "Send all the same" : "Send"}</button></div></form>`;
}
