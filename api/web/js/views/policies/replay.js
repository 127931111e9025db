// Recorded decisions under a candidate: how many come out otherwise, which way, and which messages these are.
import { html } from "../../../vendor/ui.js";
import { moment } from "../../core/time.js";
import { plain, several } from "../../core/words.js";
import { Icon } from "../../ui/icon.js";
import { Outcome } from "../../ui/parts.js";

/** @type {Record<string, string>} */
const WORDS = { unchanged: "as before", freer: "freer", stricter: "stricter", sideways: "to somebody else", not_replayable: "cannot be told" };

/** @param {{ replayed: any }} props What `/policies/replay` answered. */
export function Replay({ replayed }) {
  const report = replayed.report;
  if (!report.decisions) return html`<p class="small muted">Nothing has been decided yet.</p>`;
  const counts = report.as_recorded;
  return html`<div class="stack">
    <div class="figures">${Object.keys(WORDS).filter((name) => counts[name] || name === "unchanged" || name === "freer").map((name) => html`<div class="figure ${counts[name] ? name : ""}" key=${name}><strong>${counts[name]}</strong><span>${WORDS[name]}</span></div>`)}</div>
    ${report.changes.map((/** @type {any} */ change, /** @type {number} */ index) => html`<article class="region" key=${index}>
      <div class="row wrap"><${Outcome} outcome=${change.old.outcome} /><${Icon} name="next" size=${12} label="becomes" /><${Outcome} outcome=${change.new.outcome} /><span class="grow"></span><span class="small strong">${several(change.count, "message")}, ${WORDS[change.direction] || plain(change.direction)}</span></div>
      <p class="small muted mono">${change.old.at} → ${change.new.at}</p>
      <ul class="small row wrap">${change.examples.map((/** @type {any} */ example) => html`<li key=${example.decision_id}><a href=${`/c/${example.conversation_id}`}>${moment(new Date(example.decided_at_ms).toISOString())}</a></li>`)}</ul></article>`)}
    ${replayed.limited ? html`<p class="small muted">Only the latest ${report.decisions} were decided again.</p>` : null}
    ${report.notes.map((/** @type {string} */ note) => html`<p class="small muted" key=${note}>${note}</p>`)}
  </div>`;
}
