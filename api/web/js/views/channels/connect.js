// A channel's account: making one, the provider it is spoken with, and how it is.
import { html, useState } from "../../../vendor/ui.js";
import { api, newAct, post, Refused, said } from "../../core/api.js";
import { moment } from "../../core/time.js";
import { CHANNELS, plain } from "../../core/words.js";
import { useLoaded } from "../../store/load.js";
import { can } from "../../store/session.js";
import { toast } from "../../store/toasts.js";
import { Dialog, open } from "../../ui/dialog.js";
import { Icon } from "../../ui/icon.js";
import { Coded, Field, Loading } from "../../ui/parts.js";

/** @type {Record<string, { label: string, hint: string }>} */
const ADDRESSES = {
  email: { label: "Mail address", hint: "support@example.com" }, sms: { label: "Phone number", hint: "+41 44 555 01 00" }, whatsapp: { label: "Phone number", hint: "+41 44 555 01 01" },
  chat: { label: "Site", hint: "shop.example" }, voice: { label: "Phone number", hint: "+41 44 555 01 02" },
};

/** @param {() => Promise<void>} again */
export function add(again) {
  open((close) => html`<${Add} close=${close} again=${again} />`);
}

/** @param {{ close: () => void, again: () => Promise<void> }} props */
function Add({ close, again }) {
  const [kind, setKind] = useState("email");
  const [address, setAddress] = useState("");
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState("");
  const [act, setAct] = useState(newAct);
  const words = ADDRESSES[kind] || { label: "Address", hint: "" };
  const make = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      /** @type {Channel} */
      const made = await post("/channels", { kind, name: name.trim(), address: /^(sms|whatsapp|voice)$/.test(kind) ? address.replace(/[\s().-]/g, "") : address.trim() }, act);
      close();
      await again();
      connect(made, again);
    } catch (error) {
      if (error instanceof Refused) setAct(newAct());
      setWrong(said(error));
    }
  };
  return html`<${Dialog} title="Add a channel" close=${close}><form onSubmit=${make}><div class="content">
      <${Field} id="channel-kind" label="Kind"><select class="select" id="channel-kind" autofocus value=${kind} onChange=${(/** @type {any} */ event) => setKind(event.currentTarget.value)}>${Object.entries(CHANNELS).map(([value, word]) => html`<option value=${value} key=${value}>${word}</option>`)}</select><//>
      <${Field} id="channel-address" label=${words.label} hint="Your own, that people write to"><input class="input" id="channel-address" required placeholder=${words.hint} value=${address} onInput=${(/** @type {any} */ event) => setAddress(event.currentTarget.value)} /><//>
      <${Field} id="channel-name" label="Name" hint="What contacts see as the sender"><input class="input" id="channel-name" required placeholder="Acme Support" value=${name} onInput=${(/** @type {any} */ event) => setName(event.currentTarget.value)} /><//>
      ${wrong ? html`<div class="banner bad" role="alert">${wrong}</div>` : null}</div>
    <div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary">Make it</button></div></form><//>`;
}

/** @param {Channel} one @param {() => Promise<void>} again */
export function connect(one, again) {
  open((close) => html`<${Connect} one=${one} close=${close} again=${again} />`);
}

