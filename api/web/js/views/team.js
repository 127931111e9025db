// Who works here and with what role, and the keys of programs. A link or a key is shown once, to be handed over.
import { html, useState } from "../../vendor/ui.js";
import { api, post, said } from "../core/api.js";
import { moment } from "../core/time.js";
import { plain, ROLES } from "../core/words.js";
import { useLoaded } from "../store/load.js";
import { can, me } from "../store/session.js";
import { failed, toast } from "../store/toasts.js";
import { askReason, Dialog, open } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { Teams } from "./teams.js";
import { Avatar, Field, Loading, PageHead, When } from "../ui/parts.js";

/** @type {Record<string, string>} */
const WHAT = {
  viewer: "reads everything", closer: "replies, pauses the AI, stops sending", approver: "also decides on drafts of the AI",
  manager: "also channels, policies, webhooks, and letting go after a stop", owner: "everything, people and keys included",
};

/** @type {Record<string, string>} */
const KINDS = { service: "A program: does what its role may", draft_only: "Drafts only: what it writes waits for a person", ai: "An AI: can never approve, publish or release" };

export function Team() {
  const users = useLoaded(() => api("/users", { query: { limit: 100 } }), [], (event) => event.type.startsWith("user."));
  const keys = useLoaded(() => (can("list_keys") ? api("/keys", { query: { limit: 100 } }) : Promise.resolve(null)), [], (event) => event.type.startsWith("key."));
  const add = () => open((close) => html`<${AddUser} close=${close} done=${users.again} />`);
  const makeKey = () => open((close) => html`<${MakeKey} close=${close} done=${keys.again} />`);
  return html`<div class="sheet"><${PageHead} title="Team" about="People who sign in, and programs that use keys.">${can("add_user") ? html`<button class="button primary" onClick=${add}><${Icon} name="plus" />Invite somebody</button>` : null}<//>
    <section class="section"><h2>People</h2><${Loading} load=${users}>${(/** @type {Page<User>} */ page) => html`<div class="box scroll-x"><table class="table stacks"><thead><tr><th>Name</th><th>Role</th><th>Since</th><th><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${page.data.map((user) => html`<${Person} key=${user.id} user=${user} again=${users.again} />`)}</tbody></table></div>`}<//></section>
    ${can("list_teams") ? html`<${Teams} />` : null}
    ${can("list_keys") ? html`<section class="section"><div class="row"><h2 class="grow">API keys</h2><button class="button" onClick=${makeKey}><${Icon} name="key" />New key</button></div>
      <${Loading} load=${keys}>${(/** @type {Page<ApiKey>} */ page) => html`<div class="box scroll-x"><table class="table stacks"><thead><tr><th>Name</th><th>Kind</th><th>Acts as</th><th>Last used</th><th><span class="unseen">Actions</span></th></tr></thead>
        <tbody>${page.data.filter((key) => !key.revoked_at).map((key) => html`<${KeyRow} key=${key.id} one=${key} again=${keys.again} />`)}</tbody></table></div>`}<//></section>` : null}</div>`;
}

/** @param {{ user: User, again: () => Promise<void> }} props */
function Person({ user, again }) {
  const change = (/** @type {object} */ body, /** @type {string} */ words) => api(`/users/${user.id}`, { method: "PATCH", body: { version: user.version, ...body } }).then(() => { toast(words); return again(); }, (error) => { failed(error); return again(); });
  const link = () => post(`/users/${user.id}/password-link`).then((/** @type {any} */ made) => showOnce(`A link for ${user.name}`, made.url, `Good once, until ${moment(made.ends_at)}. With it they choose a password; hand it over by a way you trust.`), failed);
  const isMe = me.value && me.value !== "unknown" && me.value.id === user.id;
  return html`<tr><td><div class="row"><${Avatar} name=${user.name} kind="rep" /><div><p class="strong">${user.name}${isMe ? html` <span class="chip">You</span>` : null}${user.disabled ? html` <span class="chip bad">Disabled</span>` : null}</p><p class="small muted">${user.email}</p></div></div></td>
    <td>${can("change_user") && !isMe ? html`<label class="unseen" for="role-${user.id}">Role of ${user.name}</label><select class="select" id="role-${user.id}" value=${user.role} onChange=${(/** @type {any} */ event) => change({ role: event.currentTarget.value }, "Role changed")}>${Object.entries(ROLES).map(([name, word]) => html`<option value=${name} key=${name}>${word}</option>`)}</select>` : ROLES[user.role]}<p class="small muted below">${WHAT[user.role]}</p></td>
    <td><${When} at=${user.created_at} how="ago" /></td>
    <td class="end">${can("change_user") && !isMe ? html`<button class="button little" onClick=${link}>Password link</button> <button class="button little ${user.disabled ? "" : "danger"}" onClick=${() => change({ disabled: !user.disabled }, user.disabled ? "May sign in again" : "Signed out everywhere")}>${user.disabled ? "Enable" : "Disable"}</button>` : null}</td></tr>`;
}

