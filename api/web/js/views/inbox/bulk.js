// The same for many conversations: given to somebody, tagged, snoozed, closed, read. Each is done or not by itself.
import { html } from "../../../vendor/ui.js";
import { post } from "../../core/api.js";
import { useKeys } from "../../core/keys.js";
import { localValue } from "../../core/time.js";
import { plain, several } from "../../core/words.js";
import { again, picked, picking, rows } from "../../store/inbox.js";
import { all, useLoaded } from "../../store/load.js";
import { can, me } from "../../store/session.js";
import { failed, toast } from "../../store/toasts.js";
import { askReason } from "../../ui/dialog.js";
import { Icon } from "../../ui/icon.js";

/** As many as one request takes. */
const TOGETHER = 100;

function end() {
  picking.value = false;
  picked.value = new Set();
}

/** @param {object} what @param {string} word What was done. @param {string} [act] */
async function run(what, word, act) {
  const ids = [...picked.value];
  let done = 0;
  /** @type {Set<string>} */
  const why = new Set();
  for (let at = 0; at < ids.length; at += TOGETHER) {
    const results = /** @type {BulkResults} */ (await post("/conversations/bulk", { ids: ids.slice(at, at + TOGETHER), what }, act && `${act}-${at}`));
    done += results.data.filter((one) => one.done).length;
    for (const one of results.data) if (one.code) why.add(plain(one.code));
  }
  toast(`${several(done, "conversation")} ${word}${why.size ? `, ${ids.length - done} not: ${[...why].join(", ")}` : ""}`);
  end();
  await again();
}

const doing = (/** @type {object} */ what, /** @type {string} */ word) => () => void run(what, word).catch(failed);

function snooze() {
  const when = new Date();
  when.setDate(when.getDate() + 1);
  when.setHours(9, 0, 0, 0);
  let until = localValue(when);
  askReason({
    title: `Snooze ${several(picked.value.size, "conversation")}`, bare: true, yes: "Snooze",
    about: "Each comes back then, or as soon as the contact writes.",
    more: html`<div class="field"><label for="bulk-until">Until</label><input class="input" id="bulk-until" type="datetime-local" required defaultValue=${until} onInput=${(/** @type {any} */ event) => (until = event.currentTarget.value)} /></div>`,
    run: (_reason, act) => run({ action: "snooze", until: new Date(until).toISOString() }, "snoozed", act),
  });
}

export function Bulk() {
  const load = useLoaded(async () => ({ users: /** @type {User[]} */ (can("list_users") ? await all("/users") : []), tags: /** @type {Tag[]} */ (await all("/tags")) }), []);
  useKeys({ Escape: end });
  const count = picked.value.size;
  const known = load.value.value;
  const mine = me.value && me.value !== "unknown" ? me.value.id : null;
  const chosen = (/** @type {(value: string) => void} */ then) => (/** @type {any} */ event) => {
    const { value } = event.currentTarget;
    event.currentTarget.value = "";
    if (value) then(value);
  };
  const give = chosen((value) => doing({ action: "assign", user_id: value === "nobody" ? null : value }, value === "nobody" ? "given back to everybody" : "given away")());
  const tag = chosen((value) => doing({ action: "tag", tag_id: value }, "tagged")());
  // Always the same height: a row must not move away from under the pointer because the first one was chosen.
  return html`<div class="bulk" role="group" aria-label="Selected conversations">
    <div class="row"><span class="small strong grow" role="status">${count ? `${count} selected` : "Choose conversations"}</span>
      <button class="button little" onClick=${() => (picked.value = new Set(count === rows.value.length ? [] : rows.value.map((row) => row.id)))}>${count && count === rows.value.length ? "None" : "All shown"}</button>
      <button class="button little icon" aria-label="End the selection" onClick=${end}><${Icon} name="close" size=${14} /></button></div>
    <div class="row"><label class="unseen" for="bulk-give">Give to</label><select class="select" id="bulk-give" disabled=${!count} onChange=${give}><option value="">Give…</option><option value="nobody">Nobody</option>${(known?.users || []).filter((user) => !user.disabled).map((user) => html`<option value=${user.id} key=${user.id}>${user.name}${user.id === mine ? " (you)" : ""}</option>`)}</select>
      <label class="unseen" for="bulk-tag">Tag</label><select class="select" id="bulk-tag" disabled=${!count || !known?.tags.length} onChange=${tag}><option value="">Tag…</option>${(known?.tags || []).map((one) => html`<option value=${one.id} key=${one.id}>${one.name}</option>`)}</select>
      <button class="button little" disabled=${!count} onClick=${snooze}>Snooze</button>
      <button class="button little" disabled=${!count} onClick=${doing({ action: "close" }, "closed")}>Close</button>
      <button class="button little" disabled=${!count} onClick=${doing({ action: "read" }, "marked as read")}>Read</button></div>
  </div>`;
}
