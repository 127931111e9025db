// Every version that was kept, and who put which in force, with what it changed.
import { html } from "../../../vendor/ui.js";
import { api } from "../../core/api.js";
import { plain } from "../../core/words.js";
import { useLoaded } from "../../store/load.js";
import { put } from "../../store/policy.js";
import { failed, toast } from "../../store/toasts.js";
import { Icon } from "../../ui/icon.js";
import { Loading, When } from "../../ui/parts.js";

/** @param {LiveEvent} event */
const ofPolicies = (event) => event.type.startsWith("policy.");

export function Versions() {
  const versions = useLoaded(() => api("/policies/versions", { query: { limit: 50 } }), [], ofPolicies);
  const activations = useLoaded(() => api("/policies/activations", { query: { limit: 50 } }), [], ofPolicies);
  const load = (/** @type {string} */ digest) => api(`/policies/versions/${digest}`).then((/** @type {PolicyVersion} */ version) => {
    put(version.root, version.files);
    toast("Loaded into the editor. Put it in force to go back to it.");
  }, failed);
  return html`<section class="stack"><h2>Put in force</h2><${Loading} load=${activations} lines=${3}>${(/** @type {Page<PolicyActivation>} */ page) => html`<ul class="findings">${page.data.map((one) => html`<li class="region" key=${one.id}>
      <div class="row wrap"><strong>${one.by_name}</strong><span class="muted small"><${When} at=${one.at} how="ago" /></span><span class="grow"></span>${one.freer ? html`<span class="chip warn"><${Icon} name="alert" size=${11} />Freer${one.acknowledged ? ", acknowledged" : ""}</span>` : null}<span class="chip">${plain(one.how)}</span></div>
      <p class="small pre">${one.summary}</p><p class="mono small muted">${one.digest.slice(7, 19)}</p></li>`)}</ul>`}<//></section>
    <section class="stack"><h2>Kept versions</h2><${Loading} load=${versions} lines=${3}>${(/** @type {Page<PolicyVersionSummary>} */ page) => html`<ul class="findings">${page.data.map((one) => html`<li class="region" key=${one.digest}>
      <div class="row"><strong>${one.name}</strong><span class="mono small muted">${one.digest.slice(7, 19)}</span><span class="grow"></span>${one.in_force ? html`<span class="chip good">In force</span>` : html`<button class="button little" onClick=${() => load(one.digest)}>Load</button>`}</div>
      <p class="small muted"><${When} at=${one.created_at} how="ago" /></p></li>`)}</ul>`}<//></section>`;
}
