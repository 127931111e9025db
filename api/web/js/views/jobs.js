// The work that waits or has failed, with every failure, and what a person may do about it.
import { html, useState } from "../../vendor/ui.js";
import { api, post } from "../core/api.js";
import { query } from "../core/router.js";
import { fullTime, moment } from "../core/time.js";
import { JOB_STATES, plain } from "../core/words.js";
import { useLoaded } from "../store/load.js";
import { may } from "../store/session.js";
import { failed, toast } from "../store/toasts.js";
import { askReason } from "../ui/dialog.js";
import { ChannelIcon, Empty, Loading, PageHead, When } from "../ui/parts.js";

const STATES = ["failed", "in_doubt", "retrying", "scheduled", "held", "waiting", "queued", "working"];
/** @type {Record<string, string>} */
const TONES = { failed: "bad", in_doubt: "warn", retrying: "warn", scheduled: "accent", held: "accent" };

export function Jobs() {
  const state = query.value.get("state") || "failed";
  const load = useLoaded(() => api("/jobs", { query: { state, limit: 100 } }), [state], (event) => /^(message|draft|approval|decision)\./.test(event.type));
  return html`<div class="sheet"><${PageHead} title="Jobs" about="One for each message that is worked on. What failed waits here for a person; nothing is sent twice." />
    <nav class="tabs section" aria-label="Jobs by state">${STATES.map((name) => html`<a class="tab" key=${name} aria-current=${state === name ? "page" : undefined} href=${`/jobs?state=${name}`}>${JOB_STATES[name]}</a>`)}</nav>
    <${Loading} load=${load}>${(/** @type {Page<Job>} */ page) => page.data.length ? html`<div class="box scroll-x"><table class="table stacks"><thead><tr><th>Contact</th><th>State</th><th>Next</th><th>Last error</th><th>Since</th><th><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${page.data.map((job) => html`<${Row} key=${job.id} job=${job} again=${load.again} />`)}</tbody></table></div>`
      : html`<${Empty} icon="jobs" title=${state === "failed" ? "Nothing has failed" : "None"}><p>No job is in the state “${JOB_STATES[state]}”.</p><//>`}<//></div>`;
}

/** @param {{ job: Job, again: () => Promise<void> }} props */
function Row({ job, again }) {
  const [errors, setErrors] = useState(/** @type {JobFailure[] | null} */ (null));
  const show = () => (errors ? setErrors(null) : api(`/jobs/${job.id}`).then((/** @type {JobDetail} */ detail) => setErrors(detail.errors), failed));
  const retry = (/** @type {InDoubtWord | null} */ word) => post(`/jobs/${job.id}/retry`, { in_doubt: word }).then(() => { toast(word === "mark_sent" ? "Marked as sent" : "It is tried again"); return again(); }, failed);
  const cancel = () => askReason({ title: "End this job", about: "No reply is sent for this message. The conversation waits for a person.", yes: "End job", tone: "stop", run: (reason, act) => post(`/jobs/${job.id}/cancel`, { reason }, act).then(again) });
  return html`<tr><td><div class="row"><${ChannelIcon} kind=${job.channel} /><a href=${`/c/${job.conversation_id}`}>${job.contact_name || "Unknown"}</a></div></td>
    <td><span class="chip ${TONES[job.state] || ""}">${JOB_STATES[job.state] || plain(job.state)}</span></td><td class="nums ${job.next_at ? "" : "none"}">${job.next_at ? html`<span title=${fullTime(job.next_at)}>${moment(job.next_at)}</span>` : "—"}</td>
    <td class=${job.last_error ? "" : "none"}>${job.last_error ? html`<button class="link" aria-expanded=${Boolean(errors)} onClick=${show}>${job.last_error}</button>` : "—"}
      ${errors ? html`<ol class="small muted">${errors.map((one) => html`<li key=${one.attempt}>${one.attempt}. ${moment(one.at)} ${plain(one.stage)}: ${one.error} (${plain(one.class)})</li>`)}</ol>` : null}</td>
    <td><${When} at=${job.created_at} how="ago" /></td>
    <td class="end">${may("approver") ? html`<div class="row wrap">${job.state === "in_doubt" ? html`<button class="button little" onClick=${() => retry("mark_sent")}>It arrived</button><button class="button little" onClick=${() => retry("send_again")}>Send again</button>` : job.state === "failed" ? html`<button class="button little" onClick=${() => retry(null)}>Try again</button>` : null}<button class="button little danger" onClick=${cancel}>End</button></div>` : null}</td></tr>`;
}
