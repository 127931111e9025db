// A message that nobody sent: what the policy in the editor would make of it. Nothing is stored.
import { html, useEffect, useState } from "../../../vendor/ui.js";
import { ruleAddress } from "../../core/router.js";
import { post, said } from "../../core/api.js";
import { CHANNELS, MODES, percent, plain } from "../../core/words.js";
import { candidate, files } from "../../store/policy.js";
import { Field, Intent, Outcome } from "../../ui/parts.js";

export function Try() {
  const [text, setText] = useState("Hi! What are your opening hours on Friday?");
  const [channel, setChannel] = useState("email");
  const [known, setKnown] = useState(false);
  const [result, setResult] = useState(/** @type {any} */ (null));
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    if (!text.trim()) return;
    let gone = false;
    const timer = setTimeout(async () => {
      try {
        const answer = await post("/policies/simulate", { policy: candidate(), messages: [{ text, given: { channel, known } }] });
        if (!gone) setResult(/** @type {any} */ (answer).results[0]);
        if (!gone) setWrong("");
      } catch (error) {
        if (!gone) setWrong(said(error));
      }
    }, 300);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [text, channel, known, files.value]);
  return html`<section class="stack"><h2>Try a message</h2>
    <${Field} id="try-text" label="Somebody writes"><textarea class="area" id="try-text" value=${text} onInput=${(/** @type {any} */ event) => setText(event.currentTarget.value)}></textarea><//>
    <div class="row"><div class="grow"><${Field} id="try-channel" label="By"><select class="select" id="try-channel" value=${channel} onChange=${(/** @type {any} */ event) => setChannel(event.currentTarget.value)}>${Object.entries(CHANNELS).map(([kind, word]) => html`<option value=${kind} key=${kind}>${word}</option>`)}</select><//></div>
      <label class="check"><input type="checkbox" checked=${known} onChange=${(/** @type {any} */ event) => setKnown(event.currentTarget.checked)} />Wrote before</label></div>
    ${wrong ? html`<p class="banner bad" role="alert">${wrong}</p>` : result ? html`<${Result} result=${result} />` : null}</section>`;
}

/** @param {{ result: any }} props */
function Result({ result }) {
  return html`<article class="card" aria-live="polite">
    <div class="row wrap"><${Outcome} outcome=${result.outcome} /><${Intent} intent=${{ label: result.intent, confidence: result.confidence, margin: null }} /><span class="unseen">${percent(result.confidence)}</span></div>
    <ul class="small">${result.deciding.map((/** @type {any} */ reason, /** @type {number} */ index) => html`<li key=${index}>${plain(reason.kind)} <strong>${MODES[reason.name] || reason.name}</strong>${reason.because ? `: ${reason.because}` : ""} <a class="mono" href=${`${ruleAddress(reason.at.file, reason.at.line)}&side=try`}>${reason.at.file}:${reason.at.line}</a></li>`)}</ul>
    <p class="small muted">${result.route.person || (result.route.team ? `Goes to team ${result.route.team}` : "")}</p>
    ${result.draft ? html`<div class="pre text">${result.draft.body_text}</div>` : html`<p class="small muted">No draft.</p>`}</article>`;
}
