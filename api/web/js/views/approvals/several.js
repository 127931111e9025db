// Many drafts at once: what each answers beside the words that would leave. One is only let go as it was read here: the
// server is told which text that was, and a text that changed meanwhile is neither chosen nor sent.
import { html, useEffect, useState } from "../../../vendor/ui.js";
import { api, newAct, post, Refused, said, serverNow } from "../../core/api.js";
import { listen } from "../../core/live.js";
import { ruleAddress } from "../../core/router.js";
import { minute, span } from "../../core/time.js";
import { nameOf, plain, several } from "../../core/words.js";
import { all } from "../../store/load.js";
import { me } from "../../store/session.js";
import { toast } from "../../store/toasts.js";
import { askReason, Dialog, open } from "../../ui/dialog.js";
import { Icon } from "../../ui/icon.js";
import { Avatar, Bones, ChannelIcon, Empty, Failed, Intent, When } from "../../ui/parts.js";

/** Read at once, and with each "Show more". */
const STEP = 20;
/** As many as one request takes. */
const TOGETHER = 50;

/** @typedef {{ detail: ApprovalDetail, row: Conversation }} Read */

/** @param {string} id @returns {Promise<Read>} */
async function read(id) {
  /** @type {ApprovalDetail} */
  const detail = await api(`/approvals/${id}`);
  return { detail, row: /** @type {Conversation} */ (await api(`/conversations/${detail.approval.conversation_id}`)) };
}

/** Which text was read: a draft that says something else is another one. @param {Read} one */
const textOf = ({ detail, row }) => `${detail.draft.version} ${detail.draft.content_sha256} ${row.revision}`;

/** Why a draft can not be answered here; empty when it can. @param {Approval} approval */
function kept(approval) {
  const mine = me.value && me.value !== "unknown" ? me.value.name : null;
  if (approval.claimed_by && approval.claimed_by !== mine && Date.parse(approval.claimed_until || "") > serverNow()) return `${approval.claimed_by} has this in hand`;
  if (mine && approval.yes.some((yes) => yes.by === mine)) return "Your yes is given; a second person is needed";
  return "";
}

