// The two charts: drawn as SVG, said in words, and as a table for whoever wants the numbers.
import { html } from "../../vendor/ui.js";
import { OUTCOME_TONE, OUTCOMES, percent, plain, several } from "../core/words.js";

const DAYS = 14;
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** Messages of the last two weeks by outcome. @param {{ decisions: DecisionSummary[] }} props */
export function Days({ decisions }) {
  const names = Object.keys(OUTCOMES);
  const days = Array.from({ length: DAYS }, (_, index) => {
    const date = new Date();
    date.setHours(0, 0, 0, 0);
    date.setDate(date.getDate() - (DAYS - 1 - index));
    return { date, counts: /** @type {Record<string, number>} */ ({}), total: 0 };
  });
  const oldest = days[0]?.date.getTime() || 0;
  for (const one of decisions) {
    const at = new Date(one.decided_at);
    at.setHours(0, 0, 0, 0);
    const found = at.getTime() < oldest ? undefined : days.find((other) => other.date.getTime() === at.getTime());
    if (!found) continue;
    found.counts[one.outcome] = (found.counts[one.outcome] || 0) + 1;
    found.total += 1;
  }
  const most = Math.max(4, ...days.map((one) => one.total));
  const x = (/** @type {number} */ index) => 40 + index * 36;
  const y = (/** @type {number} */ count) => 190 - (count / most) * 170;
  const words = (/** @type {typeof days[number]} */ one) => `${day.format(one.date)}: ${names.filter((name) => one.counts[name]).map((name) => `${one.counts[name]} ${OUTCOMES[name]}`).join(", ") || "none"}`;
  const total = days.reduce((sum, one) => sum + one.total, 0);
  return html`<svg class="chart" viewBox="0 0 552 220" role="img" aria-label=${`${several(total, "message")} in the last ${DAYS} days by outcome. The numbers stand in the table below.`}>
      ${[0, Math.ceil(most / 2), most].map((count) => html`<g key=${count}><line class="axis" x1="36" x2="548" y1=${y(count)} y2=${y(count)} /><text x="28" y=${y(count) + 4} text-anchor="end">${count}</text></g>`)}
      ${days.map((one, index) => {
        let below = 0;
        return html`<g key=${index}><title>${words(one)}</title><rect x=${x(index)} y="20" width="28" height="170" fill="transparent" />${names.filter((name) => one.counts[name]).map((name) => {
          const count = one.counts[name] || 0;
          below += count;
          return html`<rect key=${name} class="tone-${OUTCOME_TONE[name]}" x=${x(index)} y=${y(below)} width="28" height=${Math.max(1, y(0) - y(count))} rx="1" />`;
        })}${index % 2 === (DAYS - 1) % 2 ? html`<text x=${x(index) + 14} y="210" text-anchor="middle">${day.format(one.date)}</text>` : null}</g>`;
      })}</svg>
    <details><summary>As a table</summary><div class="scroll-x"><table class="table"><thead><tr><th>Day</th>${names.map((name) => html`<th class="end" key=${name}>${OUTCOMES[name]}</th>`)}</tr></thead><tbody>
      ${days.filter((one) => one.total).map((one) => html`<tr key=${one.date.getTime()}><td>${day.format(one.date)}</td>${names.map((name) => html`<td class="end nums" key=${name}>${one.counts[name] || 0}</td>`)}</tr>`)}</tbody></table></div></details>`;
}

/** How sure the classifier was against what was decided. @param {{ points: DecisionSummary[] }} props */
export function Plot({ points }) {
  const names = Object.keys(OUTCOMES);
  const x = (/** @type {number} */ sure) => 148 + sure * 392;
  const y = (/** @type {string} */ outcome, /** @type {number} */ index) => 24 + names.indexOf(outcome) * 38 + ((index * 7) % 17) - 8;
  return html`<svg class="chart" viewBox="0 0 552 220" role="img" aria-label=${`Confidence of ${points.length} messages by outcome`}>
      ${names.map((name, index) => html`<g key=${name}><line class="axis" x1="148" x2="540" y1=${24 + index * 38} y2=${24 + index * 38} /><text x="0" y=${28 + index * 38}>${OUTCOMES[name]}</text></g>`)}
      ${[0, 0.25, 0.5, 0.75, 1].map((at) => html`<text key=${at} x=${x(at)} y="214" text-anchor="middle">${percent(at)}</text>`)}
      ${points.map((point, index) => html`<circle key=${point.id} class="tone-${OUTCOME_TONE[point.outcome]}" cx=${x(point.intent?.confidence || 0)} cy=${y(point.outcome, index)} r="5" fill-opacity="0.75"><title>${plain(point.intent?.label)} ${percent(point.intent?.confidence)}: ${OUTCOMES[point.outcome]}</title></circle>`)}</svg>
    <details><summary>As a table</summary><div class="scroll-x"><table class="table"><thead><tr><th>Intent</th><th class="end">Confidence</th><th>Outcome</th></tr></thead><tbody>
      ${points.map((point) => html`<tr key=${point.id}><td>${plain(point.intent?.label) || "Not known"}</td><td class="end nums">${percent(point.intent?.confidence)}</td><td>${OUTCOMES[point.outcome] || plain(point.outcome)}</td></tr>`)}</tbody></table></div></details>`;
}
