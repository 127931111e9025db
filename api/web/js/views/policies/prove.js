// What can never happen under the policy in the editor: claims that stand in it, and ones that are asked here.
import { html, useState } from "../../../vendor/ui.js";
import { ruleAddress } from "../../core/router.js";
import { post, said } from "../../core/api.js";
import { useLoaded } from "../../store/load.js";
import { candidate, checked, files } from "../../store/policy.js";
import { Icon } from "../../ui/icon.js";
import { Field, Loading, Outcome } from "../../ui/parts.js";

/** @type {Record<string, [string, string]>} */
const STANDING = {
  proved: ["good", "Holds for every message"],
  proved_while_known: ["good", "Holds while every fact is known"],
  vacuous: ["warn", "Says nothing: its condition never holds"],
  false: ["bad", "Does not hold"],
  open: ["warn", "Could not be told"],
  disagreement: ["bad", "A defect of Remit: report it with this policy"],
};

export function Prove() {
  const [text, setText] = useState("never send when contact.new");
  const [asked, setAsked] = useState(/** @type {ProvedClaim[]} */ ([]));
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const own = useLoaded(async () => {
    const now = files.value;
    await new Promise((resolve) => setTimeout(resolve, 400));
    if (now !== files.value) return new Promise(() => undefined);
    return /** @type {ProvedClaims} */ (await post("/policies/prove", { policy: candidate() }));
  }, [files.value]);
  const ask = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!text.trim()) return setWrong("Write a claim, such as: never send when contact.new");
    setBusy(true);
    try {
      const answer = /** @type {ProvedClaims} */ (await post("/policies/prove", { policy: candidate(), claims: [text.trim()] }));
      setAsked([...answer.data, ...asked.filter((one) => one.claim !== answer.data[0]?.claim)].slice(0, 10));
      setWrong("");
    } catch (error) {
      setWrong(said(error));
    } finally {
      setBusy(false);
    }
  };
  if (checked.value && !checked.value.checks) return html`<p class="banner bad"><${Icon} name="alert" />Nothing can be proved of what does not check. See the findings.</p>`;
  return html`<section class="stack"><h2>Ask</h2><form class="stack tight" onSubmit=${ask}>
      <${Field} id="claim" label="Claim" wrong=${wrong} hint=${html`<code>never OUTCOME when CONDITION</code> or <code>always OUTCOME when CONDITION</code>`}><input class="input mono" id="claim" value=${text} onInput=${(/** @type {any} */ event) => setText(event.currentTarget.value)} /><//>
      <div><button class="button primary" disabled=${busy}>Prove</button></div></form>
      <div class="stack" aria-live="polite">${asked.map((one) => html`<${Claim} one=${one} key=${one.claim} />`)}</div></section>
    <section class="stack"><h2>Claims of the policy</h2><${Loading} load=${own} lines=${4}>${(/** @type {ProvedClaims} */ found) => found.data.length ? found.data.map((one, index) => html`<${Claim} one=${one} key=${index} />`) : html`<p class="small muted">None stands in it. A line such as <code>never send when contact.new</code> is proved whenever the policy is checked.</p>`}<//></section>`;
}

/** @param {{ one: ProvedClaim }} props */
function Claim({ one }) {
  const [tone, word] = STANDING[one.standing] || ["warn", one.standing];
  const rule = (/** @type {ProvingRule} */ by, /** @type {number} */ index) => html`<li key=${index}>${by.kind || "route"} <strong>${by.name}</strong> <a class="mono" href=${`${ruleAddress(by.file, by.line)}&side=prove`}>${by.file}:${by.line}</a></li>`;
  return html`<article class="region"><div class="row wrap"><code class="claim break">${one.claim}</code><span class="chip ${tone}"><${Icon} name=${one.holds ? "check" : "alert"} size=${11} />${word}</span></div>
    ${one.proved_by.length ? html`<p class="small muted">because of</p><ul class="small">${one.proved_by.map(rule)}</ul>` : null}
    ${one.counterexample ? html`<p class="small"><span class="muted">for example</span> ${one.counterexample.message.join(", ")}</p><div class="row wrap small"><${Outcome} outcome=${one.counterexample.outcome} /><ul class="row wrap">${one.counterexample.because.map(rule)}</ul></div>` : null}</article>`;
}
