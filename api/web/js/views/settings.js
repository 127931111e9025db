// What this browser prefers, and who is signed in.
import { html, useState } from "../../vendor/ui.js";
import { api, key, post, said } from "../core/api.js";
import { forgetAll } from "../core/saved.js";
import { ROLES } from "../core/words.js";
import { prefer, prefs } from "../store/prefs.js";
import { can, me, signOut } from "../store/session.js";
import { useLoaded } from "../store/load.js";
import { failed, toast } from "../store/toasts.js";
import { Field, Loading, PageHead, When } from "../ui/parts.js";
import { changeOwn, own, readOwn } from "../store/own.js";
import { help } from "./help.js";

export function Settings() {
  const now = prefs.value;
  const who = me.value && me.value !== "unknown" ? me.value : null;
  const leave = () => {
    forgetAll();
    signOut().catch(failed);
  };
  // What a browser looks like and which keys it heeds goes along to the next one.
  const choose = (/** @type {{ theme?: any, shortcuts?: boolean }} */ change) => {
    prefer(change);
    changeOwn(change).catch(failed);
  };
  return html`<div class="sheet"><${PageHead} title="Settings" about="For you. How long a reply can be taken back, and what marks as read, is kept in this browser." />
    <section class="section card"><h2>You</h2><p>${who?.name ? html`<strong>${who.name}</strong> <span class="muted">${who.email || ""}</span>` : key.value ? "Signed in with an API key" : "Signed in"}${who?.role ? html` · ${ROLES[who.role]}` : null}</p>
      <p class="small muted">Signing out forgets what you were writing on this machine.</p><div><button class="button" onClick=${leave}>Sign out</button></div></section>
    ${can("change_me") ? html`<${Own} />` : null}
    ${can("change_password") && !key.value ? html`<${Password} /><${Sessions} />` : null}
    <section class="section card"><h2>Look</h2><${Field} id="theme" label="Theme"><select class="select" id="theme" value=${now.theme} onChange=${(/** @type {any} */ event) => choose({ theme: event.currentTarget.value })}><option value="auto">As the system</option><option value="light">Light</option><option value="dark">Dark</option></select><//></section>
    <section class="section card"><h2>Writing</h2><${Field} id="undo" label="Undo send" hint="How long the server waits before a reply of yours leaves. A chat never waits: somebody sits there."><select class="select" id="undo" value=${String(now.undoSeconds)} onChange=${(/** @type {any} */ event) => prefer({ undoSeconds: Number(event.currentTarget.value) })}>
        ${[0, 5, 10, 20, 60].map((seconds) => html`<option value=${String(seconds)} key=${seconds}>${seconds ? `${seconds} seconds` : "Off"}</option>`)}</select><//>
      <label class="check"><input type="checkbox" checked=${now.markRead} onChange=${(/** @type {any} */ event) => prefer({ markRead: event.currentTarget.checked })} />Mark a conversation as read when I open it</label></section>
    <section class="section card"><h2>Keyboard</h2><label class="check"><input type="checkbox" checked=${now.shortcuts} onChange=${(/** @type {any} */ event) => choose({ shortcuts: event.currentTarget.checked })} />Shortcuts of a single letter</label><div><button class="button" onClick=${help}>Show all shortcuts</button></div></section></div>`;
}

/** Name and signature, which the server keeps. */
function Own() {
  const load = useLoaded(readOwn, []);
  return html`<section class="section card"><h2>Name and signature</h2><${Loading} load=${load} lines=${3}>${(/** @type {OwnSettings} */ now) => html`<${OwnForm} now=${now} />`}<//></section>`;
}

/** @param {{ now: OwnSettings }} props */
function OwnForm({ now }) {
  const [name, setName] = useState(now.name);
  const [signature, setSignature] = useState(now.signature);
  const [wrong, setWrong] = useState("");
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      await changeOwn({ name: name.trim(), signature });
      if (me.value && me.value !== "unknown" && own.value) me.value = { ...me.value, name: own.value.name };
      setWrong("");
      toast("Saved");
    } catch (error) {
      setWrong(said(error));
    }
  };
  return html`<form class="stack" onSubmit=${save}>
    <${Field} id="own-name" label="Name" wrong=${wrong} hint="As colleagues see it, and whoever gets your replies."><input class="input" id="own-name" required maxlength="100" autocomplete="name" value=${name} onInput=${(/** @type {any} */ event) => setName(event.currentTarget.value)} /><//>
    <${Field} id="own-signature" label="Signature for mails" hint="A button beside the others puts it below what you write."><textarea class="area" id="own-signature" maxlength="2000" value=${signature} onInput=${(/** @type {any} */ event) => setSignature(event.currentTarget.value)}></textarea><//>
    <div><button class="button">Save</button></div></form>`;
}

function Password() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [wrong, setWrong] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      await post("/session/password", { current, new: next });
      setCurrent("");
      setNext("");
      setWrong("");
      toast("Changed. Everywhere else you are signed out.");
    } catch (error) {
      setWrong(said(error));
    }
  };
  return html`<section class="section card"><h2>Password</h2><form class="stack" onSubmit=${submit}>
    <${Field} id="current" label="The one you have"><input class="input" id="current" type="password" autocomplete="current-password" required value=${current} onInput=${(/** @type {any} */ event) => setCurrent(event.currentTarget.value)} /><//>
    <${Field} id="next" label="The one you want" hint="At least 12 characters" wrong=${wrong}><input class="input" id="next" type="password" autocomplete="new-password" minlength="12" required value=${next} onInput=${(/** @type {any} */ event) => setNext(event.currentTarget.value)} /><//>
    <div><button class="button">Change password</button></div></form></section>`;
}

function Sessions() {
  const load = useLoaded(() => api("/sessions"), []);
  const end = (/** @type {OwnSession} */ one) => api(`/sessions/${one.id}`, { method: "DELETE" }).then(load.again, failed);
  return html`<section class="section card"><h2>Where you are signed in</h2><${Loading} load=${load} lines=${2}>${(/** @type {{ data: OwnSession[] }} */ page) => html`<ul class="stack">${page.data.map((one) => html`<li class="row" key=${one.id}><span class="grow">${one.browser || "A browser"} <span class="small muted">last used <${When} at=${one.seen_at} how="ago" /></span></span>${one.is_this ? html`<span class="chip good">Here</span>` : html`<button class="button little" onClick=${() => end(one)}>Sign out</button>`}</li>`)}</ul>`}<//></section>`;
}
