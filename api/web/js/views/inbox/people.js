// What is done with a contact now and then: change, merge, export, erase, and the word that nobody writes to them.
import { html, useEffect, useState } from "../../../vendor/ui.js";
import { api, newAct, post, said, tagOf } from "../../core/api.js";
import { nameOf, several } from "../../core/words.js";
import { contact, conversation, readAll } from "../../store/thread.js";
import { failed, toast } from "../../store/toasts.js";
import { askReason, Dialog, open } from "../../ui/dialog.js";
import { Field } from "../../ui/parts.js";
import { FindContact } from "./finder.js";

/** @param {Contact} who */
export function change(who) {
  let { name, company } = who;
  askReason({
    title: "Change the contact", bare: true, yes: "Save",
    more: html`<${Field} id="contact-name" label="Name"><input class="input" id="contact-name" defaultValue=${name || ""} onInput=${(/** @type {any} */ event) => (name = event.currentTarget.value)} /><//>
      <${Field} id="contact-company" label="Company"><input class="input" id="contact-company" defaultValue=${company || ""} onInput=${(/** @type {any} */ event) => (company = event.currentTarget.value)} /><//>`,
    run: async () => {
      contact.value = await api(`/contacts/${who.id}`, { method: "PATCH", body: { name: name?.trim() || null, company: company?.trim() || null }, match: tagOf(who.version) });
      void readAll();
      toast("Saved");
    },
  });
}

/** @param {Contact} who */
export function doNotContact(who) {
  askReason({
    title: `Do not contact ${nameOf(who)}`, bare: true, yes: "Nobody writes to them", tone: "stop",
    about: "Nothing of the AI leaves to them from now on, also what is queued. A person who writes all the same has to say that they know. Nothing here takes it back.",
    run: async (_reason, act) => {
      contact.value = await api(`/contacts/${who.id}/do-not-contact`, { method: "PUT", act });
      void readAll();
      toast(`${nameOf(who)} is not written to any more`);
    },
  });
}

/** Everything that is kept about them, as a file of JSON lines. @param {Contact} who */
export async function takeAway(who) {
  try {
    toast("Your browser saves it in a moment");
    const blob = /** @type {Blob} */ (await api(`/contacts/${who.id}/export`, { as: "blob" }));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${nameOf(who).replace(/[^\p{L}\p{N}]+/gu, "-")}.jsonl`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  } catch (error) {
    failed(error, "The export broke off");
  }
}

/** @param {Contact} who */
export function merge(who) {
  open((close) => html`<${Merge} who=${who} close=${close} />`);
}

/** @param {{ who: Contact, close: () => void }} props */
function Merge({ who, close }) {
  const [into, setInto] = useState(/** @type {ContactLine | null} */ (null));
  const [wrong, setWrong] = useState("");
  const [act] = useState(newAct);
  const run = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!into) return setWrong("Choose the contact that is left.");
    try {
      await post(`/contacts/${who.id}/merge`, { into_id: into.id }, act);
      close();
      toast(`${nameOf(who)} is now part of ${into.name || into.email || into.phone}`);
      void readAll();
    } catch (error) {
      setWrong(said(error));
    }
  };
  return html`<${Dialog} title=${`Merge ${nameOf(who)} into another`} close=${close}><form onSubmit=${run}><div class="content">
      <p class="muted">Addresses and conversations go to the other. The more careful of both holds: an opt-out and a pause stay. It stands in the audit trail.</p>
      <${FindContact} label="The contact that is left" chosen=${into} choose=${setInto} without=${who.id} />
      ${wrong ? html`<div class="banner bad" role="alert">${wrong}</div>` : null}</div>
    <div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary" disabled=${!into}>Merge</button></div></form><//>`;
}

/** @param {Contact} who */
export function erase(who) {
  open((close) => html`<${Erase} who=${who} close=${close} />`);
}

/** @param {{ who: Contact, close: () => void }} props */
function Erase({ who, close }) {
  const name = nameOf(who);
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  useEffect(() => setWrong(""), [typed]);
  const run = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (typed.trim() !== name) return setWrong("Type the name as it stands above: there is no way back.");
    setBusy(true);
    try {
      /** @type {ErasedContact} */
      const done = await post(`/contacts/${who.id}/erase`);
      close();
      toast(`Erased, with the texts of ${several(done.conversations, "conversation")}`);
      void readAll();
    } catch (error) {
      setWrong(said(error));
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${`Erase ${name}`} close=${close}><form onSubmit=${run}><div class="content">
      <p>Who they are, every text and every file are gone for good, in ${conversation.value ? "this and all their other conversations" : "all their conversations"}. That something happened, and how it was decided, stays. <strong>Nothing brings it back.</strong></p>
      <${Field} id="erase-name" label=${`To go on, type ${name}`} wrong=${wrong}><input class="input" id="erase-name" autocomplete="off" value=${typed} onInput=${(/** @type {any} */ event) => setTyped(event.currentTarget.value)} /><//></div>
    <div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button stop" disabled=${busy || typed.trim() !== name}>Erase for good</button></div></form><//>`;
}