/** @param {{ one: Channel, close: () => void, again: () => Promise<void> }} props */
function Connect({ one, close, again }) {
  const load = useLoaded(() => /** @type {Promise<{ data: ProviderInfo[] }>} */ (api("/channel-providers")), []);
  const [provider, setProvider] = useState(one.provider || "");
  const [values, setValues] = useState(/** @type {Record<string, string>} */ ({ .../** @type {any} */ (one.settings) }));
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const known = load.value.value?.data.filter((info) => info.kind === one.kind) || [];
  const info = known.find((entry) => entry.name === provider);
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    /** @type {Record<string, string>} */
    const settings = {};
    /** @type {Record<string, string>} */
    const secrets = {};
    for (const field of info?.fields || []) {
      const value = values[field.name];
      // A secret that is not written stays as it is.
      if (field.secret ? value : value !== undefined) (field.secret ? secrets : settings)[field.name] = (value || "").trim();
    }
    try {
      await api(`/channels/${one.id}/provider`, { method: "PUT", body: { provider: provider || null, settings, secrets } });
      await again();
      close();
      toast("Kept");
      if (provider && can("test_channel")) health(one, true);
    } catch (error) {
      setWrong(error instanceof Refused && error.errors.length ? error.errors.map((each) => each.message).join(" ") : said(error));
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${`${one.name}: provider and settings`} close=${close}><form onSubmit=${save}><div class="content">
      <${Loading} load=${load} lines=${3}>${() => html`<${Field} id="provider" label="Provider" hint=${info ? `${info.sends ? "Replies leave by its API." : "It brings messages; replies leave otherwise."} ${info.tells_status ? "It tells what becomes of them." : ""}` : one.kind === "email" ? "Mails by signed POST or the mail drop folder; replies leave by SMTP." : "Signed JSON; replies are written to the outbox on disk."}>
        <select class="select" id="provider" autofocus value=${provider} onChange=${(/** @type {any} */ event) => setProvider(event.currentTarget.value)}><option value="">None: signed JSON</option>${known.map((entry) => html`<option value=${entry.name} key=${entry.name}>${plain(entry.name)}</option>`)}</select><//>
        ${(info?.fields || []).map((field) => {
          const isSet = one.credentials_set.includes(field.name);
          return html`<${Field} key=${field.name} id=${`field-${field.name}`} label=${`${plain(field.name)}${field.needed ? "" : " (optional)"}`} hint=${html`<${Coded} text=${field.about} />`}>
            <input class="input ${field.secret ? "mono" : ""}" id=${`field-${field.name}`} type=${field.secret ? "password" : "text"} autocomplete="off" required=${field.needed && !(field.secret && isSet)} placeholder=${field.secret && isSet ? "Set. Write a new one to replace it" : ""} value=${values[field.name] || ""} onInput=${(/** @type {any} */ event) => setValues({ ...values, [field.name]: event.currentTarget.value })} /><//>`;
        })}
        <div><p class="small muted">Where ${provider ? plain(provider) : "messages"} must be sent to</p><div class="copy"><code>${location.origin}${one.inbound_path}</code></div></div>`}<//>
      ${wrong ? html`<div class="banner bad" role="alert">${wrong}</div>` : null}</div>
    <div class="foot"><button type="button" class="button" onClick=${close}>${one.provider ? "Cancel" : "Not now"}</button><button class="button primary" disabled=${busy}>Save</button></div></form><//>`;
}

/** @param {Channel} one @param {boolean} [test] Ask the provider at once. */
export function health(one, test = false) {
  open((close) => html`<${Health} one=${one} close=${close} test=${test} />`);
}

/** @param {{ one: Channel, close: () => void, test: boolean }} props */
function Health({ one, close, test }) {
  const [asks, setAsks] = useState(test ? 1 : 0);
  const load = useLoaded(() => /** @type {Promise<ChannelHealth>} */ (asks ? post(`/channels/${one.id}/test`) : api(`/channels/${one.id}/health`)), [asks]);
  return html`<${Dialog} title=${`How ${one.name} is`} close=${close}><div class="content"><${Loading} load=${load} lines=${6}>${(/** @type {ChannelHealth} */ found) => html`
      <ul class="stack checks-list">${found.checks.map((check) => html`<li class="row top" key=${check.check}><${Icon} name=${check.ok === null ? "question" : check.ok ? "check" : "alert"} label=${check.ok === null ? "Not known:" : check.ok ? "Good:" : "Wrong:"} /><div class="grow"><p class=${check.ok === false ? "strong" : ""}><${Coded} text=${check.says} /></p>${check.do ? html`<p class="small muted"><${Coded} text=${check.do} /></p>` : null}</div></li>`)}</ul>`}<//></div>
    ${can("test_channel") ? html`<div class="foot"><button class="button" disabled=${load.busy.value} onClick=${() => setAsks(asks + 1)}>Ask the provider now</button></div>` : null}<//>`;
}

/** @param {Channel} one */
export function events(one) {
  open((close) => html`<${Events} one=${one} close=${close} />`);
}

/** @param {{ one: Channel, close: () => void }} props */
function Events({ one, close }) {
  const load = useLoaded(() => /** @type {Promise<Page<ProviderEvent>>} */ (api(`/channels/${one.id}/events`, { query: { limit: 100 } })), []);
  return html`<${Dialog} title=${`What the provider of ${one.name} told`} wide close=${close}><div class="content"><${Loading} load=${load} lines=${6}>${(/** @type {Page<ProviderEvent>} */ page) => page.data.length
    ? html`<div class="scroll-x"><table class="table"><thead><tr><th>When</th><th>What</th><th>Its word</th><th>Whom</th></tr></thead><tbody>${page.data.map((event) => html`<tr key=${event.id}><td>${moment(event.occurred_at)}</td><td>${plain(event.meaning)}${event.cause ? html`<p class="small muted">${event.cause}</p>` : null}</td><td class="mono small break">${event.word}</td><td class="break">${event.recipient || "—"}</td></tr>`)}</tbody></table></div>`
    : html`<p class="muted">Nothing besides messages yet.</p>`}<//></div><//>`;
}
