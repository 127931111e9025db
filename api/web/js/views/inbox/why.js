// Why did the AI do that, or not? The decision that was recorded, in words: what it was, which lines made it, and the
// smallest change that would have let the reply go.
import { html } from "../../../vendor/ui.js";
import { api, Refused } from "../../core/api.js";
import { ruleAddress } from "../../core/router.js";
import { fullTime, moment } from "../../core/time.js";
import { MODES, percent, plain } from "../../core/words.js";
import { useLoaded } from "../../store/load.js";
import { can } from "../../store/session.js";
import { killSwitch } from "../../store/switches.js";
import { contact, conversation } from "../../store/thread.js";
import { Dialog, open } from "../../ui/dialog.js";
import { Icon } from "../../ui/icon.js";
import { Coded, Loading, Outcome } from "../../ui/parts.js";

/** What kinds of lines decide, in a rep's words. @type {Record<string, string>} */
const KINDS = { band: "Intent", mode: "Autonomy", guard: "Guard", limit: "Limit", action: "Action" };

/** `controlled.medium`: the autonomy, and the risk that it was asked about. @param {string} name */
function modeWords(name) {
  const [mode = "", risk] = name.split(".");
  return `${MODES[mode] || plain(mode)}${risk ? `, ${risk} risk` : ""}`;
}

/** @param {Message} message */
export function why(message) {
  open((close) => html`<${Why} message=${message} close=${close} />`);
}

/** The decision about a message: its own, or that of the message that it answers. @param {Message} message */
async function read(message) {
  let about = message.id;
  if (message.direction === "outbound" && message.draft_id) about = (await api(`/drafts/${message.draft_id}`)).message_id;
  /** @type {Page<DecisionSummary>} */
  const page = await api(`/messages/${about}/decisions`);
  // Where the server says itself what kept the AI, its word counts.
  const status = can("get_ai_status") ? /** @type {AiStatus} */ (await api(`/conversations/${message.conversation_id}/ai-status`, { query: { message_id: about } })) : null;
  const channels = /** @type {Page<Channel>} */ (await api("/channels"));
  const last = [...page.data].sort((a, b) => b.decided_at.localeCompare(a.decided_at))[0];
  if (!last) return { decision: null, explained: null, status, channels: channels.data };
  const [decision, explained] = await Promise.all([
    api(`/decisions/${last.id}`),
    api(`/decisions/${last.id}/explain`, { query: { what_if: "send" } }).catch((error) => {
      if (error instanceof Refused) return null;
      throw error;
    }),
  ]);
  return { decision: /** @type {Decision} */ (decision), explained: /** @type {Explained | null} */ (explained), status, channels: channels.data };
}

/** @param {{ message: Message, close: () => void }} props */
function Why({ message, close }) {
  const load = useLoaded(() => read(message), [message.id]);
  return html`<${Dialog} title="Why?" wide close=${close}><div class="content why">
    <${Loading} load=${load} lines=${8}>${(/** @type {Awaited<ReturnType<typeof read>>} */ found) => html`<${Answer} found=${found} />`}<//>
  </div><//>`;
}

