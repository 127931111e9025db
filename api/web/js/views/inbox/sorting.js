// To whom a conversation is given, and its tags.
import { html, useState } from "../../../vendor/ui.js";
import { api, post } from "../../core/api.js";
import { all, useLoaded } from "../../store/load.js";
import { can, me } from "../../store/session.js";
import { changed } from "../../store/thread.js";
import { failed } from "../../store/toasts.js";
import { Icon } from "../../ui/icon.js";

/** @param {{ row: Conversation }} props */
export function Sorting({ row }) {
  const load = useLoaded(async () => ({ users: /** @type {Page<User>} */ (await api("/users", { query: { limit: 100 } })).data, tags: /** @type {Page<Tag>} */ (await api("/tags", { query: { limit: 100 } })).data, teams: /** @type {Team[]} */ (can("assign_conversation_team") ? await all("/teams") : []) }), []);
  const [name, setName] = useState("");
  const known = load.value.value;
  if (!known) return null;
  const mine = me.value && me.value !== "unknown" ? me.value.id : null;
  const tags = /** @type {Tag[]} */ (row.tags || []);
  const assign = (/** @type {any} */ event) => post(`/conversations/${row.id}/assign`, { user_id: event.currentTarget.value || null }).then((/** @type {any} */ now) => changed(now), failed);
  const team = known.teams.find((one) => one.name === row.team);
  const giveTeam = (/** @type {any} */ event) => post(`/conversations/${row.id}/assign-team`, { team_id: event.currentTarget.value || null }).then((/** @type {any} */ now) => changed(now), failed);
  const set = (/** @type {string[]} */ ids) => api(`/conversations/${row.id}/tags`, { method: "PUT", body: { tag_ids: ids } }).then(changed, failed);
  const add = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const wanted = name.trim();
    if (!wanted) return;
    try {
      const tag = known.tags.find((one) => one.name.toLowerCase() === wanted.toLowerCase()) || /** @type {Tag} */ (await post("/tags", { name: wanted }));
      setName("");
      await set([...new Set([...tags.map((one) => one.id), tag.id])]);
      await load.again();
    } catch (error) {
      failed(error);
    }
  };
  return html`<div class="stack tight"><label class="small muted" for="assignee">Given to</label>
      <select class="select" id="assignee" value=${row.assignee?.id || ""} disabled=${!can("assign_conversation")} onChange=${assign}><option value="">Nobody</option>${known.users.filter((user) => !user.disabled || user.id === row.assignee?.id).map((user) => html`<option value=${user.id} key=${user.id}>${user.name}${user.id === mine ? " (you)" : ""}</option>`)}</select></div>
    ${known.teams.length ? html`<div class="stack tight"><label class="small muted" for="team">Team</label>
      <select class="select" id="team" value=${team?.id || (row.team ? "other" : "")} onChange=${giveTeam}><option value="">No team</option>${row.team && !team ? html`<option value="other" disabled>${row.team}</option>` : null}${known.teams.map((one) => html`<option value=${one.id} key=${one.id}>${one.name}</option>`)}</select></div>` : null}
    <div class="stack tight"><span class="small muted">Tags</span><div class="row wrap">${tags.map((tag) => html`<span class="chip" key=${tag.id}><a href=${`/inbox?tag=${tag.id}`}>${tag.name}</a>${can("set_conversation_tags") ? html`<button class="chip-end" aria-label=${`Remove the tag ${tag.name}`} onClick=${() => set(tags.filter((one) => one !== tag).map((one) => one.id))}><${Icon} name="close" size=${11} /></button>` : null}</span>`)}</div>
      ${can("set_conversation_tags") ? html`<form onSubmit=${add}><label class="unseen" for="new-tag">Add a tag</label><input class="input" id="new-tag" list="known-tags" placeholder="Add a tag" value=${name} onInput=${(/** @type {any} */ event) => setName(event.currentTarget.value)} onKeyDown=${(/** @type {any} */ event) => event.key === "Escape" && event.currentTarget.blur()} /><datalist id="known-tags">${known.tags.map((tag) => html`<option value=${tag.name} key=${tag.id}></option>`)}</datalist></form>` : null}</div>`;
}
