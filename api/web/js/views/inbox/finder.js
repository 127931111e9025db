// Finds a contact by a part of a name, a company or an address.
import { html, useEffect, useState } from "../../../vendor/ui.js";
import { api } from "../../core/api.js";
import { all } from "../../store/load.js";
import { Icon } from "../../ui/icon.js";
import { Avatar } from "../../ui/parts.js";

/** @param {string} words @returns {Promise<ContactLine[]>} */
async function find(words) {
  // A whole address is looked up; anything else is a search.
  if (/^\S+@\S+\.\S+$|^\+\d{6,}$/.test(words)) return all("/contacts", { address: words }, 1);
  /** @type {SearchPage} */
  const page = await api("/search", { query: { q: `${words}*`, type: "contact", limit: 8 } });
  const lines = await Promise.all(page.data.map((hit) => /** @type {Promise<Contact>} */ (api(`/contacts/${hit.id}`)).catch(() => null)));
  return lines.flatMap((one) => one && !one.merged_into && !one.erased_at ? {
    id: one.id, name: one.name, company: one.company, ai_paused: one.ai.state === "paused", created_at: one.created_at, inbound_count: one.inbound_count, opted_out_at: one.opted_out_at, version: one.version,
    email: one.addresses.find((address) => address.kind === "email")?.address || null, phone: one.addresses.find((address) => address.kind !== "email")?.address || null,
  } : []);
}

/** @param {{ label: string, chosen: ContactLine | null, choose: (one: ContactLine | null) => void, without?: string }} props */
export function FindContact({ label, chosen, choose, without }) {
  const [text, setText] = useState("");
  const [found, setFound] = useState(/** @type {ContactLine[] | null} */ (null));
  useEffect(() => {
    const words = text.trim();
    if (words.length < 2) return setFound(null);
    let gone = false;
    const timer = setTimeout(() => find(words).then((lines) => !gone && setFound(lines.filter((one) => one.id !== without)), () => !gone && setFound([])), 250);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [text]);
  if (chosen) return html`<div class="field"><span class="label">${label}</span><p class="row"><${Avatar} name=${chosen.name || chosen.email || "?"} small /><span class="grow cut"><strong>${chosen.name || chosen.email || chosen.phone}</strong> <span class="muted">${chosen.name ? chosen.email || chosen.phone : ""}</span></span><button type="button" class="button little" onClick=${() => choose(null)}>Choose another</button></p></div>`;
  return html`<div class="field"><label for="find-contact">${label}</label><input class="input" id="find-contact" type="search" autocomplete="off" placeholder="Name, company or address" value=${text} onInput=${(/** @type {any} */ event) => setText(event.currentTarget.value)} />
    ${found ? html`<ul class="choices" aria-label="Contacts found">${found.map((one) => html`<li key=${one.id}><button type="button" class="choice" onClick=${() => choose(one)}><${Avatar} name=${one.name || one.email || "?"} small /><span class="grow cut">${one.name || one.email || one.phone}${one.company ? html`<span class="muted"> · ${one.company}</span>` : null}</span><span class="muted small cut">${one.name ? one.email || one.phone : ""}</span></button></li>`)}
      ${found.length ? null : html`<li class="muted small"><${Icon} name="search" size=${12} /> Nobody is called that.</li>`}</ul>` : null}</div>`;
}
