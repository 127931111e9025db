// Two threads of a contact become one. There is no way back, so both are shown first.
import { html, useState } from "../../../vendor/ui.js";
import { newAct, post, said } from "../../core/api.js";
import { go } from "../../core/router.js";
import { moment } from "../../core/time.js";
import { nameOf, plain } from "../../core/words.js";
import { all, useLoaded } from "../../store/load.js";
import { toast } from "../../store/toasts.js";
import { Dialog, open } from "../../ui/dialog.js";
import { Loading } from "../../ui/parts.js";

/** @param {Conversation} row */
export function join(row) {
  open((close) => html`<${Join} row=${row} close=${close} />`);
}

/** @param {{ row: Conversation, close: () => void }} props */
function Join({ row, close }) {
  const load = useLoaded(async () => (/** @type {Conversation[]} */ (await all("/conversations", { contact_id: row.contact.id, channel_id: row.channel_id }))).filter((one) => one.id !== row.id), []);
  const [into, setInto] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [act] = useState(newAct);
  const run = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!into) return setWrong("Choose the conversation that is left.");
    setBusy(true);
    try {
      await post(`/conversations/${row.id}/merge`, { into_id: into }, act);
      close();
      toast("Merged. Everything of both is here.");
      go(`/c/${into}`, { replace: true });
    } catch (error) {
      setWrong(said(error));
      setBusy(false);
    }
  };
  return html`<${Dialog} title="Merge into another conversation" close=${close}><form onSubmit=${run}><div class="content">
      <p class="muted">“${row.subject || row.preview}” becomes part of the one you choose, with its messages, notes, drafts and tags. What the AI has waiting in either is withdrawn. <strong>Nothing takes it apart again.</strong></p>
      <${Loading} load=${load} lines=${4}>${(/** @type {Conversation[]} */ found) => found.length ? html`<fieldset class="choices"><legend class="small muted">Other conversations with ${nameOf(row.contact)} here</legend>${found.map((one) => html`<label class="choice ${one.id === into ? "at" : ""}" key=${one.id}><input type="radio" name="into" checked=${one.id === into} onChange=${() => setInto(one.id)} /><span class="grow cut"><strong>${one.subject || one.preview}</strong>${one.subject ? html`<span class="muted"> — ${one.preview}</span>` : null}</span><span class="small muted nums">${one.status === "open" ? "" : `${plain(one.status)} · `}${moment(one.last_activity_at)}</span></label>`)}</fieldset>`
        : html`<p>There is no other conversation with ${nameOf(row.contact)} on this channel.</p>`}<//>
      ${wrong ? html`<div class="banner bad" role="alert">${wrong}</div>` : null}</div>
    <div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary" disabled=${busy || !into}>Merge</button></div></form><//>`;
}
