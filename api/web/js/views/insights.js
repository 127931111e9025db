// How the policy does: what becomes of messages, how often the AI may send by itself, how people answer its questions,
// and whether confidence and outcome go together. Counted here from the latest records, and it says from how many.
import { html, useState } from "../../vendor/ui.js";
import { span } from "../core/time.js";
import { OUTCOME_TONE, OUTCOMES, percent, plain, several } from "../core/words.js";
import { all, useLoaded } from "../store/load.js";
import { Empty, Loading, PageHead } from "../ui/parts.js";
import { Days, Plot } from "./charts.js";

const PAGES = 10;
/** Points of the plot; more than these hide each other. */
const PLOTTED = 400;

async function read() {
  /** @type {[DecisionSummary[], Approval[], Approval[], Approval[], Approval[]]} */
  const [decisions, approved, rejected, expired, pending] = await Promise.all([all("/decisions", {}, PAGES), all("/approvals", { state: "approved" }, 3), all("/approvals", { state: "rejected" }, 3), all("/approvals", { state: "expired" }, 2), all("/approvals", { state: "pending" }, 3)]);
  const first = decisions.filter((one) => one.gate === "draft");
  const points = first.filter((one) => typeof one.intent?.confidence === "number").slice(0, PLOTTED);
  return { decisions: first, asking: new Map(decisions.map((one) => [one.id, one])), approved, rejected, expired, pending, points };
}

export function Insights() {
  const load = useLoaded(read, []);
  return html`<div class="sheet"><${PageHead} title="Insights" about="What the policy does with what comes in." />
    <${Loading} load=${load} lines=${10}>${(/** @type {Awaited<ReturnType<typeof read>>} */ found) => found.decisions.length ? html`<${Figures} found=${found} />` : html`<${Empty} icon="insights" title="Nothing to count yet"><p>As soon as messages come in, their outcomes are counted here.</p><//>`}<//></div>`;
}

/** @param {Approval[]} decided */
function medianWait(decided) {
  const waited = decided.filter((one) => one.decided_at).map((one) => Date.parse(one.decided_at || "") - Date.parse(one.created_at)).sort((a, b) => a - b);
  return waited.length ? span(waited[Math.floor(waited.length / 2)] || 0) : "—";
}

/** @param {{ found: Awaited<ReturnType<typeof read>> }} props */
function Figures({ found }) {
  const { decisions, approved, rejected, pending, points } = found;
  const sent = decisions.filter((one) => one.outcome === "send").length;
  const answered = approved.length + rejected.length;
  const oldest = pending.reduce((most, one) => Math.max(most, Date.now() - Date.parse(one.created_at)), 0);
  const cards = [
    [percent(sent / decisions.length), "sent automatically", `${sent} of the last ${several(decisions.length, "message")}`],
    [answered ? percent(approved.length / answered) : "—", "of drafts approved", answered ? `${approved.length} of ${answered} decided` : "None was decided yet"],
    [medianWait(approved), "median wait for an approval", several(approved.length, "approval")],
    [pending.length ? span(oldest) : "—", "is how long the oldest draft waits", `${several(pending.length, "draft")} waiting`],
  ];
  return html`<div class="section figures">${cards.map(([figure, words, more]) => html`<div class="figure" key=${words}><strong>${figure}</strong><span>${words}</span><p class="small muted">${more}</p></div>`)}</div>
    <div class="charts">
      <section class="card"><h2>Messages by day</h2><${Legend} /><${Days} decisions=${decisions} /></section>
      <section class="card"><h2>Confidence and outcome</h2><p class="small muted">Each point is one of the last ${several(points.length, "message")}: how sure the classifier was, and what the policy decided.</p><${Plot} points=${points} /></section>
    </div>
    <section class="section card"><h2>What decided</h2><${Legend} /><${ByRule} decisions=${decisions} /></section>
    <${Asked} found=${found} />`;
}

