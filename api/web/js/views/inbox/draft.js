// A draft where it would appear: what decided that it waits, and what a person may do about it.
import { html, useEffect, useRef, useState } from "../../../vendor/ui.js";
import { api, newAct, post, Refused, said, serverNow, tagOf } from "../../core/api.js";
import { wordDiff } from "../../core/diff.js";
import { useKeys } from "../../core/keys.js";
import { ruleAddress } from "../../core/router.js";
import { moment, span } from "../../core/time.js";
import { DRAFT_STATUSES, OUTCOMES, plain } from "../../core/words.js";
import { save, saved } from "../../core/saved.js";
import { can, may, me } from "../../store/session.js";
import { jobs, readAll, takeBack } from "../../store/thread.js";
import { failed, toast } from "../../store/toasts.js";
import { askReason } from "../../ui/dialog.js";
import { Icon } from "../../ui/icon.js";
import { Avatar, Diff } from "../../ui/parts.js";
import { compose } from "./compose.js";
import { useCountdown } from "./countdown.js";

/**
 * @param {{ draft: Draft, approval?: Approval, row: Conversation, keys?: boolean, done?: () => void }} props
 *   `keys`: this is the draft that the shortcuts are about. `done`: it was decided.
 */
export function DraftCard({ draft, approval, row, keys, done }) {
  if (draft.author_kind === "rep") return html`<${OwnReply} draft=${draft} />`;
  return html`<${AiDraft} draft=${draft} approval=${approval} row=${row} keys=${keys} done=${done} />`;
}

/** A reply of a person that has not left yet. @param {{ draft: Draft }} props */
function OwnReply({ draft }) {
  const job = jobs.value.get(draft.id);
  const left = useCountdown(job?.next_at || null);
  useKeys(left !== null ? { z: () => void takeBack(draft) } : {});
  return html`<article class="draft own" aria-label="Your reply, not sent yet">
    <header class="row wrap"><${Avatar} name=${draft.author_name || "You"} kind="rep" small /><span class="strong">${draft.author_name || "Rep"}</span><span class="chip accent"><${Icon} name="clock" size=${11} />${DRAFT_STATUSES[draft.status] || plain(draft.status)}</span>
      <span class="muted small grow">${left === null ? "On its way" : left > 90000 ? `Leaves ${moment(job?.next_at || "")}` : `Leaves in ${Math.ceil(left / 1000)} s`}</span>
      ${left !== null ? html`<button class="button little" onClick=${() => takeBack(draft)}><${Icon} name="undo" size=${13} />Undo send<kbd>z</kbd></button>` : null}</header>
    <div class="pre text">${draft.body_text}</div></article>`;
}

