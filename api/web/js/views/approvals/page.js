// The approval queue: one after the other, by keyboard if one likes.
import { html } from "../../../vendor/ui.js";
import { api, post } from "../../core/api.js";
import { useKeys } from "../../core/keys.js";
import { go, parts, query } from "../../core/router.js";
import { ago, minute, moment, span } from "../../core/time.js";
import { nameOf, percent, plain } from "../../core/words.js";
import { all, useLoaded } from "../../store/load.js";
import { can, may } from "../../store/session.js";
import { failed, toast } from "../../store/toasts.js";
import { Icon } from "../../ui/icon.js";
import { Avatar, Bones, ChannelIcon, Empty, Intent, Loading, When } from "../../ui/parts.js";
import { DraftCard } from "../inbox/draft.js";
import { Present } from "../inbox/present.js";
import { later } from "../later.js";

const Several = later(() => import("./several.js").then((module) => module.Several), 10);

/** @typedef {{ approval: Approval, row: Conversation, decision: DecisionSummary | undefined }} Waiting */

/** @returns {Promise<Waiting[]>} */
async function readQueue() {
  /** @type {Approval[]} */
  const asked = await all("/approvals", { state: "pending" });
  // Nearly all of them in one or two calls; what another reason hides is read by itself.
  /** @type {[Conversation[], DecisionSummary[]]} */
  const [rows, decisions] = asked.length ? await Promise.all([all("/conversations", { requires_action: "true" }, 3), all("/decisions", { outcome: "approval" }, 2)]) : [[], []];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const why = new Map(decisions.map((one) => [one.id, one]));
  const found = asked.map(async (approval) => ({ approval, decision: why.get(approval.decision_id || ""), row: byId.get(approval.conversation_id) || /** @type {Conversation} */ (await api(`/conversations/${approval.conversation_id}`)) }));
  return (await Promise.all(found)).sort((a, b) => (a.approval.expires_at || "~").localeCompare(b.approval.expires_at || "~") || a.approval.created_at.localeCompare(b.approval.created_at));
}

export function Approvals() {
  const state = query.value.get("state") || "pending";
  const many = state === "pending" && query.value.get("several") === "1" && can("bulk_approvals");
  return html`<div class="queue-page ${parts.value[1] ? "has-thread" : ""}">${many ? html`<section class="pane wide-pane" aria-label="Several drafts"><${Head} state="pending" many /><${Several} /></section>` : state === "pending" ? html`<${Queue} />` : html`<${Decided} state=${state} />`}</div>`;
}

/** @param {{ state: string, count?: number, many?: boolean }} props `many`: several drafts are shown at once. */
function Head({ state, count = 0, many = false }) {
  const other = many ? { to: "/approvals", word: "One by one" } : { to: "/approvals?several=1", word: "Several at once" };
  return html`<div class="filters"><div class="row"><h1>Approvals</h1>${count ? html`<span class="count" title="Drafts that wait">${count}</span>` : null}<span class="grow"></span>
      ${(many || count > 1) && can("bulk_approvals") ? html`<a class="button little" href=${other.to}><${Icon} name=${many ? "approve" : "checks"} size=${14} />${other.word}</a>` : null}</div><${Tabs} state=${state} /></div>`;
}

/** @param {{ state: string }} props */
function Tabs({ state }) {
  const tabs = [["pending", "Waiting"], ["approved", "Approved"], ["rejected", "Rejected"], ["expired", "Expired"], ["withdrawn", "Withdrawn"]];
  return html`<nav class="tabs" aria-label="Approvals by state">${tabs.map(([name, word]) => html`<a class="tab" key=${name} aria-current=${state === name ? "page" : undefined} href=${`/approvals${name === "pending" ? "" : `?state=${name}`}`}>${word}</a>`)}</nav>`;
}

