// Kept filters of the inbox: one's own and those for everybody, and what is filtered now and then.
import { html, useState } from "../../../vendor/ui.js";
import { api, post, tagOf } from "../../core/api.js";
import { go } from "../../core/router.js";
import { AI_STATES } from "../../core/words.js";
import { writings } from "../../store/inbox.js";
import { all, useLoaded } from "../../store/load.js";
import { can, me } from "../../store/session.js";
import { failed, toast } from "../../store/toasts.js";
import { askReason } from "../../ui/dialog.js";
import { Menu } from "../../ui/menu.js";

/** @typedef {import("../../store/inbox.js").Filter} Filter */

/** What the server keeps of a filter. @param {Filter} filter @returns {ViewFilter} */
const kept = (filter) => ({
  channel: /** @type {any} */ (filter.channel), unread: filter.unread, requires_action: filter.action, assignee: filter.assignee, tag: filter.tag,
  status: /** @type {any} */ (filter.status), contact_id: filter.contact, teams: filter.team ? [filter.team] : [], ai_states: filter.ai ? [/** @type {any} */ (filter.ai)] : [],
});

/** @param {ViewFilter} filter */
function addressOf(filter) {
  const parts = new URLSearchParams();
  /** @type {Array<[string, string | null | undefined]>} */
  const all = [["channel", filter.channel], ["unread", filter.unread ? "1" : null], ["action", filter.requires_action ? "1" : null], ["mine", filter.assignee === "me" ? "1" : null], ["assignee", filter.assignee === "me" ? null : filter.assignee], ["tag", filter.tag], ["status", filter.status], ["contact", filter.contact_id], ["team", filter.teams?.[0]], ["ai", filter.ai_states?.[0]]];
  for (const [name, value] of all) if (value) parts.set(name, value);
  const text = parts.toString();
  return `/inbox${text ? `?${text}` : ""}`;
}

/** @param {{ filter: Filter, to: (change: Record<string, string | null>) => string }} props */
export function Views({ filter, to }) {
  const load = useLoaded(() => /** @type {Promise<View[]>} */ (can("list_views") ? all("/views") : Promise.resolve([])), []);
  const views = load.value.value || [];
  const now = addressOf(kept(filter));
  const current = views.find((view) => addressOf(view.filter) === now);
  const narrows = now !== "/inbox";
  const mine = me.value && me.value !== "unknown" ? me.value.id : null;
  const keep = () => askReason({
    title: "Keep this filter as a view", label: "Name", yes: "Keep it", wrong: "Give it a name.", line: true,
    more: html`<${Shared} />`,
    run: async (name, act) => {
      await post("/views", { name, filter: kept(filter), shared }, act);
      toast(`Kept as ${name}`);
      await load.again();
    },
  });
  const forget = async (/** @type {View} */ view) => {
    try {
      await api(`/views/${view.id}`, { method: "DELETE", match: tagOf(view.version) });
      toast(`${view.name} is forgotten`, { act: { word: "Undo", run: () => void post("/views", { name: view.name, filter: view.filter, shared: view.shared }).then(load.again, failed) } });
      go("/inbox");
      await load.again();
    } catch (error) {
      failed(error);
    }
  };
  const items = [
    ...views.map((view) => ({ word: view.name, icon: view === current ? "check" : view.shared ? "team" : "view", href: addressOf(view.filter) })),
    { word: "Open", icon: "inbox", href: to({ status: "open" }), rule: views.length > 0 }, { word: "Snoozed", icon: "snooze", href: to({ status: "snoozed" }) }, { word: "Closed", icon: "check", href: to({ status: "closed" }) },
    { word: "Given to nobody", icon: "person", href: to({ assignee: "none", mine: null }) },
    ...Object.entries(AI_STATES).map(([state, word], index) => ({ word, icon: { held: "clock", paused: "pause", off: "stop" }[state] || "spark", href: to({ ai: state }), rule: !index })),
    { word: `What you are writing${writings.value.size ? ` (${writings.value.size})` : ""}`, icon: "edit", href: "/inbox?drafts=1" },
    { word: "Keep this filter…", icon: "plus", run: keep, off: !narrows || Boolean(current) || filter.drafts || !can("keep_view"), rule: true },
    { word: current ? `Forget ${current.name}` : "", icon: "close", run: () => current && void forget(current), off: !current || (current.owner_id !== mine && !can("engage_kill_switch")), rule: true },
  ];
  return html`<${Menu} label="Views" icon="view" tone="" items=${items} />`;
}

let shared = false;
function Shared() {
  const [on, set] = useState(false);
  shared = on;
  return html`<label class="check"><input type="checkbox" checked=${on} onChange=${(/** @type {any} */ event) => set(event.currentTarget.checked)} />For everybody in the team</label>`;
}
