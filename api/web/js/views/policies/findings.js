// What the compiler says while one types, and beside it the live playground: the last decisions, decided again.
import { html } from "../../../vendor/ui.js";
import { said } from "../../core/api.js";
import { go, withQuery } from "../../core/router.js";
import { several } from "../../core/words.js";
import { checked, checkProblem, playground, took } from "../../store/policy.js";
import { Icon } from "../../ui/icon.js";
import { Bones } from "../../ui/parts.js";
import { Replay } from "./replay.js";

export function Findings() {
  const answer = checked.value;
  if (checkProblem.value) return html`<p class="banner bad" role="alert">${said(checkProblem.value)}</p>`;
  if (!answer) return html`<${Bones} lines=${6} label="Checking the policy" />`;
  const errors = answer.findings.filter((finding) => finding.severity === "error").length;
  const to = (/** @type {{ file: string, line: number }} */ at) => go(withQuery({ file: at.file, line: String(at.line) }), { replace: true });
  return html`
    <div role="status">${answer.checks
      ? answer.failed.length ? html`<p class="banner warn"><${Icon} name="alert" />It checks, but ${several(answer.failed.length, "case")} of ${answer.failed.length + answer.passed} written in it ${answer.failed.length === 1 ? "does" : "do"} not hold.</p>` : html`<p class="banner good"><${Icon} name="check" />It checks, and all ${answer.passed} cases written in it hold.</p>`
      : html`<p class="banner bad"><${Icon} name="alert" />${several(errors, "error")}: it cannot come into force.</p>`}</div>
    ${answer.failed.length || answer.findings.length ? html`<section><h2>Findings</h2><ul class="findings">
      ${answer.failed.map((one) => html`<li key=${`${one.file}${one.line}`}><button class="finding is-error" onClick=${() => to(one)}><span><strong>${one.name}</strong></span><span>Expected ${one.expected}, but it was ${one.actual}</span><span class="mono small muted">${one.file}:${one.line}</span></button></li>`)}
      ${answer.findings.map((one, index) => html`<li key=${index}><button class="finding is-${one.severity}" onClick=${() => to(one)}><span><strong>${one.severity}</strong> ${one.message}</span>${one.hint ? html`<span class="muted">${one.hint}</span>` : null}<span class="mono small muted">${one.file}:${one.line}:${one.column} ${one.code}</span></button></li>`)}</ul></section>` : null}
    <section class="stack"><div class="row"><h2 class="grow">The last 200 decisions</h2><span class="small muted nums">${took.value ? `${took.value} ms` : ""}</span></div>
      ${!answer.checks ? html`<p class="small muted">Shown as they were when the policy last checked.</p>` : null}
      ${playground.value ? html`<${Replay} replayed=${playground.value} />` : answer.checks ? html`<${Bones} lines=${3} />` : null}</section>`;
}
