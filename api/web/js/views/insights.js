// How the policy does: what becomes of messages, how often the AI may send by itself, how people answer its questions,
// and whether confidence and outcome go together. Counted here from the latest records, and it says from how many.
import { html } from "../../vendor/ui.js";
import { api } from "../core/api.js";
import { span } from "../core/time.js";
import { OUTCOME_TONE, OUTCOMES, percent, plain, several } from "../core/words.js";
import { all, useLoaded } from "../store/load.js";
import { Empty, Loading, PageHead } from "../ui/parts.js";

const PAGES = 5;
/** Decisions whose whole record is read for the plot. */
const PLOTTED = 60;

async function read() {
  /** @type {[DecisionSummary[], Approval[], Approval[], Approval[]]} */
  const [decisions, approved, rejected, pending] = await Promise.all([all("/decisions", {}, PAGES), all("/approvals", { state: "approved" }, 2), all("/approvals", { state: "rejected" }, 2), all("/approvals", { state: "pending" }, 2)]);
  const first = decisions.filter((one) => one.gate === "draft");
  const points = /** @type {Decision[]} */ (await Promise.all(first.slice(0, PLOTTED).map((one) => api(`/decisions/${one.id}`)))).filter((one) => one.classification);
  return { decisions: first, approved, rejected, pending, points };
}

export function Insights() {
  const load = useLoaded(read, []);
  return html`<div class="sheet"><${PageHead} title="Insights" about="What the policy does with what comes in." />
    <${Loading} load=${load} lines=${10}>${(/** @type {Awaited<ReturnType<typeof read>>} */ found) => found.decisions.length ? html`<${Figures} found=${found} />` : html`<${Empty} icon="insights" title="Nothing to count yet"><p>As soon as messages come in, their outcomes are counted here.</p><//>`}<//></div>`;
}

/** @param {{ found: Awaited<ReturnType<typeof read>> }} props */
function Figures({ found }) {
  const { decisions, approved, rejected, pending, points } = found;
  const sent = decisions.filter((one) => one.outcome === "send").length;
  const answered = approved.length + rejected.length;
  const oldest = pending.reduce((most, one) => Math.max(most, Date.now() - Date.parse(one.created_at)), 0);
  const waited = approved.filter((one) => one.decided_at).map((one) => Date.parse(one.decided_at || "") - Date.parse(one.created_at)).sort((a, b) => a - b);
  const cards = [
    [percent(sent / decisions.length), "sent automatically", `${sent} of the last ${decisions.length} messages`],
    [answered ? percent(approved.length / answered) : "—", "of drafts approved", answered ? `${approved.length} of ${answered} decided` : "None was decided yet"],
    [waited.length ? span(waited[Math.floor(waited.length / 2)]) : "—", "median wait for an approval", several(approved.length, "approval")],
    [pending.length ? span(oldest) : "—", "is how long the oldest draft waits", several(pending.length, "draft") + " waiting"],
  ];
  return html`<div class="section figures">${cards.map(([figure, words, more]) => html`<div class="figure" key=${words}><strong>${figure}</strong><span>${words}</span><p class="small muted">${more}</p></div>`)}</div>
    <section class="section card"><h2>What became of messages</h2><${ByRule} decisions=${decisions} /></section>
    <section class="section card"><h2>Confidence and outcome</h2><p class="small muted">Each point is one of the last ${points.length} messages: how sure the classifier was, and what the policy decided.</p><${Plot} points=${points} /></section>`;
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
  return html`<${Legend} /><ul>${sorted.map(([rule, counts]) => html`<li class="bar-row" key=${rule}><span class="cut" title=${rule}>${plain(rule)}</span>
    <span class="meter" role="img" aria-label=${Object.entries(counts).map(([outcome, count]) => `${count} ${OUTCOMES[outcome] || outcome}`).join(", ")}>${Object.keys(OUTCOMES).filter((outcome) => counts[outcome]).map((outcome) => html`<span key=${outcome} class="tone-${OUTCOME_TONE[outcome]}" style=${{ width: `${(100 * (counts[outcome] || 0)) / most}%` }}></span>`)}</span>
    <span class="small muted nums">${several(total(counts), "message")}</span></li>`)}</ul>`;
}

function Legend() {
  return html`<p class="legend">${Object.entries(OUTCOMES).map(([outcome, word]) => html`<span key=${outcome}><i class="tone-${OUTCOME_TONE[outcome]}"></i>${word}</span>`)}</p>`;
}

/** @param {{ points: Decision[] }} props */
function Plot({ points }) {
  const names = Object.keys(OUTCOMES);
  const x = (/** @type {number} */ sure) => 150 + sure * 540;
  const y = (/** @type {string} */ outcome, /** @type {number} */ index) => 24 + names.indexOf(outcome) * 40 + ((index * 7) % 17) - 8;
  return html`<svg class="chart" viewBox="0 0 720 250" role="img" aria-label=${`Confidence of ${points.length} messages by outcome`}>
    ${names.map((name, index) => html`<g key=${name}><line class="axis" x1="150" x2="690" y1=${24 + index * 40} y2=${24 + index * 40} /><text x="0" y=${28 + index * 40}>${OUTCOMES[name]}</text></g>`)}
    ${[0, 0.25, 0.5, 0.75, 1].map((at) => html`<text key=${at} x=${x(at)} y="236" text-anchor="middle">${percent(at)}</text>`)}
    ${points.map((point, index) => html`<circle key=${point.id} class="tone-${OUTCOME_TONE[point.outcome]}" cx=${x(point.classification?.confidence || 0)} cy=${y(point.outcome, index)} r="5" fill-opacity="0.75"><title>${plain(point.classification?.intent)} ${percent(point.classification?.confidence)}: ${OUTCOMES[point.outcome]}</title></circle>`)}</svg>`;
}
