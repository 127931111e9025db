// Programs that are told what happens: where, what, and what became of each call.
import { html, useState } from "../../vendor/ui.js";
import { api, post, said } from "../core/api.js";
import { moment } from "../core/time.js";
import { plain } from "../core/words.js";
import { useLoaded } from "../store/load.js";
import { failed, toast } from "../store/toasts.js";
import { askReason, Dialog, open } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { Empty, Field, Loading, PageHead, When } from "../ui/parts.js";

export function Webhooks() {
  const load = useLoaded(() => api("/webhooks", { query: { limit: 100 } }), [], (event) => event.type.startsWith("webhook."));
  const make = () => open((close) => html`<${Make} close=${close} done=${load.again} />`);
  return html`<div class="sheet"><${PageHead} title="Webhooks" about="Signed calls to your own programs, tried again for three days."><button class="button primary" onClick=${make}><${Icon} name="plus" />New webhook</button><//>
    <${Loading} load=${load}>${(/** @type {Page<Webhook>} */ page) => page.data.length ? html`<div class="stack">${page.data.map((one) => html`<${Card} key=${one.id} one=${one} again=${load.again} />`)}</div>`
      : html`<${Empty} icon="webhooks" title="No webhook yet"><p>A webhook tells a program of yours what happens here, as it happens.</p><button class="button primary" onClick=${make}>New webhook</button><//>`}<//></div>`;
}

/** @param {{ one: Webhook, again: () => Promise<void> }} props */
function Card({ one, again }) {
  const [shown, setShown] = useState(false);
  const then = (/** @type {Promise<unknown>} */ done, /** @type {string} */ words) => done.then(() => { toast(words); return again(); }, failed);
  const change = (/** @type {object} */ body, /** @type {string} */ words) => then(api(`/webhooks/${one.id}`, { method: "PATCH", body: { version: one.version, ...body } }), words);
  const rotate = () => post(`/webhooks/${one.id}/rotate-secret`).then((/** @type {any} */ made) => { showSecret(made); return again(); }, failed);
  const remove = () => askReason({ title: "Delete this webhook", bare: true, about: `${one.url} is told nothing any more.`, yes: "Delete", tone: "stop", run: () => api(`/webhooks/${one.id}`, { method: "DELETE" }).then(again) });
  const state = one.disabled_reason ? { tone: "bad", word: `Switched off: ${one.disabled_reason}` } : !one.enabled ? { tone: "", word: "Off" } : one.failing_since ? { tone: "warn", word: `Failing since ${moment(one.failing_since)}` } : { tone: "good", word: "Working" };
  return html`<article class="card"><div class="row wrap"><code class="grow">${one.url}</code><span class="chip ${state.tone}">${state.word}</span></div>
    ${one.description ? html`<p>${one.description}</p>` : null}<p class="small muted">${one.event_types.length ? one.event_types.join(", ") : "All events"} · by ${one.created_by}, <${When} at=${one.created_at} how="ago" /></p>
    <div class="row wrap"><button class="button little" onClick=${() => then(post(`/webhooks/${one.id}/test`), "A test is on its way")}>Send a test</button>
      <button class="button little" onClick=${() => change({ enabled: !one.enabled }, one.enabled ? "Switched off" : "Switched on")}>${one.enabled ? "Switch off" : "Switch on"}</button>
      <button class="button little" onClick=${rotate}>New secret</button><button class="button little danger" onClick=${remove}>Delete…</button><span class="grow"></span>
      <button class="link" aria-expanded=${shown} onClick=${() => setShown(!shown)}>${shown ? "Hide deliveries" : "Deliveries"}</button></div>
    ${shown ? html`<${Deliveries} id=${one.id} />` : null}</article>`;
}

/** @param {{ id: string }} props */
function Deliveries({ id }) {
  const load = useLoaded(() => api(`/webhooks/${id}/deliveries`, { query: { limit: 50 } }), [id]);
  const again = (/** @type {Delivery} */ one) => post(`/webhooks/${id}/deliveries/${one.id}/redeliver`).then(() => load.again(), failed);
  return html`<${Loading} load=${load} lines=${3}>${(/** @type {Page<Delivery>} */ page) => page.data.length ? html`<div class="scroll-x"><table class="table"><thead><tr><th>Event</th><th>State</th><th>Answer</th><th>Tries</th><th>When</th><th><span class="unseen">Actions</span></th></tr></thead><tbody>
    ${page.data.map((one) => html`<tr key=${one.id}><td class="mono">${one.event_type}</td><td>${plain(one.state)}</td><td>${one.status || one.error || "—"}${one.took_ms !== null ? ` in ${one.took_ms} ms` : ""}</td><td class="nums">${one.attempts}</td><td><${When} at=${one.created_at} how="ago" /></td><td class="end"><button class="button little" onClick=${() => again(one)}>Send again</button></td></tr>`)}</tbody></table></div>`
    : html`<p class="small muted">Nothing was sent to it yet.</p>`}<//>`;
}

/** @param {WebhookWithSecret} made */
function showSecret(made) {
  open((close) => html`<${Dialog} title="The webhook's secret" close=${close}><div class="content"><p class="muted">It is shown this once. Your program verifies with it what it is sent.</p><div class="copy"><code>${made.secret}</code><button class="button little" onClick=${() => navigator.clipboard.writeText(made.secret).then(() => toast("Copied"), failed)}>Copy</button></div></div>
    <div class="foot"><button class="button primary" onClick=${close}>I have kept it</button></div><//>`);
}

/** @param {{ close: () => void, done: () => Promise<void> }} props */
function Make({ close, done }) {
  const [url, setUrl] = useState("");
  const [about, setAbout] = useState("");
  const [types, setTypes] = useState("");
  const [wrong, setWrong] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      const made = await post("/webhooks", { url, description: about, event_types: types.split(/[\s,]+/).filter(Boolean) });
      close();
      showSecret(/** @type {WebhookWithSecret} */ (/** @type {unknown} */ (made)));
      await done();
    } catch (error) {
      setWrong(said(error));
    }
  };
  return html`<${Dialog} title="New webhook" close=${close}><form onSubmit=${submit}><div class="content">
    <${Field} id="hook-url" label="Address" wrong=${wrong} hint="https, and reachable from the internet"><input class="input" id="hook-url" type="url" required autofocus value=${url} onInput=${(/** @type {any} */ event) => setUrl(event.currentTarget.value)} /><//>
    <${Field} id="hook-about" label="What it is for (optional)"><input class="input" id="hook-about" value=${about} onInput=${(/** @type {any} */ event) => setAbout(event.currentTarget.value)} /><//>
    <${Field} id="hook-types" label="Events (optional)" hint="Such as message.*, approval.created. All when left empty."><input class="input" id="hook-types" value=${types} onInput=${(/** @type {any} */ event) => setTypes(event.currentTarget.value)} /><//>
  </div><div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary">Make it</button></div></form><//>`;
}
