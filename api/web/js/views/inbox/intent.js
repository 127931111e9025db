// What a message is about, said by a person: an example for the classifier, and a label that certificates count.
import { html, useEffect, useState } from "../../../vendor/ui.js";
import { api, said as words } from "../../core/api.js";
import { percent, plain } from "../../core/words.js";
import { intents } from "../../store/intents.js";
import { useLoaded } from "../../store/load.js";
import { readAll } from "../../store/thread.js";
import { toast } from "../../store/toasts.js";
import { Dialog, open } from "../../ui/dialog.js";
import { Icon } from "../../ui/icon.js";
import { Loading } from "../../ui/parts.js";

/** @param {Message} message @param {string | null | undefined} said */
export function correct(message, said) {
  open((close) => html`<${Correct} message=${message} said=${said} close=${close} />`);
}

/** @param {{ message: Message, said: string | null | undefined, close: () => void }} props */
function Correct({ message, said, close }) {
  const load = useLoaded(intents, []);
  const was = message.intent?.label || null;
  const [chosen, setChosen] = useState(/** @type {string | null} */ (said === undefined ? was : said));
  const [wrong, setWrong] = useState("");
  const [find, setFind] = useState("");
  useEffect(() => setWrong(""), [chosen]);
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      /** @type {IntentSaid} */
      const done = await api(`/messages/${message.id}/intent`, { method: "PUT", body: { intent: chosen } });
      close();
      toast(done.wrong ? `Kept: ${plain(done.intent) || "none of the intents"}. The AI learns from it when it is trained anew.` : "Confirmed");
      void readAll();
    } catch (error) {
      setWrong(words(error));
    }
  };
  return html`<${Dialog} title="What is it about?" close=${close}><form onSubmit=${save}><div class="content">
      <blockquote class="quoted">${message.body_text.slice(0, 240)}${message.body_text.length > 240 ? "…" : ""}</blockquote>
      <p class="muted small">The AI took it for ${was ? html`<strong>${plain(was)}</strong>, ${percent(message.intent?.confidence)} sure` : "none of the intents"}. What was decided about this message stays as it is.</p>
      <${Loading} load=${load} lines=${6}>${(/** @type {string[]} */ names) => html`${names.length > 9 ? html`<label class="unseen" for="find-intent">Find an intent</label><input class="input" id="find-intent" type="search" placeholder="Find an intent" value=${find} onInput=${(/** @type {any} */ event) => setFind(event.currentTarget.value)} />` : null}
        <fieldset class="choices"><legend class="unseen">Intent</legend>${[...names.filter((name) => plain(name).toLowerCase().includes(find.toLowerCase())), null].map((name) => html`<label class="choice ${name === chosen ? "at" : ""}" key=${name}><input type="radio" name="intent" checked=${name === chosen} onChange=${() => setChosen(name)} /><span class="grow">${name ? plain(name) : "None of these"}</span>${name === was ? html`<span class="chip"><${Icon} name="spark" size=${11} />AI</span>` : null}</label>`)}</fieldset>`}<//>
      ${wrong ? html`<div class="banner bad" role="alert">${wrong}</div>` : null}</div>
    <div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary">${chosen === was ? "Confirm" : "Correct it"}</button></div></form><//>`;
}
