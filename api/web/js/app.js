// Where the page begins: who is here, what is shown, what is heard.
import { html, render, useEffect } from "../vendor/ui.js";
import { key, signedOut } from "./core/api.js";
import { connection, follow, listen, unfollow } from "./core/live.js";
import { go, parts } from "./core/router.js";
import { countPending, countTabs, heard, readWritings } from "./store/inbox.js";
import { begin, me } from "./store/session.js";
import { readSwitches } from "./store/switches.js";
import { failed } from "./store/toasts.js";
import { Bones, Empty } from "./ui/parts.js";
import { DialogPlace } from "./ui/place.js";
import { Inbox } from "./views/inbox/page.js";
import { later } from "./views/later.js";
import { Shell, Toasts } from "./views/shell.js";

// The list is there at once; the code of everything else comes when it is first shown, or is fetched once nothing else is to do.
const SignIn = later(() => import("./views/signin.js").then((module) => module.SignIn));
const ChoosePassword = later(() => import("./views/signin.js").then((module) => module.ChoosePassword));
const Setup = later(() => import("./views/signin.js").then((module) => module.Setup));

/** @type {Record<string, any>} */
const VIEWS = {
  inbox: Inbox,
  c: Inbox,
  approvals: later(() => import("./views/approvals/page.js").then((module) => module.Approvals)),
  policies: later(() => import("./views/policies/page.js").then((module) => module.Policies)),
  agents: later(() => import("./views/agents.js").then((module) => module.Agents)),
  channels: later(() => import("./views/channels.js").then((module) => module.Channels)),
  jobs: later(() => import("./views/jobs.js").then((module) => module.Jobs)),
  webhooks: later(() => import("./views/webhooks.js").then((module) => module.Webhooks)),
  activity: later(() => import("./views/activity.js").then((module) => module.Activity)),
  insights: later(() => import("./views/insights.js").then((module) => module.Insights)),
  assurance: later(() => import("./views/assurance.js").then((module) => module.Assurance)),
  audit: later(() => import("./views/audit.js").then((module) => module.Audit)),
  team: later(() => import("./views/team.js").then((module) => module.Team)),
  settings: later(() => import("./views/settings.js").then((module) => module.Settings)),
};

/** @type {Record<string, string>} */
const TITLES = {
  inbox: "Inbox", c: "Inbox", approvals: "Approvals", policies: "Policies", agents: "AI agents", channels: "Channels", jobs: "Jobs", webhooks: "Webhooks",
  activity: "Decisions", insights: "Insights", assurance: "Assurance", audit: "Audit", team: "Team", settings: "Settings",
};

/** @param {LiveEvent} event */
function onEvent(event) {
  heard(event);
  if (event.type === "reset" || /^(kill_switch|switch)\./.test(event.type)) readSwitches().catch(failed);
}

function App() {
  const who = me.value;
  const first = parts.value[0] || "inbox";
  const known = Boolean(who && who !== "unknown");
  useEffect(() => {
    if (!known) return;
    const stop = listen(onEvent);
    // Everything else is read after this answer, so the log is followed from here without a gap.
    readSwitches().then(follow, (error) => {
      failed(error);
      follow(null);
    });
    countPending();
    countTabs();
    readWritings().catch(failed);
    return () => {
      stop();
      unfollow();
    };
  }, [known, key.value]);
  useEffect(() => {
    document.title = `${TITLES[first] || "Remit"} · Remit`;
  }, [first]);
  useEffect(() => {
    if (known && (first === "sign-in" || first === "setup" || location.pathname === "/")) go("/inbox", { replace: true });
  }, [known, first]);
  if (first === "setup" && !known) return html`<${Setup} />`;
  if (first === "password") return html`<${ChoosePassword} />`;
  if (who === "unknown") return html`<${Bones} lines=${3} label="Loading" />`;
  if (!who) return html`<${SignIn} />`;
  const View = VIEWS[first] || Lost;
  return html`<${Shell} first=${first}><${View} /><//>${signedOut.value ? html`<${SignIn} again />` : null}<${DialogPlace} />`;
}

function Lost() {
  return html`<${Empty} icon="question" title="There is nothing at this address"><a class="button" href="/inbox">Go to the inbox</a><//>`;
}

function Root() {
  return html`<${App} /><${Toasts} />`;
}

const place = document.getElementById("app");
if (place) {
  place.textContent = "";
  render(html`<${Root} />`, place);
}
begin().catch((error) => {
  connection.value = "offline";
  me.value = null;
  failed(error);
});
