// What is around every page: the rail, the Emergency Stop, the bar that says when the connection is gone, and toasts.
import { html, useEffect, useState } from "../../vendor/ui.js";
import { serverNow } from "../core/api.js";
import { holdKeys, useKeys } from "../core/keys.js";
import { connection } from "../core/live.js";
import { go } from "../core/router.js";
import { moment } from "../core/time.js";
import { pending, pendingMore } from "../store/inbox.js";
import { can, may } from "../store/session.js";
import { killSwitch } from "../store/switches.js";
import { dismiss, failed, toasts } from "../store/toasts.js";
import { Icon } from "../ui/icon.js";

/** @type {Array<{ to: string, word: string, icon: string, role?: Role, operation?: string, small?: boolean }>} `small`: also in the bar of a telephone. */
const PLACES = [
  { to: "inbox", word: "Inbox", icon: "inbox", small: true },
  { to: "approvals", word: "Approvals", icon: "approve", small: true },
  { to: "policies", word: "Policies", icon: "policy", small: true },
  { to: "insights", word: "Insights", icon: "insights" },
  { to: "activity", word: "Decisions", icon: "activity" },
  { to: "assurance", word: "Assurance", icon: "seal", operation: "list_spot_checks" },
  { to: "audit", word: "Audit", icon: "audit", operation: "list_audit" },
  { to: "agents", word: "Agents", icon: "spark", operation: "list_agents" },
  { to: "channels", word: "Channels", icon: "channels" },
  { to: "jobs", word: "Jobs", icon: "jobs" },
  { to: "webhooks", word: "Webhooks", icon: "webhooks", role: "manager" },
  { to: "team", word: "Team", icon: "team", operation: "list_users" },
  { to: "settings", word: "Settings", icon: "settings" },
];

/** The places that this person may go to. */
export const placesFor = () => PLACES.filter((place) => (!place.role || may(place.role)) && (!place.operation || can(place.operation)));

/** @param {{ first: string, children: any }} props */
export function Shell({ first, children }) {
  const now = first === "c" ? "inbox" : first;
  const stopped = killSwitch.value?.is_on;
  useKeys({ "g i": () => go("/inbox"), "g a": () => go("/approvals"), "g p": () => go("/policies"), "?": askHelp, "Ctrl+k": askWhere, ...(now === "inbox" ? {} : { "/": () => go("/inbox") }) });
  // What a key opens is fetched before the key is pressed.
  useEffect(() => {
    requestIdleCallback(() => navigator.onLine && void Promise.all([import("./inbox/pane.js"), import("./inbox/draft.js"), import("./inbox/rich.js"), import("./palette.js"), import("./help.js"), import("./stop.js"), import("./inbox/acts.js"), import("./inbox/why.js"), import("../store/own.js").then((module) => module.adopt())]).catch(() => undefined), { timeout: 5000 });
  }, []);
  const places = placesFor();
  const link = (/** @type {typeof PLACES[number]} */ place) => html`<a key=${place.to} class=${place.small ? "" : "wide"} href="/${place.to}" aria-current=${now === place.to ? "page" : undefined}>
    <${Icon} name=${place.icon} size=${20} />${place.word}${place.to === "approvals" && pending.value ? html`<span class="count" aria-label="${pending.value} waiting">${pending.value}${pendingMore.value ? "+" : ""}</span>` : null}</a>`;
  return html`<div class="shell">
    <a class="skip" href="#page" onClick=${(/** @type {Event} */ event) => { event.preventDefault(); document.getElementById("page")?.focus(); }}>Skip to the page</a>
    <div class="bars">
      ${stopped ? html`<div class="bar stopped" role="alert"><${Icon} name="stop" /><span class="grow"><strong>All AI sending is stopped.</strong> ${killSwitch.value?.reason} — ${killSwitch.value?.changed_by}, ${moment(killSwitch.value?.changed_at || "")}</span>${may("manager") ? html`<button class="button little" onClick=${askRelease}>Let it send again</button>` : null}</div>` : null}
      <${Connection} />
    </div>
    <nav class="rail" aria-label="Main">
      <span class="mark"><${Mark} /></span>
      ${places.map(link)}
      <button class="narrow" onClick=${ask("more")}><${Icon} name="more" size=${20} />More</button>
      <span class="grow wide"></span>
      <button class="stop" aria-pressed=${Boolean(stopped)} onClick=${stopped ? askRelease : askEngage}><${Icon} name="stop" size=${20} />${stopped ? "Stopped" : "Stop AI"}</button>
    </nav>
    <main class="page" id="page" tabindex="-1">${children}</main>
  </div>`;
}

export function Mark() {
  return html`<svg width="28" height="28" viewBox="0 0 32 32" role="img" aria-label="Remit"><rect width="32" height="32" rx="8" fill="#4a4fd0" /><path d="M10 23V9h7a4.5 4.5 0 0 1 0 9h-7m6.5 0 5 5" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" /></svg>`;
}

/** What is asked before AI sending stops or goes on: its code comes with the first time. @param {"askEngage" | "askRelease" | "more"} what */
const ask = (what) => () => holdKeys(import("./stop.js").then((module) => module[what](), failed));
export const askEngage = ask("askEngage");
const askRelease = ask("askRelease");

export function askHelp() {
  holdKeys(import("./help.js").then((module) => module.help(), failed));
}

function askWhere() {
  holdKeys(import("./palette.js").then((module) => module.askWhere(), failed));
}

function Connection() {
  const state = connection.value;
  if (state === "offline") return html`<div class="bar offline" role="status"><${Icon} name="alert" /><span>No connection. What you see may be old; what you write is kept here. Trying again…</span></div>`;
  if (state === "catching up") return html`<div class="bar offline" role="status"><${Icon} name="redo" /><span>Connected again, catching up…</span></div>`;
  return null;
}

export function Toasts() {
  return html`<div class="toasts" role="region" aria-label="Notifications" aria-live="polite">${toasts.value.map((one) => html`<${ToastItem} key=${one.id} one=${one} />`)}</div>`;
}

/** @param {{ one: import("../store/toasts.js").Toast }} props */
function ToastItem({ one }) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!one.until) return;
    const timer = setInterval(() => tick((count) => count + 1), 250);
    return () => clearInterval(timer);
  }, [one.until]);
  const left = one.until ? Math.max(0, Math.ceil((one.until - serverNow()) / 1000)) : null;
  return html`<div class="toast ${one.tone}"><span class="grow">${one.text}</span>${one.act ? html`<button onClick=${() => { dismiss(one.id); one.act?.run(); }}>${one.act.word}${left !== null ? html` <span class="nums" aria-hidden="true">${left}</span>` : null}</button>` : null}
    <button aria-label="Dismiss" onClick=${() => dismiss(one.id)}><${Icon} name="close" size=${12} /></button></div>`;
}