function Queue() {
  const load = useLoaded(readQueue, [], (event) => /^(approval|draft|message\.received)/.test(event.type));
  const waiting = load.value.value || [];
  const open = parts.value[1] || "";
  const at = Math.max(0, waiting.findIndex((one) => one.approval.id === open));
  const chosen = waiting[at];
  const to = (/** @type {number} */ index) => {
    const next = waiting[Math.min(Math.max(index, 0), waiting.length - 1)];
    if (next) go(`/approvals/${next.approval.id}`, { replace: true });
  };
  useKeys({ j: () => to(at + 1), k: () => to(at - 1), ArrowDown: () => to(at + 1), ArrowUp: () => to(at - 1), o: () => chosen && go(`/c/${chosen.row.id}`), Enter: () => chosen && go(`/c/${chosen.row.id}`) });
  return html`<section class="pane list-pane" aria-label="Approval queue">
      <${Head} state="pending" count=${waiting.length} />
      <${Loading} load=${load} lines=${9}>${(/** @type {Waiting[]} */ found) => found.length
        ? html`<ul class="list plain-list">${found.map((one) => html`<li key=${one.approval.id}><${QueueRow} one=${one} isOpen=${one === chosen} /></li>`)}</ul>`
        : html`<${Empty} icon="approve" title="Nothing waits for you"><p>Drafts that the policy does not let go without a person stand here.</p><a class="button" href="/inbox">Go to the inbox</a><//>`}<//>
    </section>
    <section class="pane thread-pane" aria-label="Draft to decide">${chosen ? html`<${Detail} one=${chosen} key=${chosen.approval.id} next=${() => { const following = waiting[at + 1] || waiting[at - 1]; go(following ? `/approvals/${following.approval.id}` : "/approvals", { replace: true }); void load.again(); }} />` : load.value.value ? html`<${Empty} icon="approve" title="All done"><p>New drafts appear here by themselves.</p><//>` : html`<${Bones} />`}</section>`;
}

/** @param {{ one: Waiting, isOpen: boolean }} props */
function QueueRow({ one, isOpen }) {
  minute.value;
  const { approval, row, decision } = one;
  const left = approval.expires_at ? Date.parse(approval.expires_at) - minute.value : null;
  return html`<a class="convo still ${isOpen ? "open" : ""}" aria-current=${isOpen ? "true" : undefined} href=${`/approvals/${approval.id}`}>
    <${Avatar} name=${nameOf(row.contact)} />
    <div class="grow"><div class="row"><span class="convo-name cut">${nameOf(row.contact)}${row.contact.company ? html`<span class="muted company"> · ${row.contact.company}</span>` : null}</span><span class="grow"></span><span class="muted small nums">${ago(approval.created_at)}</span></div>
      <div class="row preview"><span class="muted"><${ChannelIcon} kind=${row.channel} size=${13} /></span><span class="cut muted">${row.subject || row.preview}</span></div>
      <div class="row signs">${decision?.intent?.label ? html`<span class="chip outline">${plain(decision.intent.label)}</span>` : null}${decision && decision.rule !== decision.intent?.label ? html`<span class="muted small cut" title="The rule that asks">by ${plain(decision.rule)}</span>` : null}${approval.claimed_by ? html`<span class="chip"><${Icon} name="person" size=${11} />${approval.claimed_by}</span>` : null}
        ${approval.people > 1 ? html`<span class="chip">${approval.yes.length} of ${approval.people} people</span>` : null}
        ${left !== null && left < 7200000 ? html`<span class="chip warn"><${Icon} name="clock" size=${11} />${span(left)} left</span>` : null}</div></div></a>`;
}

/** @param {{ one: Waiting, next: () => void }} props */
function Detail({ one, next }) {
  const { approval, row } = one;
  const load = useLoaded(() => api(`/approvals/${approval.id}`), [approval.id], (event) => event.conversation_id === approval.conversation_id);
  const claim = () => post(`/approvals/${approval.id}/claim`, {}).then(() => toast("In your hand for ten minutes"), failed);
  return html`<header class="thread-head"><div class="row"><a class="button plain icon back" href="/approvals" aria-label="Back to the queue"><${Icon} name="back" /></a><div class="grow"><h2 class="cut">${row.subject || nameOf(row.contact)}</h2><p class="muted small">${nameOf(row.contact)} · to ${approval.to}</p></div>
      ${may("approver") && !approval.claimed_by ? html`<button class="button" title="Take in hand" onClick=${claim}><${Icon} name="person" /><span class="word">Take in hand</span></button>` : null}
      <a class="button" title="Open conversation" href=${`/c/${row.id}`}><${Icon} name="inbox" /><span class="word">Open conversation</span></a></div><${Present} id=${row.id} key=${row.id} /></header>
    <div class="thread" tabindex="0" role="region" aria-label="Draft and the message it answers"><${Loading} load=${load} lines=${8}>${(/** @type {ApprovalDetail} */ detail) => html`<ol class="items-list">
      <li><article class="message in" aria-label="The message it answers"><${Avatar} name=${nameOf(row.contact)} small /><div class="message-body"><header class="row wrap meta"><span class="strong">${detail.message.author.name || detail.message.from}</span><span class="muted small"><${When} at=${detail.message.created_at} how="ago" /></span></header>
        <div class="bubble"><div class="pre text">${detail.message.body_text}</div></div><footer class="row wrap meta"><${Intent} intent=${detail.message.intent} />${detail.message.intent?.confidence ? html`<span class="unseen">${percent(detail.message.intent.confidence)}</span>` : null}</footer></div></article></li>
      <li><${DraftCard} draft=${detail.draft} approval=${detail.approval} row=${row} keys done=${next} /></li></ol>`}<//></div>`;
}

/** @param {{ state: string }} props */
function Decided({ state }) {
  const load = useLoaded(() => api("/approvals", { query: { state, limit: 100 } }), [state], (event) => event.type.startsWith("approval."));
  return html`<section class="pane wide-pane" aria-label="Decided approvals"><${Head} state=${state} />
    <${Loading} load=${load}>${(/** @type {Page<Approval>} */ page) => page.data.length ? html`<div class="scroll-x"><table class="table"><thead><tr><th>To</th><th>Decided</th><th>By</th><th>Reason</th><th>Waited</th></tr></thead><tbody>
      ${page.data.map((one) => html`<tr key=${one.id}><td><a href=${`/c/${one.conversation_id}`}>${one.to}</a></td><td>${one.decided_at ? moment(one.decided_at) : "—"}</td><td>${one.decided_by || "—"}</td><td>${plain(one.reason) || "—"}</td><td class="nums">${one.decided_at ? span(Date.parse(one.decided_at) - Date.parse(one.created_at)) : "—"}</td></tr>`)}</tbody></table></div>`
      : html`<${Empty} icon="approve" title="None"><p>No approval is ${state}.</p><//>`}<//></section>`;
}
