// How far a message has got: everything that its provider told, the latest first.
import { html } from "../../../vendor/ui.js";
import { api } from "../../core/api.js";
import { fullTime, moment } from "../../core/time.js";
import { plain, STATUSES } from "../../core/words.js";
import { useLoaded } from "../../store/load.js";
import { Dialog, open } from "../../ui/dialog.js";
import { Loading, Status } from "../../ui/parts.js";

/** @type {Record<string, string>} */
const MEANINGS = { bounced_hard: "Bounced: there is no such address", bounced_soft: "Bounced for now", complained: "Called spam", rejected: "Refused", opted_out: "Opted out" };

/** @param {Message} message */
export function deliveries(message) {
  open((close) => html`<${Deliveries} message=${message} close=${close} />`);
}

/** @param {{ message: Message, close: () => void }} props */
function Deliveries({ message, close }) {
  const load = useLoaded(() => api(`/messages/${message.id}/deliveries`, { query: { limit: 100 } }), [message.id], (event) => event.conversation_id === message.conversation_id);
  return html`<${Dialog} title="Delivery" close=${close}><div class="content">
    <p class="row wrap"><${Status} status=${message.status} /><span class="muted small">to ${message.to}</span></p>
    <${Loading} load=${load} lines=${3}>${(/** @type {Page<ProviderEvent>} */ page) => page.data.length
      ? html`<ol class="log">${page.data.map((one) => html`<li key=${one.id}><time class="nums small muted" datetime=${one.occurred_at} title=${fullTime(one.occurred_at)}>${moment(one.occurred_at)}</time>
          <div class="grow"><p class="strong">${MEANINGS[one.meaning] || STATUSES[one.meaning]?.word || plain(one.meaning)}</p>${one.cause ? html`<p class="small">${one.cause}</p>` : null}<p class="small muted mono break">${one.word}${one.recipient && one.recipient !== message.to ? ` · ${one.recipient}` : ""}</p></div></li>`)}</ol>`
      : html`<p class="muted">The provider has told nothing besides taking it${message.channel === "email" ? ". A mail server tells when a mail bounces, and rarely when it arrived." : " yet."}</p>`}<//></div><//>`;
}