export function Several() {
  const [queue, setQueue] = useState(/** @type {Approval[] | null} */ (null));
  const [found, setFound] = useState(/** @type {Map<string, Read>} */ (new Map()));
  const [shown, setShown] = useState(STEP);
  const [intent, setIntent] = useState("");
  /** What is chosen, and the text that was read when it was. */
  const [chosen, setChosen] = useState(/** @type {Map<string, string>} */ (new Map()));
  const [told, setTold] = useState(/** @type {Map<string, string>} */ (new Map()));
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));

  const readQueue = async () => {
    try {
      /** @type {Approval[]} */
      const asked = await all("/approvals", { state: "pending" });
      setQueue(asked.sort((a, b) => (a.expires_at || "~").localeCompare(b.expires_at || "~") || a.created_at.localeCompare(b.created_at)));
      setProblem(null);
    } catch (error) {
      setProblem(error);
    }
  };
  const readThese = async (/** @type {string[]} */ ids) => {
    const answers = await Promise.all(ids.map((id) => read(id).catch(() => null)));
    setFound((before) => new Map([...before, ...answers.flatMap((one) => (one ? [/** @type {[string, Read]} */ ([one.detail.approval.id, one])] : []))]));
  };
  useEffect(() => void readQueue(), []);
  const first = (queue || []).slice(0, shown);
  const missing = first.filter((one) => !found.has(one.id)).map((one) => one.id);
  useEffect(() => {
    if (missing.length) void readThese(missing);
  }, [missing.join()]);
  useEffect(() => listen((event) => {
    if (event.type === "reset" || event.type.startsWith("approval.")) void readQueue();
    // What is shown of this conversation may be another text by now.
    const concerned = first.filter((one) => event.type === "reset" || one.conversation_id === event.conversation_id);
    if (concerned.length && /^(reset|approval|draft|message)/.test(event.type)) void readThese(concerned.map((one) => one.id));
  }), [first.map((one) => one.id).join()]);

  if (problem && !queue) return html`<${Failed} error=${problem} again=${readQueue} />`;
  if (!queue) return html`<${Bones} lines=${12} label="Loading drafts" />`;
  const there = first.flatMap((one) => found.get(one.id) || []);
  const intents = [...new Set(there.map((one) => one.detail.message.intent?.label || ""))].sort();
  const visible = there.filter((one) => !intent || (one.detail.message.intent?.label || "none") === intent);
  const ready = visible.filter((one) => !kept(one.detail.approval));
  const picked = there.filter((one) => chosen.get(one.detail.approval.id) === textOf(one) && !kept(one.detail.approval));
  const choose = (/** @type {Read[]} */ these, /** @type {boolean} */ on) => {
    const next = new Map(chosen);
    for (const one of these) {
      if (on) next.set(one.detail.approval.id, textOf(one));
      else next.delete(one.detail.approval.id);
    }
    setChosen(next);
  };

  /** @param {object} what @param {string} word @param {string} act */
  const answer = async (what, word, act) => {
    const these = picked;
    const why = new Map(told);
    let done = 0;
    for (let at = 0; at < these.length; at += TOGETHER) {
      const items = these.slice(at, at + TOGETHER).map(({ detail, row }) => ({ id: detail.approval.id, draft_version: detail.draft.version, content_sha256: detail.draft.content_sha256, conversation_revision: row.revision }));
      const results = /** @type {BulkAnsweredAll} */ (await post("/approvals/bulk", { items, what }, `${act}-${at}`));
      for (const one of results.data) {
        if (one.done) done += 1;
        if (one.done && one.state === "pending") why.set(one.id, "Your yes is kept. The policy asks for a second person.");
        else if (one.done) why.delete(one.id);
        else why.set(one.id, one.state && one.state !== "pending" ? `Already ${one.state}` : one.code === "stale_context" ? "There is a new message. Read it, then decide again." : one.code === "draft_changed" ? "The text changed since you read it." : plain(one.code));
      }
    }
    setTold(why);
    setChosen(new Map());
    toast(`${several(done, "draft")} ${word}${done < these.length ? `, ${these.length - done} not: each says why` : ""}`, done < these.length ? { tone: "bad" } : {});
    await readQueue();
    await readThese(first.map((one) => one.id).filter((id) => these.some((one) => one.detail.approval.id === id)));
  };
  const approve = () => open((close) => html`<${Sure} these=${picked} close=${close} run=${(/** @type {string} */ act) => answer({ action: "approve" }, "approved", act)} />`);
  const reject = () => askReason({
    title: `Reject ${several(picked.length, "draft")}`, about: "None of them is sent. Each conversation waits for a person.",
    examples: ["Wrong answer", "Wrong tone", "A person should write"], yes: `Reject ${picked.length}`, tone: "stop",
    run: (reason, act) => answer({ action: "reject", reason }, "rejected", act),
  });

  return html`<div class="several">
    <div class="several-head row wrap"><p class="muted small grow">${queue.length ? html`${several(queue.length, "draft")} ${queue.length === 1 ? "waits" : "wait"}, the most urgent first. Choose those that may leave exactly as they stand.` : ""}</p>
      ${intents.length > 1 ? html`<label class="small muted" for="several-intent">About</label><select class="select fit" id="several-intent" value=${intent} onChange=${(/** @type {any} */ event) => setIntent(event.currentTarget.value)}><option value="">Anything</option>${intents.map((name) => html`<option value=${name || "none"} key=${name}>${plain(name) || "Not known"} (${there.filter((one) => (one.detail.message.intent?.label || "") === name).length})</option>`)}</select>` : null}
      ${ready.length ? html`<button class="button little" onClick=${() => choose(ready, picked.length < ready.length)}>${picked.length < ready.length ? `Choose all ${ready.length} shown` : "Choose none"}</button>` : null}</div>
    <div class="several-list" tabindex="0" role="region" aria-label="Drafts to choose from">
      ${visible.map((one) => html`<${Line} key=${one.detail.approval.id} one=${one} isChosen=${picked.includes(one)} wasChosen=${chosen.has(one.detail.approval.id) && !picked.includes(one)} told=${told.get(one.detail.approval.id)} choose=${(/** @type {boolean} */ on) => choose([one], on)} />`)}
      ${missing.length ? html`<${Bones} lines=${6} label="Loading drafts" />` : null}
      ${queue.length > shown ? html`<p class="center"><button class="button" onClick=${() => setShown(shown + STEP)}>Show ${Math.min(STEP, queue.length - shown)} more</button></p>` : null}
      ${!queue.length ? html`<${Empty} icon="approve" title="Nothing waits for you"><p>New drafts appear here by themselves.</p><a class="button" href="/inbox">Go to the inbox</a><//>` : null}
    </div>
    ${queue.length ? html`<div class="several-foot row"><span class="grow strong" role="status">${picked.length ? `${picked.length} chosen` : "None chosen"}</span>
      <button class="button danger" disabled=${!picked.length} onClick=${reject}>Reject…</button>
      <button class="button primary" disabled=${!picked.length} onClick=${approve}><${Icon} name="check" />Approve ${picked.length || ""}…</button></div>` : null}
  </div>`;
}

/** @param {{ one: Read, isChosen: boolean, wasChosen: boolean, told?: string, choose: (on: boolean) => void }} props `wasChosen`: but its text is another one now. */
function Line({ one, isChosen, wasChosen, told, choose }) {
  minute.value;
  const { approval, draft, decision, message } = one.detail;
  const why = kept(approval);
  const left = approval.expires_at ? Date.parse(approval.expires_at) - minute.value : null;
  const name = nameOf(one.row.contact);
  const id = `choose-${approval.id}`;
  return html`<article class="several-line ${isChosen ? "chosen" : ""}" aria-label=${`Draft for ${name}`}>
    <div class="said"><header class="row"><${Avatar} name=${name} small /><span class="strong cut">${name}${one.row.contact.company ? html`<span class="muted"> · ${one.row.contact.company}</span>` : null}</span><span class="muted"><${ChannelIcon} kind=${one.row.channel} size=${13} /></span><span class="grow"></span><span class="muted small nums"><${When} at=${message.created_at} how="ago" /></span></header>
      ${message.subject ? html`<p class="small strong">${message.subject}</p>` : null}
      <div class="pre text">${message.body_text}</div>
      <div class="row wrap"><${Intent} intent=${message.intent} /><a class="small" href=${`/approvals/${approval.id}`}>Open</a></div></div>
    <div class="reply"><header class="row wrap"><label class="check strong" for=${id}><input type="checkbox" id=${id} checked=${isChosen} disabled=${Boolean(why)} onChange=${(/** @type {any} */ event) => choose(event.currentTarget.checked)} />Reply to ${approval.to}</label><span class="grow"></span>
        ${left !== null ? html`<span class="small nums ${left < 7200000 ? "chip warn" : "muted"}">${span(left)} left</span>` : null}</header>
      ${draft.subject ? html`<p class="small"><span class="muted">Subject</span> ${draft.subject}</p>` : null}
      <div class="pre text">${draft.body_text}</div>
      ${draft.attachments?.length ? html`<p class="small row"><${Icon} name="attach" size=${13} />${several(draft.attachments.length, "file")}</p>` : null}
      <p class="small muted">${decision ? html`Asked by <strong>${plain(decision.rule)}</strong> <a class="mono" href=${ruleAddress(decision.file, decision.line)}>${decision.file}:${decision.line}</a>` : "Asked for by a program"}${approval.people > 1 ? ` · ${approval.yes.length} of ${approval.people} people` : ""}</p>
      ${why ? html`<p class="banner"><${Icon} name="person" /><span>${why}</span></p>` : told ? html`<p class="banner bad" role="alert"><${Icon} name="alert" /><span>${told}</span></p>` : wasChosen ? html`<p class="banner warn" role="status"><${Icon} name="alert" /><span>This changed after you chose it. Read it again, then choose it.</span></p>` : null}</div></article>`;
}

/** @param {{ these: Read[], close: () => void, run: (act: string) => Promise<unknown> }} props */
function Sure({ these, close, run }) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [act, setAct] = useState(newAct);
  const yes = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await run(act);
      close();
    } catch (error) {
      setWrong(said(error));
      setBusy(false);
      if (error instanceof Refused) setAct(newAct());
    }
  };
  return html`<${Dialog} title=${`Approve ${several(these.length, "reply", "replies")}?`} close=${close}><form onSubmit=${yes}><div class="content">
      <p class="muted">Each leaves as it stands on the page, unless something changed meanwhile: then it stays and says why.</p>
      <ul class="several-names">${these.map(({ detail, row }) => html`<li class="row" key=${detail.approval.id}><${ChannelIcon} kind=${row.channel} size=${13} /><span class="strong cut">${nameOf(row.contact)}</span><span class="muted small cut">${detail.approval.to}</span></li>`)}</ul>
      ${wrong ? html`<p class="banner bad" role="alert">${wrong}</p>` : null}</div>
    <div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary" disabled=${busy} autofocus>Approve ${these.length}</button></div></form><//>`;
}
