// Where messages come in: is it active, where is its webhook, may mail leave on its own yet?
import { html } from "../../vendor/ui.js";
import { api, post } from "../core/api.js";
import { moment } from "../core/time.js";
import { CHANNELS, several } from "../core/words.js";
import { useLoaded } from "../store/load.js";
import { may } from "../store/session.js";
import { failed, toast } from "../store/toasts.js";
import { askReason } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { ChannelIcon, Empty, Loading, PageHead } from "../ui/parts.js";

export function Channels() {
  const load = useLoaded(() => api("/channels"), [], (event) => event.type.startsWith("channel."));
  return html`<div class="sheet"><${PageHead} title="Channels" about="Conversations appear only for channels that are active and whose webhook is set up." />
    <${Loading} load=${load}>${(/** @type {Page<Channel>} */ page) => page.data.length ? html`<div class="cards">${page.data.map((one) => html`<${Card} key=${one.id} one=${one} again=${load.again} />`)}</div>`
      : html`<${Empty} icon="channels" title="No channel yet"><p>Make one on the server with <code>remit channel create --kind email --address support@example.com</code>, then point the provider’s webhook at the address that it prints.</p><//>`}<//></div>`;
}

/** @param {{ one: Channel, again: () => Promise<void> }} props */
function Card({ one, again }) {
  const active = one.status === "active";
  const address = location.origin + one.inbound_path;
  const copy = () => navigator.clipboard.writeText(address).then(() => toast("Copied"), failed);
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
  return html`<article class="card"><div class="row"><${ChannelIcon} kind=${one.kind} size=${20} /><h2 class="grow cut">${CHANNELS[one.kind] || one.kind}</h2><span class="chip ${active ? "good" : "bad"}"><${Icon} name=${active ? "check" : "close"} size=${11} />${active ? "Active" : "Disabled"}</span></div>
    <p><strong>${one.name}</strong> <span class="muted">${one.address}</span></p>
    <div><p class="small muted">Inbound webhook</p><div class="copy"><code>${one.inbound_path}</code><button class="button little" onClick=${copy}>Copy</button></div></div>
    ${one.kind === "email" ? html`<label class="check"><input type="checkbox" checked=${one.email_warmup} disabled=${!may("manager")} onChange=${warm} />Warmup: every AI mail needs approval</label>` : null}
    <div class="row between"><span class="small muted">Since ${moment(one.created_at)}</span>${may("manager") ? (active ? html`<button class="button danger" onClick=${disable}>Disable…</button>` : html`<button class="button primary" onClick=${activate}>Activate</button>`) : null}</div></article>`;
}
