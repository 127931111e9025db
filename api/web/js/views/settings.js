// What this browser prefers, and who is signed in.
import { html } from "../../vendor/ui.js";
import { key } from "../core/api.js";
import { forgetAll } from "../core/saved.js";
import { ROLES } from "../core/words.js";
import { prefer, prefs } from "../store/prefs.js";
import { me, signOut } from "../store/session.js";
import { failed } from "../store/toasts.js";
import { Field, PageHead } from "../ui/parts.js";
import { help } from "./help.js";

export function Settings() {
  const now = prefs.value;
  const who = me.value && me.value !== "unknown" ? me.value : null;
  const leave = () => {
    forgetAll();
    signOut().catch(failed);
  };
  return html`<div class="sheet"><${PageHead} title="Settings" about="For this browser only." />
    <section class="section card"><h2>You</h2><p>${who?.name ? html`<strong>${who.name}</strong> <span class="muted">${who.email || ""}</span>` : key.value ? "Signed in with an API key" : "Signed in"}${who?.role ? html` · ${ROLES[who.role]}` : null}</p>
      <p class="small muted">Signing out forgets what you were writing on this machine.</p><div><button class="button" onClick=${leave}>Sign out</button></div></section>
    <section class="section card"><h2>Look</h2><${Field} id="theme" label="Theme"><select class="select" id="theme" value=${now.theme} onChange=${(/** @type {any} */ event) => prefer({ theme: event.currentTarget.value })}><option value="auto">As the system</option><option value="light">Light</option><option value="dark">Dark</option></select><//></section>
    <section class="section card"><h2>Writing</h2><${Field} id="undo" label="Undo send" hint="How long the server waits before a reply of yours leaves. A chat never waits: somebody sits there."><select class="select" id="undo" value=${String(now.undoSeconds)} onChange=${(/** @type {any} */ event) => prefer({ undoSeconds: Number(event.currentTarget.value) })}>
        ${[0, 5, 10, 20, 60].map((seconds) => html`<option value=${String(seconds)} key=${seconds}>${seconds ? `${seconds} seconds` : "Off"}</option>`)}</select><//>
      <label class="check"><input type="checkbox" checked=${now.markRead} onChange=${(/** @type {any} */ event) => prefer({ markRead: event.currentTarget.checked })} />Mark a conversation as read when I open it</label></section>
    <section class="section card"><h2>Keyboard</h2><label class="check"><input type="checkbox" checked=${now.shortcuts} onChange=${(/** @type {any} */ event) => prefer({ shortcuts: event.currentTarget.checked })} />Shortcuts of a single letter</label><div><button class="button" onClick=${help}>Show all shortcuts</button></div></section></div>`;
}
