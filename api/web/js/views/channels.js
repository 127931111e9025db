// Where messages come in: is it active, where is its webhook, with which provider is it spoken, may mail leave on its own yet?
import { html, useEffect } from "../../vendor/ui.js";
import { api, post } from "../core/api.js";
import { holdKeys } from "../core/keys.js";
import { go, query } from "../core/router.js";
import { moment } from "../core/time.js";
import { CHANNELS, plain, several } from "../core/words.js";
import { useLoaded } from "../store/load.js";
import { can, may } from "../store/session.js";
import { failed, toast } from "../store/toasts.js";
import { askReason } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { Menu } from "../ui/menu.js";
import { ChannelIcon, Coded, Empty, Loading, PageHead } from "../ui/parts.js";

/** @param {(module: typeof import("./channels/connect.js")) => void} run */
const connecting = (run) => holdKeys(import("./channels/connect.js").then(run, failed));

/** @param {(module: typeof import("./channels/keep.js")) => void} run */
const keeping = (run) => holdKeys(import("./channels/keep.js").then(run, failed));

export function Channels() {
  const load = useLoaded(() => /** @type {Promise<Page<Channel>>} */ (api("/channels")), [], (event) => event.type.startsWith("channel."));
  const add = () => connecting((module) => module.add(load.again));
  const asked = query.value.get("add") === "1";
  useEffect(() => {
    if (!asked || !can("create_channel")) return;
    go("/channels", { replace: true });
    add();
  }, [asked]);
  return html`<div class="sheet"><${PageHead} title="Channels" about="Conversations appear only for channels that are active and whose webhook is set up.">
      ${can("create_channel") ? html`<button class="button primary" onClick=${add}><${Icon} name="plus" />Add a channel</button>` : null}<//>
    <${Loading} load=${load}>${(/** @type {Page<Channel>} */ page) => page.data.length ? html`<div class="cards">${page.data.map((one) => html`<${Card} key=${one.id} one=${one} again=${load.again} />`)}</div>`
      : html`<${Empty} icon="channels" title="No channel yet"><p>A channel is an account that messages come in by: a mailbox, a number, the chat box of a site.</p>${can("create_channel") ? html`<button class="button primary" onClick=${add}>Add a channel</button>` : null}<//>`}<//></div>`;
}

/** @param {{ one: Channel, again: () => Promise<void> }} props */
function Card({ one, again }) {
  const active = one.status === "active";
  const address = location.origin + one.inbound_path;
  const copy = (/** @type {string} */ text) => navigator.clipboard.writeText(text).then(() => toast("Copied"), failed);
  const health = useLoaded(() => /** @type {Promise<ChannelHealth | null>} */ (can("get_channel_health") ? api(`/channels/${one.id}/health`) : Promise.resolve(null)), [one]);
  const wrong = health.value.value?.checks.filter((check) => check.ok === false && check.check !== "webhook_verified") || [];
  const disable = () => askReason({
    title: `Disable ${one.name} (${CHANNELS[one.kind] || one.kind})`, about: "Nothing leaves by it any more, and what is queued is withdrawn. What comes in is kept.", yes: "Disable channel", tone: "stop",
    run: async (reason, act) => {
      /** @type {ChannelStopped} */
      const done = await post(`/channels/${one.id}/disable`, { reason }, act);
      toast(`Disabled. ${several(done.stopped, "queued message")} withdrawn.`);
      await again();
    },
  });
  const activate = () => post(`/channels/${one.id}/activate`).then(() => again(), failed);
  const warm = (/** @type {any} */ event) => api(`/channels/${one.id}/warmup`, { method: "PUT", body: { warmup: event.currentTarget.checked } }).then(() => again(), failed);
  const box = `<script async src="${location.origin}/chat.js" data-channel="${one.id}"></script>`;
  return html`<article class="card channel"><div class="row"><${ChannelIcon} kind=${one.kind} size=${20} /><h2 class="grow cut">${CHANNELS[one.kind] || one.kind}</h2><span class="chip ${active ? "good" : "bad"}"><${Icon} name=${active ? "check" : "close"} size=${11} />${active ? "Active" : "Disabled"}</span></div>
    <p class="break"><strong>${one.name}</strong> <span class="muted">${one.address}</span></p>
    <div><p class="small muted">${one.provider ? html`Webhook for <strong>${plain(one.provider)}</strong>` : "Inbound webhook, signed JSON"}</p><div class="copy"><code>${one.inbound_path}</code><button class="button little" onClick=${() => copy(address)}>Copy</button></div></div>
    ${one.provider === "web_chat" ? html`<div><p class="small muted">For the page of your site</p><div class="copy"><code>${box}</code><button class="button little" aria-label="Copy the chat box" onClick=${() => copy(box)}>Copy</button></div></div>` : null}
    ${wrong.length ? html`<ul class="stack tight">${wrong.map((check) => html`<li class="banner warn" key=${check.check}><${Icon} name="alert" /><span><${Coded} text=${check.says} /></span></li>`)}</ul>` : null}
    ${one.kind === "email" ? html`<label class="check"><input type="checkbox" checked=${one.email_warmup} disabled=${!may("manager")} onChange=${warm} />Warmup: every AI mail needs approval</label>` : null}
    <div class="row between foot"><span class="small muted">Since ${moment(one.created_at)}</span><span class="row">
      <${Menu} label="More about this channel" up items=${[
        { word: "Provider and settings…", icon: "settings", run: () => connecting((module) => module.connect(one, again)), off: !can("connect_channel") },
        { word: "Name and address…", icon: "edit", run: () => keeping((module) => module.change(one, again)), off: !can("change_channel") },
        { word: "New secret…", icon: "key", run: () => keeping((module) => module.renew(one, again)), off: !can("rotate_channel_secret") },
        { word: "How it is…", icon: "activity", run: () => connecting((module) => module.health(one)), off: !can("get_channel_health") },
        { word: "What the provider told…", icon: "list", run: () => connecting((module) => module.events(one)), off: !can("list_channel_events") },
        { word: "Give it up…", icon: "close", run: () => keeping((module) => module.giveUp(one, again)), off: !can("delete_channel"), rule: true },
      ]} />
      ${may("manager") ? (active ? html`<button class="button danger" onClick=${disable}>Disable…</button>` : html`<button class="button primary" onClick=${activate}>Activate</button>`) : null}</span></div></article>`;
}