/** @param {{ draft: Draft, approval?: Approval, row: Conversation, keys?: boolean, done?: () => void }} props */
function AiDraft({ draft, approval, row, keys, done }) {
  const [text, setText] = useState(draft.body_text);
  const [base, setBase] = useState(draft);
  const [editing, setEditing] = useState(false);
  const [showDiff, setShowDiff] = useState(false);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [versions, setVersions] = useState(/** @type {DraftVersion[]} */ ([]));
  const act = useRef(newAct());
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const edited = text !== base.body_text;
  const conflict = edited && base.version !== draft.version;
  const original = versions.find((one) => one.version === 1)?.body_text ?? (draft.version === 1 ? draft.body_text : null);

  useEffect(() => {
    const kept = saved(`draft.${draft.id}`);
    if (kept && kept.text !== draft.body_text) {
      setText(kept.text);
      setEditing(true);
    }
  }, [draft.id]);
  useEffect(() => {
    // Another version from the server: taken when nothing is being written here, told when something is.
    if (!edited) {
      setBase(draft);
      setText(draft.body_text);
    }
    if (draft.version > 1) api(`/drafts/${draft.id}/versions`).then((page) => setVersions(page.data), () => undefined);
  }, [draft.version, draft.content_sha256]);

  const write = (/** @type {string} */ next) => {
    setText(next);
    save(`draft.${draft.id}`, next === base.body_text ? null : { text: next });
  };
  const attempt = async (/** @type {() => Promise<unknown>} */ run, /** @type {string} */ words, decides = false) => {
    setBusy(true);
    setWrong("");
    try {
      await run();
      save(`draft.${draft.id}`, null);
      toast(words);
      act.current = newAct();
      setEditing(false);
      if (decides) done?.();
      void readAll();
    } catch (error) {
      // What is over leaves the thread with its card: then the words must stand elsewhere.
      if (error instanceof Refused && error.code === "already_decided") toast(explain(error), { tone: "bad" });
      else setWrong(explain(error));
      act.current = newAct();
      void readAll();
    }
    setBusy(false);
  };
  const approve = () => {
    if (!approval || busy || conflict || !text.trim()) return;
    const body = { draft_version: base.version, content_sha256: base.content_sha256, conversation_revision: row.revision, ...(edited ? { edit: { body_text: text, subject: base.subject } } : {}) };
    void attempt(async () => {
      const answer = /** @type {Approval} */ (await post(`/approvals/${approval.id}/approve`, body, act.current));
      if (answer.state === "pending") throw new Error("Your yes is kept. The policy asks for a second person, who must approve the same text.");
    }, edited ? "Approved with your changes. It is on its way." : "Approved. It is on its way.", true);
  };
  const reject = () => approval && askReason({
    title: "Reject this draft",
    about: "Nothing is sent. The conversation waits for a person.",
    examples: ["Wrong answer", "Wrong tone", "Not the right moment", "A person should write"],
    yes: "Reject draft",
    tone: "stop",
    run: async (reason, name) => {
      await post(`/approvals/${approval.id}/reject`, { reason }, name);
      save(`draft.${draft.id}`, null);
      toast("Rejected. Nothing was sent.");
      done?.();
      void readAll();
    },
  });
  const regenerate = () => askReason({
    title: "Write it anew",
    label: "What should be different? (optional)",
    optional: true,
    about: "The AI drafts once more; the policy decides about the new text again. A drafter that works from templates gives the same text.",
    yes: "Regenerate",
    run: async (instruction, name) => {
      await post(`/drafts/${draft.id}/regenerate`, { instruction: instruction || null }, name);
      save(`draft.${draft.id}`, null);
      toast("The AI is writing it anew");
      void readAll();
    },
  });
  const throwAway = () => attempt(() => api(`/drafts/${draft.id}`, { method: "DELETE", match: tagOf(draft.version), act: act.current }), "Thrown away. Nothing was sent.", true);
  const stored = (/** @type {Draft} */ now) => {
    setBase(now);
    setText(now.body_text);
  };
  const restore = () => attempt(async () => stored(await post(`/drafts/${draft.id}/restore`, undefined, act.current)), "The AI's own text is back");
  const saveEdit = () => attempt(async () => stored(await post(`/drafts/${draft.id}/edit`, { draft_version: base.version, content_sha256: base.content_sha256, edit: { body_text: text, subject: base.subject } }, act.current)), "Saved. It still waits for approval.");
  const edit = () => {
    setEditing(true);
    setTimeout(() => area.current?.focus());
    // So that two people do not write into the same draft; when somebody else has it, the card says so.
    if (approval && !approval.claimed_by) post(`/approvals/${approval.id}/claim`, {}).then(() => readAll(), () => undefined);
  };
  const claimedByOther = approval?.claimed_by && (me.value === "unknown" || !me.value?.name || approval.claimed_by !== me.value.name) && Date.parse(approval.claimed_until || "") > serverNow();
  // In the queue, e edits; in a conversation it closes it.
  useKeys(keys && approval ? { a: approve, x: reject, d: () => setShowDiff(!showDiff), ...(done && may("approver") ? { e: edit } : {}) } : {});
  const sendKeys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      approve();
    } else if (event.key === "Escape") {
      event.preventDefault();
      area.current?.blur();
    }
  };
  const compared = edited ? base.body_text : original !== null && original !== draft.body_text ? original : null;
  return html`<article class="draft ai" aria-label="AI draft, not sent">
    <header class="row wrap"><${Avatar} name="AI" kind="ai" small /><span class="strong">AI draft</span>
      <span class="chip ${draft.status === "pending_approval" ? "warn" : "accent"}">${DRAFT_STATUSES[draft.status] || plain(draft.status)}</span>
      ${edited || draft.version > 1 ? html`<span class="chip"><${Icon} name="edit" size=${11} />Edited${!edited && versions.length ? ` by ${versions[versions.length - 1].author}` : ""}</span>` : null}
      <span class="grow"></span><${Timing} draft=${draft} approval=${approval} /></header>
    <${Decided} draft=${draft} approval=${approval} />
    ${conflict ? html`<div class="banner warn"><${Icon} name="alert" /><div class="grow"><strong>${versions[versions.length - 1]?.author || "Somebody"} changed this draft while you were writing.</strong>
        <${Diff} pieces=${wordDiff(text, draft.body_text)} />
        <div class="row"><button class="button little" onClick=${() => setBase(draft)}>Keep mine</button><button class="button little" onClick=${() => { setBase(draft); write(draft.body_text); setText(draft.body_text); }}>Take theirs</button></div></div></div>` : null}
    ${claimedByOther ? html`<div class="banner"><${Icon} name="person" /><span class="grow">${approval?.claimed_by} has this in hand until ${moment(approval?.claimed_until || "")}.</span>
        <button class="link" onClick=${() => approval && post(`/approvals/${approval.id}/release`).then(readAll, failed)}>Let it go</button></div>` : null}
    ${draft.subject ? html`<p class="small"><span class="muted">Subject</span> ${draft.subject}</p>` : null}
    ${showDiff && compared !== null ? html`<div class="text"><${Diff} pieces=${wordDiff(compared, text)} /></div>`
      : editing ? html`<label class="unseen" for="edit-${draft.id}">Text of the draft</label><textarea class="area text" id="edit-${draft.id}" ref=${area} rows=${Math.min(16, text.split("\n").length + 2)} value=${text} onInput=${(/** @type {any} */ event) => write(event.currentTarget.value)} onKeyDown=${sendKeys}></textarea>`
      : html`<div class="pre text">${text}</div>`}
    ${wrong ? html`<div class="banner bad" role="alert"><${Icon} name="alert" /><span>${wrong}</span></div>` : null}
    <footer class="row wrap">
      ${approval && may("approver") ? html`<button class="button primary" disabled=${busy || conflict || !text.trim()} onClick=${approve}><${Icon} name="check" />${edited ? "Approve (edited)" : "Approve & send"}<kbd>a</kbd></button>
        ${editing ? null : html`<button class="button" onClick=${edit}><${Icon} name="edit" />Edit${done ? html`<kbd>e</kbd>` : null}</button>`}
        <button class="button danger" disabled=${busy} onClick=${reject}>Reject<kbd>x</kbd></button>` : null}
      ${editing && edited && draft.status === "pending_approval" ? html`<button class="button" disabled=${busy || conflict} onClick=${saveEdit}>Save without sending</button>` : null}
      ${editing && edited ? html`<button class="button plain" onClick=${() => { write(base.body_text); setEditing(false); }}><${Icon} name="undo" />Undo my changes</button>` : null}
      ${!edited && original !== null && original !== draft.body_text ? html`<button class="button plain" disabled=${busy} onClick=${restore}><${Icon} name="undo" />Restore original</button>` : null}
      ${compared !== null ? html`<button class="button plain" aria-pressed=${showDiff} onClick=${() => setShowDiff(!showDiff)}>${showDiff ? "Hide changes" : "Show changes"}<kbd>d</kbd></button>` : null}
      ${draft.status === "pending_approval" && may("closer") ? html`<button class="button plain" disabled=${busy} onClick=${regenerate}><${Icon} name="redo" />Regenerate</button>` : null}
      ${draft.status === "pending_approval" && can("discard_draft") ? html`<button class="button plain" disabled=${busy} onClick=${throwAway}><${Icon} name="close" />Throw away</button>` : null}
      ${draft.status === "scheduled" && may("closer") ? html`<button class="button" onClick=${() => takeBack(draft)}><${Icon} name="undo" />Stop it</button>` : null}
      ${may("closer") ? html`<button class="button plain" onClick=${() => compose("reply", text, draft.subject)}>Use as my reply</button>` : null}
    </footer></article>`;
}