/** @param {{ found: Awaited<ReturnType<typeof read>> }} props */
function Answer({ found }) {
  const { decision, explained } = found;
  if (!decision) return html`<p>Nothing was decided about this message yet.</p><${Checks} found=${found} />`;
  const first = decision.deciding[0];
  const whatIf = /** @type {any} */ (explained?.explanation)?.what_if?.answer;
  const changes = /** @type {string[]} */ (whatIf?.changes || []);
  return html`
    <div class="row wrap"><${Outcome} outcome=${decision.outcome} />${first ? html`<span>${first.because || html`by <em>${first.name}</em>`}</span>` : null}</div>
    <section><h3>What decided</h3><ul class="reasons">${[...decision.deciding, ...decision.also].map((reason, index) => html`<li key=${index} class="row wrap">
      <span class="chip">${KINDS[reason.kind] || plain(reason.kind)}</span><strong>${reason.kind === "mode" ? modeWords(reason.name) : reason.name}</strong>${reason.because ? html`<span class="muted">${reason.because}</span>` : null}${reason.uncertain ? html`<span class="chip warn">could not be known, so it counts</span>` : null}
      <span class="grow"></span><a class="mono small" href=${ruleAddress(reason.file, reason.line)}>${reason.file}:${reason.line}</a></li>`)}</ul></section>
    ${changes.length && decision.outcome !== "send" ? html`<section><h3>What would have let it go</h3><p>${changes.map((change) => (change === "approved" ? "A person approves it" : plain(change))).join(", and ")}</p></section>` : null}
    <${Checks} found=${found} />
    <section><h3>What was known</h3><dl class="facts">
      ${decision.classification ? html`<div><dt>Intent</dt><dd>${plain(decision.classification.intent) || "Not known"} · ${percent(decision.classification.confidence)} sure</dd></div>
        ${decision.classification.alternatives.length ? html`<div><dt>Or</dt><dd>${decision.classification.alternatives.slice(0, 3).map((one) => `${plain(one.intent)} ${percent(one.probability)}`).join(", ")}</dd></div>` : null}` : null}
      <div><dt>Autonomy</dt><dd>${MODES[decision.mode.value] || plain(decision.mode.value)}${decision.mode.at ? html` <a class="mono small" href=${ruleAddress(decision.mode.at.file, decision.mode.at.line)}>${decision.mode.at.file}:${decision.mode.at.line}</a>` : null}</dd></div>
      <div><dt>Risk</dt><dd>${plain(decision.tier.value)}</dd></div>
      <div><dt>Goes to</dt><dd>${decision.route.person || (decision.route.team ? `Team ${decision.route.team}` : "Nobody in particular")}</dd></div>
      ${decision.hold_until_at ? html`<div><dt>Held until</dt><dd>${moment(decision.hold_until_at)}</dd></div>` : null}
      <div><dt>Decided</dt><dd title=${fullTime(decision.decided_at)}>${moment(decision.decided_at)} under <em>${decision.policy_name}</em>, in ${decision.took_us} µs</dd></div>
    </dl></section>
    ${explained ? html`<details><summary>The record, as text</summary><pre class="record">${explained.text}</pre></details>` : null}`;
}

/** What can keep the AI from answering besides the policy's own rules. @param {{ found: Awaited<ReturnType<typeof read>> }} props */
function Checks({ found }) {
  if (found.status) return html`<${StatusChecks} status=${found.status} />`;
  const facts = /** @type {Record<string, Fact>} */ (found.decision?.facts || {});
  const row = conversation.value;
  const channel = found.channels.find((one) => one.id === row?.channel_id);
  const was = (/** @type {string} */ name) => facts[name]?.value === true;
  const classified = found.decision?.classification;
  const off = found.decision?.outcome === "off";
  /** @type {Array<[string, boolean, string]>} */
  const checks = [
    ["The channel is active", !was("channel.disabled") && channel?.status !== "disabled", channel ? channel.name : ""],
    ["An AI agent answers on this channel", !was("channel.unanswered"), typeof facts.agent?.value === "string" ? `Agent ${facts.agent.value}` : ""],
    ["Sending is not stopped", !was("kill_switch") && !killSwitch.value?.is_on, killSwitch.value?.is_on ? killSwitch.value.reason : ""],
    ["The AI is not paused for this contact", !was("contact.paused") && contact.value?.ai.state !== "paused", contact.value?.ai.reason || ""],
    ["The contact has not opted out", !was("contact.opted_out"), ""],
    ["No person has taken the conversation", !was("thread.human_active") && !row?.human_active, row?.human_active ? "A person answers here now" : ""],
    ["A person wrote it, not a machine", !was("message.automated"), ""],
    ["The intent is known", Boolean(classified?.intent), classified ? `${plain(classified.intent)}, ${percent(classified.confidence)}` : ""],
    ["The policy answers such messages", !off, off ? "Disabled" : ""],
  ];
  return html`<section><h3>Checks</h3><ul class="checks">${checks.map(([words, good, more]) => html`<li key=${words} class=${good ? "good" : "bad"}><${Icon} name=${good ? "check" : "close"} size=${14} label=${good ? "Yes:" : "No:"} /><span>${words}</span>${more ? html`<span class="muted">${more}</span>` : null}</li>`)}</ul></section>`;
}

/** What the server looked at, in the order in which it counts. @param {{ status: AiStatus }} props */
function StatusChecks({ status }) {
  const checks = /** @type {AiStatusCheck[]} */ (status.checks);
  const remedies = /** @type {AiStatusRemedy[]} */ (status.remedies);
  return html`<section><h3>Checks</h3><p><${Coded} text=${status.summary} /></p><ul class="checks">${checks.filter((check) => check.status !== "skipped").map((check) => {
    const good = check.status === "pass";
    return html`<li key=${check.id} class=${good ? "good" : "bad"}><${Icon} name=${good ? "check" : "close"} size=${14} label=${good ? "Yes:" : "No:"} /><span><${Coded} text=${check.says} /></span></li>`;
  })}</ul></section>
    ${remedies.length ? html`<section><h3>What a person can do</h3><ul>${remedies.map((remedy) => html`<li key=${remedy.label}>${remedy.label}</li>`)}</ul></section>` : null}`;
}
