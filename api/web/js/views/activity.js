// Every decision, the newest first: what, about which message, by which line.
import { html, useEffect, useRef, useState } from "../../vendor/ui.js";
import { api } from "../core/api.js";
import { OUTCOMES, plain } from "../core/words.js";
import { go, query, ruleAddress } from "../core/router.js";
import { useLoaded } from "../store/load.js";
import { failed } from "../store/toasts.js";
import { ChannelIcon, Empty, Intent, Loading, Outcome, PageHead, When } from "../ui/parts.js";

/** @type {Record<string, string>} */
const GATES = { draft: "Draft was ready", approved: "A person approved", release: "A hold ended", send: "Right before sending" };

export function Activity() {
  const [rows, setRows] = useState(/** @type {DecisionSummary[]} */ ([]));
  const [cursor, setCursor] = useState(/** @type {string | null} */ (null));
  const wanted = query.value.get("outcome") || "";
  const read = (/** @type {string | null} */ after) => /** @type {Promise<Page<DecisionSummary>>} */ (api("/decisions", { query: { outcome: wanted, cursor: after, limit: 100 } }));
  // What belongs to which filter is kept apart: an answer may come after another one was chosen.
  const load = useLoaded(async () => ({ of: wanted, page: await read(null) }), [wanted], (event) => event.type === "decision.recorded");
  const first = load.value.value;
  const shownOf = useRef(/** @type {string | null} */ (null));
  useEffect(() => {
    if (!first) return;
    const { data, next_cursor } = first.page;
    const known = new Set(data.map((one) => one.id));
    const goesOn = shownOf.current === first.of && rows.length > 0;
    setRows([...data, ...(goesOn ? rows.filter((one) => !known.has(one.id)) : [])]);
    if (!goesOn) setCursor(next_cursor);
    shownOf.current = first.of;
  }, [first]);
  const more = () => read(cursor).then((page) => { setRows([...rows, ...page.data]); setCursor(page.next_cursor); }, failed);
  return html`<div class="sheet"><${PageHead} title="Decisions" about="One record for every message, also where nothing was done. Each can be decided again to the same verdict.">
      <label class="unseen" for="outcome">Outcome</label><select class="select" id="outcome" value=${wanted} style=${{ width: "auto" }} onChange=${(/** @type {any} */ event) => go(event.currentTarget.value ? `/activity?outcome=${event.currentTarget.value}` : "/activity")}><option value="">All outcomes</option>${Object.entries(OUTCOMES).map(([name, word]) => html`<option value=${name} key=${name}>${word}</option>`)}</select><//>
    <${Loading} load=${load} lines=${12}>${() => rows.length ? html`<div class="box scroll-x"><table class="table stacks"><thead><tr><th>Outcome</th><th>About</th><th>Rule</th><th>Line</th><th>Asked</th><th>When</th><th><span class="unseen">Conversation</span></th></tr></thead><tbody>
      ${rows.map((one) => html`<tr key=${one.id}><td><${Outcome} outcome=${one.outcome} /></td><td><div class="row">${one.channel ? html`<${ChannelIcon} kind=${one.channel} />` : null}<${Intent} intent=${one.intent} /></div></td><td>${plain(one.rule)}</td><td><a class="mono small" href=${ruleAddress(one.file, one.line)}>${one.file}:${one.line}</a></td><td class="none">${GATES[one.gate] || plain(one.gate)}</td><td><${When} at=${one.decided_at} how="ago" /></td><td class="end"><a href=${`/c/${one.conversation_id}`}>Open conversation</a></td></tr>`)}</tbody></table></div>
      ${cursor ? html`<button class="button" onClick=${more}>Show older decisions</button>` : null}`
      : html`<${Empty} icon="activity" title="No such decision"><p>Decisions appear here as messages come in.</p><//>`}<//></div>`;
}