/** @param {unknown} error */
function explain(error) {
  if (!(error instanceof Refused)) return said(error);
  if (error.code === "already_decided") return error.decided?.by ? `${error.decided.by} was first: ${error.decided.state}. Nothing was sent twice.` : error.message;
  if (error.code === "stale_context") return "There is a new message in this conversation. Read it, then decide again.";
  if (error.code === "draft_changed") return "The text changed since you read it. Look at the new one, then decide again.";
  return error.message;
}

/** Until when it waits, or when it leaves. @param {{ draft: Draft, approval?: Approval }} props */
function Timing({ draft, approval }) {
  const job = jobs.value.get(draft.id);
  const left = useCountdown(approval ? approval.expires_at : job?.next_at || null);
  if (left === null) return null;
  if (approval) return html`<span class="small ${left < 3600000 ? "strong" : "muted"}">Expires in ${span(left)}, then ${approval.expire_to === "off" ? "nothing is sent" : "a person is called"}</span>`;
  return html`<span class="small muted">${job?.state === "held" ? "Looked at again" : "Leaves"} ${left > 90000 ? moment(job?.next_at || "") : `in ${Math.ceil(left / 1000)} s`}</span>`;
}

/** Which rule decided, and where it stands. @param {{ draft: Draft, approval?: Approval }} props */
export function Decided({ draft, approval }) {
  const [decided, setDecided] = useState(/** @type {{ outcome: string, rule: string, file: string, line: number, because?: string | null } | null} */ (null));
  useEffect(() => {
    let gone = false;
    const read = approval
      ? api(`/approvals/${approval.id}`).then((/** @type {ApprovalDetail} */ detail) => detail.decision && { ...detail.decision, because: detail.deciding[0]?.because })
      : api(`/messages/${draft.message_id}/decisions`).then((/** @type {Page<DecisionSummary>} */ page) => page.data.filter((one) => one.draft_id === draft.id).sort((a, b) => b.decided_at.localeCompare(a.decided_at))[0] || null);
    read.then((found) => !gone && setDecided(found), () => undefined);
    return () => {
      gone = true;
    };
  }, [draft.id, draft.status, approval?.id]);
  if (!decided) return html`<div class="decided"></div>`;
  return html`<div class="decided"><${Icon} name="policy" size=${14} /><span><strong>${OUTCOMES[decided.outcome] || plain(decided.outcome)}</strong> by <em>${decided.rule}</em>${decided.because ? `: ${decided.because}` : ""}</span>
    <a class="mono small" href=${ruleAddress(decided.file, decided.line)}>${decided.file}:${decided.line}</a></div>`;
}
