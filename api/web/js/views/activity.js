// Every decision, the newest first: what, by which line, for whom.
import { html, useEffect, useState } from "../../vendor/ui.js";
import { api } from "../core/api.js";
import { OUTCOMES, plain } from "../core/words.js";
import { go, query, ruleAddress } from "../core/router.js";
import { useLoaded } from "../store/load.js";
import { failed } from "../store/toasts.js";
import { Empty, Loading, Outcome, PageHead, When } from "../ui/parts.js";

/** @type {Record<string, string>} */
const GATES = { draft: "Draft was ready", approved: "A person approved", release: "A hold ended", send: "Right before sending" };

export function Activity() {
  const [rows, setRows] = useState(/** @type {DecisionSummary[]} */ ([]));
  const [cursor, setCursor] = useState(/** @type {string | null} */ (null));
  const wanted = query.value.get("outcome") || "";
  const load = useLoaded(() => api("/decisions", { query: { limit: 100 } }), [], (event) => event.type === "decision.recorded");
  const first = /** @type {Page<DecisionSummary> | null} */ (load.value.value);
  useEffect(() => {
    if (!first) return;
    const known = new Set(first.data.map((one) => one.id));
    setRows([...first.data, ...rows.filter((one) => !known.has(one.id))]);
    if (!rows.length) setCursor(first.next_cursor);
  }, [first]);
  const more = () => api("/decisions", { query: { limit: 100, cursor } }).then((/** @type {Page<DecisionSummary>} */ page) => { setRows([...rows, ...page.data]); setCursor(page.next_cursor); }, failed);
  const shown = rows.filter((one) => !wanted || one.outcome === wanted);
  return html`<div class="sheet"><${PageHead} title="Decisions" about="One record for every message, also where nothing was done. Each can be decided again to the same verdict.">
      <label class="unseen" for="outcome">Outcome</label><select class="select" id="outcome" value=${wanted} style=${{ width: "auto" }} onChange=${(/** @type {any} */ event) => go(event.currentTarget.value ? `/activity?outcome=${event.currentTarget.value}` : "/activity")}><option value="">All outcomes</option>${Object.entries(OUTCOMES).map(([name, word]) => html`<option value=${name} key=${name}>${word}</option>`)}</select><//>
    <${Loading} load=${load} lines=${12}>${() => shown.length ? html`<div class="box scroll-x"><table class="table"><thead><tr><th>Outcome</th><th>Rule</th><th>Line</th><th>Asked</th><th>When</th><th><span class="unseen">Conversation</span></th></tr></thead><tbody>
      ${shown.map((one) => html`<tr key=${one.id}><td><${Outcome} outcome=${one.outcome} /></td><td>${plain(one.rule)}</td><td><a class="mono small" href=${ruleAddress(one.file, one.line)}>${one.file}:${one.line}</a></td><td>${GATES[one.gate] || plain(one.gate)}</td><td><${When} at=${one.decided_at} how="ago" /></td><td class="end"><a href=${`/c/${one.conversation_id}`}>Open conversation</a></td></tr>`)}</tbody></table></div>
      ${cursor ? html`<p class="section"></p><button class="button" onClick=${more}>Show older decisions</button>` : null}`
      : html`<${Empty} icon="activity" title="No such decision"><p>Decisions appear here as messages come in.</p><//>`}<//></div>`;
}
