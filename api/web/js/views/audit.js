// Who did what: changes of what people and the AI may do, decisions, exports, merges, erasures. Never changed, only added to.
import { html, useEffect, useState } from "../../vendor/ui.js";
import { api } from "../core/api.js";
import { go, query } from "../core/router.js";
import { plain } from "../core/words.js";
import { all, useLoaded } from "../store/load.js";
import { failed } from "../store/toasts.js";
import { Empty, Loading, PageHead, When } from "../ui/parts.js";

/** @type {Record<string, string>} */
const BY = { session: "in the page", service: "by a program's key", draft_only: "by a key that only drafts", ai: "by an AI's key", process: "by a command on the server" };

/** `POST /api/v1/contacts/{id}/merge` as words: `Contacts: merge`. @param {string} action */
export function actionWords(action) {
  const [verb = "", path = ""] = action.split(" ");
  const parts = path.replace(/^\/api\/v1\//, "").split("/").filter((part) => part && !part.startsWith("{"));
  if (!path.startsWith("/api/")) return plain(action.replace(/[/-]/g, " "));
  const verbs = /** @type {Record<string, string>} */ ({ POST: "make", PUT: "set", PATCH: "change", DELETE: "remove", GET: "read" });
  const first = plain(parts[0]?.replace(/-/g, " "));
  const rest = parts.slice(1).join(" ").replace(/-/g, " ");
  return `${first}: ${rest || verbs[verb] || verb.toLowerCase()}`;
}

export function Audit() {
  const actor = query.value.get("actor") || "";
  const [older, setOlder] = useState(/** @type {AuditLine[]} */ ([]));
  const [cursor, setCursor] = useState(/** @type {string | null} */ (null));
  const people = useLoaded(() => /** @type {Promise<User[]>} */ (all("/users")), []);
  const load = useLoaded(() => /** @type {Promise<Page<AuditLine>>} */ (api("/audit", { query: { limit: 100, actor_id: actor } })), [actor]);
  const first = load.value.value;
  useEffect(() => {
    setOlder([]);
    setCursor(first?.next_cursor || null);
  }, [first]);
  const more = () => api("/audit", { query: { limit: 100, actor_id: actor, cursor } }).then((/** @type {Page<AuditLine>} */ page) => { setOlder([...older, ...page.data]); setCursor(page.next_cursor); }, failed);
  return html`<div class="sheet"><${PageHead} title="Audit" about="Who did what. Each line was written together with what it tells of, and none is ever changed.">
      <label class="unseen" for="actor">Person</label><select class="select" id="actor" value=${actor} style=${{ width: "auto" }} onChange=${(/** @type {any} */ event) => go(event.currentTarget.value ? `/audit?actor=${event.currentTarget.value}` : "/audit")}>
        <option value="">Everybody</option>${(people.value.value || []).map((one) => html`<option value=${one.id} key=${one.id}>${one.name}</option>`)}</select><//>
    <${Loading} load=${load} lines=${12}>${(/** @type {Page<AuditLine>} */ page) => page.data.length ? html`<div class="box scroll-x"><table class="table"><thead><tr><th>When</th><th>Who</th><th>What</th><th>To what</th><th>How</th></tr></thead><tbody>
      ${[...page.data, ...older].map((line) => html`<tr key=${line.id}><td><${When} at=${line.at} how="ago" /></td><td class="strong">${line.actor_name}</td><td title=${line.action}>${actionWords(line.action)}</td><td class="mono small break">${line.subject.replace(/^\/api\/v1/, "")}</td><td class="small muted">${BY[line.credential] || plain(line.credential)}</td></tr>`)}</tbody></table></div>
      ${cursor ? html`<p class="section"></p><button class="button" onClick=${more}>Show older lines</button>` : null}`
      : html`<${Empty} icon="lock" title="Nothing yet"><p>What changes who may do what, or what the AI may do, is written here.</p><//>`}<//></div>`;
}
