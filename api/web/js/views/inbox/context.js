// What is known about the contact, what the AI may do for them, and what happened.
import { html, useState } from "../../../vendor/ui.js";
import { useKeys } from "../../core/keys.js";
import { fullTime, moment } from "../../core/time.js";
import { nameOf, plain, several } from "../../core/words.js";
import { can, may } from "../../store/session.js";
import { contact, conversation, messages, timeline } from "../../store/thread.js";
import { Icon } from "../../ui/icon.js";
import { Menu } from "../../ui/menu.js";
import { Avatar, Bones, Coded, When } from "../../ui/parts.js";
import { later } from "../later.js";
import { contactAct, logLinkedIn, pause, resume, why } from "./asked.js";

const Sorting = later(() => import("./sorting.js").then((module) => module.Sorting));

/** @param {{ close: () => void }} props */
export function Context({ close }) {
  const row = conversation.value;
  const who = contact.value;
  const lastIn = [...messages.value].reverse().find((message) => message.direction === "inbound");
  useKeys({ p: () => who && (who.ai.state === "paused" ? resume(who) : pause(who)), i: () => lastIn && why(lastIn) });
  if (!row) return null;
  if (!who) return html`<${Bones} lines=${8} label="Loading the contact" />`;
  return html`<div class="context">
    <div class="row context-top"><h2 class="grow">Contact</h2><button class="button plain icon context-close" aria-label="Close details" onClick=${close}><${Icon} name="close" /></button></div>
    <div class="row"><${Avatar} name=${nameOf(who)} /><div class="grow"><p class="strong cut">${nameOf(who)}</p><p class="muted small cut">${who.company || "No company known"}</p></div>
      <${Menu} label="Contact actions" items=${[
        { word: "Change name or company…", icon: "edit", run: () => contactAct(who, "change"), off: !can("change_contact") },
        { word: "All their conversations", icon: "inbox", href: `/inbox?contact=${who.id}` },
        { word: "Do not contact…", icon: "stop", run: () => contactAct(who, "doNotContact"), off: !can("do_not_contact") || Boolean(who.opted_out_at), rule: true },
        { word: "Merge into another…", icon: "team", run: () => contactAct(who, "merge"), off: !can("merge_contact") },
        { word: "Export everything", icon: "download", run: () => contactAct(who, "takeAway"), off: !can("export_contact") },
        { word: "Erase for good…", icon: "close", run: () => contactAct(who, "erase"), off: !can("erase_contact") || Boolean(who.erased_at) },
      ]} /></div>
    ${who.erased_at ? html`<div class="banner"><${Icon} name="info" /><span>Erased ${moment(who.erased_at)}. Who they were and what was written is gone.</span></div>` : null}
    <dl class="facts">
      ${who.addresses.map((one) => html`<div key=${one.kind + one.address}><dt>${plain(one.kind)}</dt><dd class="cut" title=${one.address}>${one.address}</dd></div>`)}
      <div><dt>Company</dt><dd class="cut">${who.company || "—"}</dd></div>
      ${who.segments.length ? html`<div><dt>Segments</dt><dd>${who.segments.join(", ")}</dd></div>` : null}
      <div><dt>Wrote</dt><dd>${several(who.inbound_count, "message")}</dd></div>
    </dl>
    ${who.opted_out_at ? html`<div class="banner bad"><${Icon} name="alert" /><span><strong>Do not contact.</strong> Opted out ${moment(who.opted_out_at)}.</span></div>` : null}
    <${AiControl} who=${who} />
    ${can("assign_conversation") || can("list_tags") ? html`<${Sorting} row=${row} />` : null}
    ${lastIn ? html`<button class="button" onClick=${() => why(lastIn)}><${Icon} name="question" />Why did the AI do that?<kbd>i</kbd></button>` : null}
    <${Timeline} />
    ${may("closer") ? html`<button class="button" onClick=${() => logLinkedIn(row)}><${Icon} name="linkedin" />Log LinkedIn activity</button>` : null}
  </div>`;
}

/** @param {{ who: Contact }} props */
function AiControl({ who }) {
  const paused = who.ai.state === "paused";
  return html`<section class="ai-control ${paused ? "paused" : ""}" aria-label="AI for this contact">
    <div class="row"><${Icon} name=${paused ? "pause" : "spark"} /><h3 class="grow">${paused ? "AI is paused" : "AI is on"}</h3>
      ${may("closer") ? html`<button class="button little" onClick=${() => (paused ? resume(who) : pause(who))}>${paused ? "Resume AI" : "Pause AI"}<kbd>p</kbd></button>` : null}</div>
    ${paused ? html`<p class="small">${who.ai.reason || "No reason was given."}</p><p class="small muted">By ${who.ai.paused_by || "the policy"}${who.ai.paused_at ? html`, <span title=${fullTime(who.ai.paused_at)}>${moment(who.ai.paused_at)}</span>` : null}${who.ai.until ? ` · until ${moment(who.ai.until)}` : ""}</p>`
      : html`<p class="small muted">The policy decides what it may send to this contact.</p>`}
  </section>`;
}

/** What the timeline can be narrowed to. @type {Record<string, (kind: string) => boolean>} */
const KINDS = {
  Everything: () => true,
  Messages: (kind) => /^message_/.test(kind),
  "AI actions": (kind) => /^(classified|drafted|decided|scheduled|held|closed|superseded|ai_|approved|rejected)/.test(kind),
  Approvals: (kind) => /^(approv|reject|claim|regenerat|expired)/.test(kind),
  People: (kind) => !/^(message_received|classified|drafted|decided|scheduled|held|superseded)/.test(kind),
  Meetings: (kind) => /meeting/.test(kind),
  Opportunities: (kind) => /(opportunity|stage)/.test(kind),
  Sequences: (kind) => /(sequence|enrol)/.test(kind),
  LinkedIn: (kind) => /linkedin/.test(kind),
};

function Timeline() {
  const [kind, setKind] = useState("Everything");
  const shown = timeline.value.filter((item) => KINDS[kind]?.(item.kind));
  // Only what there is can be chosen, besides what was chosen.
  const kinds = Object.keys(KINDS).filter((name) => name === kind || name === "Everything" || timeline.value.some((item) => KINDS[name]?.(item.kind)));
  return html`<section class="timeline" aria-label="Activity timeline"><div class="row"><h3 class="grow">Activity</h3>
      <label class="unseen" for="timeline-kind">Show</label><select class="channel-choice" id="timeline-kind" value=${kind} onChange=${(/** @type {any} */ event) => setKind(event.currentTarget.value)}>${kinds.map((name) => html`<option key=${name}>${name}</option>`)}</select></div>
    ${shown.length ? html`<ol>${shown.map((item) => html`<li key=${item.id}><span class="tick ${item.actor.kind}"></span><div><p class="small"><${Coded} text=${item.summary} /></p><p class="small muted">${item.actor.name || plain(item.actor.kind)} · <${When} at=${item.at} how="ago" /></p></div></li>`)}</ol>`
      : html`<p class="small muted">Nothing of this kind yet.</p>`}</section>`;
}
