// Teams: who is in which. A policy routes to a team by its name, and people give conversations to one.
import { html, useState } from "../../vendor/ui.js";
import { api, post, tagOf } from "../core/api.js";
import { several } from "../core/words.js";
import { all, useLoaded } from "../store/load.js";
import { can } from "../store/session.js";
import { toast } from "../store/toasts.js";
import { askReason, Dialog, open } from "../ui/dialog.js";
import { said } from "../core/api.js";
import { Icon } from "../ui/icon.js";
import { Field, Loading } from "../ui/parts.js";

export function Teams() {
  const load = useLoaded(() => /** @type {Promise<Team[]>} */ (all("/teams")), [], (event) => event.type.startsWith("team."));
  const add = () => open((close) => html`<${Edit} team=${null} close=${close} done=${load.again} />`);
  return html`<section class="section"><div class="row"><h2 class="grow">Teams</h2>${can("make_team") ? html`<button class="button" onClick=${add}><${Icon} name="plus" />New team</button>` : null}</div>
    <${Loading} load=${load} lines=${3}>${(/** @type {Team[]} */ teams) => teams.length ? html`<div class="box scroll-x"><table class="table"><thead><tr><th>Team</th><th>People</th><th><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${teams.map((team) => html`<${Row} key=${team.id} team=${team} again=${load.again} />`)}</tbody></table></div>`
      : html`<p class="muted">No team yet. What a policy routes with <code>team sales</code> stands in the inbox of the team <code>sales</code>.</p>`}<//></section>`;
}

/** @param {{ team: Team, again: () => Promise<void> }} props */
function Row({ team, again }) {
  const edit = () => open((close) => html`<${Edit} team=${team} close=${close} done=${again} />`);
  const drop = () => askReason({
    title: `Delete the team ${team.name}`, bare: true, yes: "Delete team", tone: "stop",
    about: "Conversations keep its name until somebody gives them to another. A policy that routes to it still does.",
    run: (_reason, act) => api(`/teams/${team.id}`, { method: "DELETE", match: tagOf(team.version), act }).then(again),
  });
  return html`<tr><td><a class="strong" href=${`/inbox?team=${encodeURIComponent(team.name)}`}>${team.name}</a></td><td>${team.members.length ? team.members.map((one) => one.name).join(", ") : html`<span class="muted">Nobody</span>`}</td>
    <td class="end">${can("change_team") ? html`<button class="button little" onClick=${edit}>Change…</button> <button class="button little danger" onClick=${drop}>Delete…</button>` : null}</td></tr>`;
}

/** @param {{ team: Team | null, close: () => void, done: () => Promise<void> }} props */
function Edit({ team, close, done }) {
  const users = useLoaded(() => /** @type {Promise<User[]>} */ (all("/users")), []);
  const [name, setName] = useState(team?.name || "");
  const [inside, setInside] = useState(new Set((team?.members || []).map((one) => one.id)));
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const toggle = (/** @type {string} */ id) => {
    const next = new Set(inside);
    if (!next.delete(id)) next.add(id);
    setInside(next);
  };
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const wanted = name.trim();
      let now = team || /** @type {Team} */ (await post("/teams", { name: wanted }));
      if (now.name !== wanted) now = await api(`/teams/${now.id}`, { method: "PATCH", body: { name: wanted }, match: tagOf(now.version) });
      const before = new Set(now.members.map((one) => one.id));
      if (before.size !== inside.size || [...inside].some((id) => !before.has(id))) await api(`/teams/${now.id}/members`, { method: "PUT", body: { user_ids: [...inside] }, match: tagOf(now.version) });
      close();
      toast(`${wanted}: ${several(inside.size, "person", "people")}`);
      await done();
    } catch (error) {
      setWrong(said(error));
      setBusy(false);
      void done();
    }
  };
  return html`<${Dialog} title=${team ? `Change ${team.name}` : "New team"} close=${close}><form onSubmit=${save}><div class="content">
      <${Field} id="team-name" label="Name" wrong=${wrong} hint="As the policy writes it: one word or a few, without commas."><input class="input" id="team-name" required maxlength="60" autofocus value=${name} onInput=${(/** @type {any} */ event) => setName(event.currentTarget.value)} /><//>
      <${Loading} load=${users} lines=${4}>${(/** @type {User[]} */ people) => html`<fieldset class="choices"><legend class="small muted">Who is in it</legend>${people.filter((user) => !user.disabled || inside.has(user.id)).map((user) => html`<label class="choice ${inside.has(user.id) ? "at" : ""}" key=${user.id}><input type="checkbox" checked=${inside.has(user.id)} onChange=${() => toggle(user.id)} /><span class="grow">${user.name} <span class="muted small">${user.email}</span></span></label>`)}</fieldset>`}<//></div>
    <div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary" disabled=${busy || !name.trim()}>Save</button></div></form><//>`;
}