/** @param {{ one: ApiKey, again: () => Promise<void> }} props */
function KeyRow({ one, again }) {
  const revoke = () => askReason({ title: `Revoke ${one.name}`, bare: true, about: "Whatever uses it is turned away at once.", yes: "Revoke key", tone: "stop", run: (_reason, act) => api(`/keys/${one.id}`, { method: "DELETE", act }).then(again) });
  return html`<tr><td><p class="strong">${one.name}</p><p class="small muted">by ${one.created_by || "the command line"}, <${When} at=${one.created_at} how="ago" /></p></td><td>${plain(one.kind)}${one.role ? ` · ${ROLES[one.role] || one.role}` : ""}</td><td>${one.user_name}</td>
    <td>${one.seen_at ? html`<${When} at=${one.seen_at} how="ago" />` : "Never"}</td><td class="end"><button class="button little danger" onClick=${revoke}>Revoke…</button></td></tr>`;
}

/** @param {string} title @param {string} secret @param {string} about */
function showOnce(title, secret, about) {
  open((close) => html`<${Dialog} title=${title} close=${close}><div class="content"><p class="muted">${about}</p><div class="copy"><code>${secret}</code><button class="button little" onClick=${() => navigator.clipboard.writeText(secret).then(() => toast("Copied"), failed)}>Copy</button></div></div>
    <div class="foot"><button class="button primary" onClick=${close}>I have it</button></div><//>`);
}

/** @param {{ close: () => void, done: () => Promise<void> }} props */
function AddUser({ close, done }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("approver");
  const [wrong, setWrong] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      const made = /** @type {any} */ (await post("/users", { name, email, role }));
      close();
      showOnce(`A link for ${name}`, made.password_link.url, `Good once, until ${moment(made.password_link.ends_at)}. With it they choose a password; hand it over by a way you trust.`);
      await done();
    } catch (error) {
      setWrong(said(error));
    }
  };
  return html`<${Dialog} title="Invite somebody" close=${close}><form onSubmit=${submit}><div class="content">
    <${Field} id="user-name" label="Name"><input class="input" id="user-name" required autofocus value=${name} onInput=${(/** @type {any} */ event) => setName(event.currentTarget.value)} /><//>
    <${Field} id="user-email" label="Email" wrong=${wrong}><input class="input" id="user-email" type="email" required value=${email} onInput=${(/** @type {any} */ event) => setEmail(event.currentTarget.value)} /><//>
    <${Field} id="user-role" label="Role" hint=${WHAT[role]}><select class="select" id="user-role" value=${role} onChange=${(/** @type {any} */ event) => setRole(event.currentTarget.value)}>${Object.entries(ROLES).map(([one, word]) => html`<option value=${one} key=${one}>${word}</option>`)}</select><//>
  </div><div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary">Invite</button></div></form><//>`;
}

/** @param {{ close: () => void, done: () => Promise<void> }} props */
function MakeKey({ close, done }) {
  const [name, setName] = useState("");
  const [kind, setKind] = useState("service");
  const [wrong, setWrong] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      const made = /** @type {any} */ (await post("/keys", { name, kind }));
      close();
      showOnce("The new key", made.secret, "It is shown this once.");
      await done();
    } catch (error) {
      setWrong(said(error));
    }
  };
  return html`<${Dialog} title="New API key" close=${close}><form onSubmit=${submit}><div class="content">
    <${Field} id="key-name" label="What it is for" wrong=${wrong}><input class="input" id="key-name" required autofocus value=${name} onInput=${(/** @type {any} */ event) => setName(event.currentTarget.value)} /><//>
    <${Field} id="key-kind" label="Kind" hint=${KINDS[kind]}><select class="select" id="key-kind" value=${kind} onChange=${(/** @type {any} */ event) => setKind(event.currentTarget.value)}>${Object.keys(KINDS).map((one) => html`<option value=${one} key=${one}>${plain(one)}</option>`)}</select><//>
  </div><div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary">Make key</button></div></form><//>`;
}