/** @param {{ found: Awaited<ReturnType<typeof read>> }} props */
function Asked({ found }) {
  const [by, setBy] = useState(/** @type {"intent" | "rule"} */ ("intent"));
  /** @type {Map<string, { approved: Approval[], rejected: Approval[], expired: Approval[], pending: Approval[] }>} */
  const groups = new Map();
  for (const state of /** @type {const} */ (["approved", "rejected", "expired", "pending"])) {
    for (const one of found[state]) {
      const asking = found.asking.get(one.decision_id || "");
      const group = !asking ? "Decided longer ago" : by === "rule" ? plain(asking.rule) : plain(asking.intent?.label) || "Intent not known";
      const counts = groups.get(group) || { approved: [], rejected: [], expired: [], pending: [] };
      counts[state].push(one);
      groups.set(group, counts);
    }
  }
  const rows = [...groups].map(([name, counts]) => ({ name, ...counts, total: counts.approved.length + counts.rejected.length + counts.expired.length + counts.pending.length })).sort((a, b) => b.total - a.total);
  const oldest = (/** @type {Approval[]} */ waiting) => (waiting.length ? span(Math.max(...waiting.map((one) => Date.now() - Date.parse(one.created_at)))) : "—");
  const table = html`<div class="scroll-x"><table class="table"><thead><tr><th>${by === "rule" ? "Rule" : "Intent"}</th><th class="end">Asked</th><th class="end">Approved</th><th class="end">Rejected</th><th class="end">Expired</th><th class="end">Waiting</th><th class="end">Approval rate</th><th class="end">Median wait</th><th class="end">Oldest waits</th></tr></thead><tbody>
    ${rows.map((row) => html`<tr key=${row.name}><td class="strong">${row.name}</td>${[row.total, row.approved.length, row.rejected.length, row.expired.length, row.pending.length].map((count, index) => html`<td class="end nums" key=${index}>${count}</td>`)}
      <td class="end nums">${row.approved.length + row.rejected.length ? percent(row.approved.length / (row.approved.length + row.rejected.length)) : "—"}</td><td class="end nums">${medianWait(row.approved)}</td><td class="end nums">${oldest(row.pending)}</td></tr>`)}</tbody></table></div>`;
  const tab = (/** @type {"intent" | "rule"} */ name, /** @type {string} */ word) => html`<button class="tab" aria-pressed=${by === name} onClick=${() => setBy(name)}>${word}</button>`;
  return html`<section class="section card" aria-label="Approvals"><div class="row wrap"><h2 class="grow">What people answered</h2><div class="tabs" role="group" aria-label="Count by">${tab("intent", "By intent")}${tab("rule", "By rule")}</div></div>
    ${groups.size ? table : html`<p class="muted">No draft has waited for a person yet.</p>`}</section>`;
}

/** @param {{ decisions: DecisionSummary[] }} props */
function ByRule({ decisions }) {
  /** @type {Map<string, Record<string, number>>} */
  const rules = new Map();
  for (const { rule, outcome } of decisions) {
    const counts = rules.get(rule) || {};
    counts[outcome] = (counts[outcome] || 0) + 1;
    rules.set(rule, counts);
  }
  const total = (/** @type {Record<string, number>} */ counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
  const sorted = [...rules].sort((a, b) => total(b[1]) - total(a[1])).slice(0, 12);
  const most = Math.max(...sorted.map(([, counts]) => total(counts)));
  return html`<ul>${sorted.map(([rule, counts]) => html`<li class="bar-row" key=${rule}><span class="cut" title=${rule}>${plain(rule)}</span>
    <span class="meter" role="img" aria-label=${Object.entries(counts).map(([outcome, count]) => `${count} ${OUTCOMES[outcome] || outcome}`).join(", ")}>${Object.keys(OUTCOMES).filter((outcome) => counts[outcome]).map((outcome) => html`<span key=${outcome} class="tone-${OUTCOME_TONE[outcome]}" style=${{ width: `${(100 * (counts[outcome] || 0)) / most}%` }}></span>`)}</span>
    <span class="small muted nums">${several(total(counts), "message")}</span></li>`)}</ul>`;
}

function Legend() {
  return html`<p class="legend">${Object.entries(OUTCOMES).map(([outcome, word]) => html`<span key=${outcome}><i class="tone-${OUTCOME_TONE[outcome]}"></i>${word}</span>`)}</p>`;
}
