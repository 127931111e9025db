// What stands in the editor against what is in force: exactly which messages are decided otherwise, the lines, and a
// month of traffic.
import { html } from "../../../vendor/ui.js";
import { post } from "../../core/api.js";
import { lineDiff } from "../../core/lines.js";
import { useLoaded } from "../../store/load.js";
import { candidate, checked, differs, files, inForce } from "../../store/policy.js";
import { Icon } from "../../ui/icon.js";
import { Empty, Loading, Outcome } from "../../ui/parts.js";
import { Replay } from "./replay.js";

export function Changes() {
  if (!differs.value) return html`<${Empty} icon="policy" title="Nothing is changed"><p>Change the text, or load another version: then this says which messages would be decided otherwise.</p><//>`;
  if (checked.value && !checked.value.checks) return html`<p class="banner bad"><${Icon} name="alert" />What does not check cannot be compared. See the findings.</p>`;
  return html`<${Compared} /><${Lines} />`;
}

/** Reads once the typing has stopped. @param {string} path @param {() => unknown} body */
function useQuiet(path, body) {
  return useLoaded(async () => {
    const now = files.value;
    await new Promise((resolve) => setTimeout(resolve, 400));
    if (now !== files.value) return new Promise(() => undefined);
    return post(path, body());
  }, [files.value, inForce.value?.digest]);
}

function Compared() {
  const diff = useQuiet("/policies/diff", () => ({ new: candidate() }));
  const month = useQuiet("/policies/replay", () => ({ policy: candidate(), examples: 3 }));
  return html`<section class="stack"><h2>Which messages are decided otherwise</h2><${Loading} load=${diff} lines=${4}>${(/** @type {Difference} */ found) => html`<${Regions} difference=${found} />`}<//></section>
    <section class="stack"><h2>The last 30 days under it</h2><${Loading} load=${month} lines=${3}>${(/** @type {any} */ found) => html`<${Replay} replayed=${found} />`}<//></section>`;
}

/** @param {{ difference: Difference }} props */
export function Regions({ difference }) {
  const diff = /** @type {any} */ (difference.diff);
  if (difference.empty) return html`<p class="banner good"><${Icon} name="check" />No message is decided otherwise.</p>`;
  return html`${difference.may_be_freer ? html`<p class="banner warn"><${Icon} name="alert" />Some messages would leave more freely.</p>` : html`<p class="banner good"><${Icon} name="check" />Nothing leaves more freely.</p>`}
    ${diff.regions.map((/** @type {any} */ region, /** @type {number} */ index) => html`<article class="region" key=${index}>
      <div class="row wrap"><${Outcome} outcome=${region.from} /><${Icon} name="next" size=${12} label="becomes" /><${Outcome} outcome=${region.to} /><span class="grow"></span><span class="chip ${region.direction === "freer" ? "warn" : "accent"}">${region.direction}</span></div>
      <p><span class="muted">when</span> ${region.when.join(", ") || "always"}</p>
      ${region.unless?.length ? html`<p class="small muted">unless ${region.unless.join(", ")}</p>` : null}</article>`)}
    ${diff.items.map((/** @type {any} */ item, /** @type {number} */ index) => html`<p class="small" key=${index}>${typeof item === "string" ? item : item.text || JSON.stringify(item)}</p>`)}`;
}

function Lines() {
  const before = new Map((inForce.value?.files || []).map((file) => [file.path, file.text]));
  const changed = files.value.filter((file) => file.text !== before.get(file.path));
  return html`<section class="stack"><h2>The lines</h2>${changed.map((file) => html`<div key=${file.path}><p class="mono small muted">${file.path}</p><div class="lines box" tabindex="0" role="region" aria-label=${`Changed lines of ${file.path}`}>${lineDiff(before.get(file.path) || "", file.text).map((line, index) =>
    html`<div key=${index} class=${line.op}><span class="number">${line.now || line.old}</span><span class="sign">${line.op === "added" ? "+" : line.op === "removed" ? "−" : " "}</span><span>${line.text || " "}</span></div>`)}</div></div>`)}</section>`;
}

