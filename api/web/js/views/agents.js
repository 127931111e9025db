// AI agents: who answers where. They stand in the policy, so a change here is a change of its text, compared and put in force like
// every other.
import { html, useState } from "../../vendor/ui.js";
import { api, said } from "../core/api.js";
import { go, ruleAddress } from "../core/router.js";
import { CHANNELS, MODES, plain } from "../core/words.js";
import { files, inForce, put, readInForce, write } from "../store/policy.js";
import { useLoaded } from "../store/load.js";
import { can, may } from "../store/session.js";
import { Dialog, open } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { ChannelIcon, Empty, Field, Loading, PageHead } from "../ui/parts.js";

/** What `agent` lines can name. */
const KINDS = [...Object.keys(CHANNELS), "linkedin"];
const word = (/** @type {string} */ kind) => CHANNELS[kind] || (kind === "linkedin" ? "LinkedIn" : plain(kind));
/** One whole declaration on its line; anything written otherwise is left to the editor. */
const LINE = /^(\s*)agent\s+([A-Za-z_][\w-]*)(\s+"(?:[^"\\]|\\.)*")?\s+on\s+([a-z]+(?:\s*,\s*[a-z]+)*)\s*$/;

/** @typedef {{ path: string, at: number, lead: string, channels: string[] }} Place */

/** Where an agent is declared in the text of the editor. @param {string} name @returns {Place | null} */
function placeOf(name) {
  for (const file of files.value) {
    for (const [at, line] of file.text.split("\n").entries()) {
      const found = LINE.exec(line);
      if (found && found[2] === name) return { path: file.path, at, lead: `${found[1]}agent ${found[2]}${found[3] || ""}`, channels: found[4].split(",").map((one) => one.trim()) };
    }
  }
  return null;
}

/** Writes a line of a file anew, or takes it away. @param {string} path @param {(lines: string[]) => string[]} change */
function rewrite(path, change) {
  const file = files.value.find((one) => one.path === path);
  if (file) write(path, change(file.text.split("\n")).join("\n"));
}

async function ready() {
  const [agents] = await Promise.all([/** @type {Promise<AiAgents>} */ (api("/agents")), readInForce()]);
  /** @type {Autonomy | null} */
  const autonomy = can("get_autonomy") ? await api("/autonomy").catch(() => null) : null;
  return { agents, autonomy };
}

export function Agents() {
  const load = useLoaded(ready, [], (event) => event.type.startsWith("policy."));
  const edit = (/** @type {AiAgent | null} */ agent, /** @type {AiAgents} */ agents) => open((close) => html`<${Edit} agent=${agent} agents=${agents} close=${close} />`);
  return html`<div class="sheet"><${PageHead} title="AI agents" about="Who answers what comes in. Without an agent on its channel, nothing leaves on its own.">
      ${may("manager") && load.value.value ? html`<button class="button primary" onClick=${() => load.value.value && edit(null, load.value.value.agents)}><${Icon} name="plus" />New agent</button>` : null}<//>
    <${Loading} load=${load}>${(/** @type {{ agents: AiAgents, autonomy: Autonomy | null }} */ found) => html`
      ${found.agents.data.length ? html`<div class="cards">${found.agents.data.map((agent) => html`<${Card} key=${agent.name} agent=${agent} found=${found} edit=${() => edit(agent, found.agents)} />`)}</div>`
        : html`<${Empty} icon="spark" title="No AI agent"><p>The policy declares none: every message waits for a person.</p><//>`}
      <section class="section spaced"><h2>Intake</h2><div class="box scroll-x"><table class="table"><thead><tr><th>Channel</th><th>Taken in by</th><th>Autonomy</th></tr></thead><tbody>${KINDS.filter((kind) => kind !== "linkedin").map((kind) => html`<${Intake} key=${kind} kind=${kind} found=${found} />`)}</tbody></table></div></section>`}<//></div>`;
}

/** @param {Autonomy | null} autonomy @param {string} kind */
const modeOn = (autonomy, kind) => autonomy?.settings.find((row) => row.channel === kind && row.segment === null && row.intent === null)?.mode;

/** @param {{ kind: string, found: { agents: AiAgents, autonomy: Autonomy | null } }} props */
function Intake({ kind, found }) {
  const agent = found.agents.data.find((one) => one.channels.includes(kind));
  const mode = modeOn(found.autonomy, kind);
  return html`<tr><td><span class="row"><${ChannelIcon} kind=${kind} />${word(kind)}</span></td><td>${agent ? html`<strong>${agent.name}</strong>` : html`<span class="chip warn"><${Icon} name="alert" size=${11} />Nobody: people answer</span>`}</td><td>${agent && mode ? MODES[mode] || plain(mode) : "—"}</td></tr>`;
}

/** @param {{ agent: AiAgent, found: { agents: AiAgents, autonomy: Autonomy | null }, edit: () => void }} props */
function Card({ agent, found, edit }) {
  const place = placeOf(agent.name);
  const modes = [...new Set(agent.channels.map((kind) => modeOn(found.autonomy, kind)).flatMap((mode) => mode || []))];
  return html`<article class="card channel"><div class="row"><${Icon} name="spark" size=${20} /><h2 class="grow cut">${agent.name}</h2></div>
    <p class="muted">${agent.title || "An AI agent"}</p>
    <ul class="row wrap" aria-label="Answers on">${agent.channels.map((kind) => html`<li class="chip" key=${kind}>${kind in CHANNELS ? html`<${Icon} name=${kind} size=${11} />` : null}${word(kind)}</li>`)}</ul>
    <p class="small muted">${modes.map((mode) => MODES[mode] || plain(mode)).join(", ")}</p>
    <div class="row between foot">${place ? html`<a class="small mono" href=${ruleAddress(place.path, place.at + 1)}>${place.path}:${place.at + 1}</a>` : html`<span></span>`}
      ${may("manager") ? html`<button class="button" onClick=${edit}>Change…</button>` : null}</div></article>`;
}

/** @param {{ agent: AiAgent | null, agents: AiAgents, close: () => void }} props */
function Edit({ agent, agents, close }) {
  const place = agent ? placeOf(agent.name) : null;
  const [name, setName] = useState(agent?.name || "");
  const [title, setTitle] = useState(agent?.title || "");
  const [on, setOn] = useState(agent ? agent.channels : agents.unanswered.filter((kind) => kind in CHANNELS));
  const [wrong, setWrong] = useState("");
  const toggle = (/** @type {string} */ kind) => setOn(on.includes(kind) ? on.filter((one) => one !== kind) : KINDS.filter((one) => one === kind || on.includes(one)));
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!/^[a-z][a-z0-9_]*$/.test(name)) return setWrong("A name is a word of small letters, digits and _, such as ada.");
    if (!on.length) return setWrong("Choose at least one channel. To take an agent away, delete its line in the policy.");
    try {
      const line = `agent ${name}${title.trim() ? ` "${title.trim().replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"` : ""} on ${on.join(", ")}`;
      // What was being written in the editor stays; a text that is in force no more is begun anew.
      if (!files.value.length && inForce.value) put(inForce.value.root, inForce.value.files);
      if (place) rewrite(place.path, (lines) => lines.map((one, at) => (at === place.at ? line : one)));
      else {
        const last = agents.data.map((one) => placeOf(one.name)).flatMap((one) => one || []).at(-1);
        const path = last?.path || inForce.value?.root || "";
        rewrite(path, (lines) => {
          const head = lines.findIndex((one) => /^(timezone|policy)\b/.test(one));
          const after = last ? last.at : Math.max(head, 0);
          return [...lines.slice(0, after + 1), line, ...lines.slice(after + 1)];
        });
      }
      close();
      go("/policies?side=changes");
    } catch (error) {
      setWrong(said(error));
    }
  };
  if (agent && !place) return html`<${Dialog} title=${`Change ${agent.name}`} close=${close}><div class="content"><p>Its declaration is not on a line of its own, so it is changed in the text of the policy.</p></div><div class="foot"><button class="button" onClick=${close}>Cancel</button><a class="button primary" href="/policies" onClick=${close}>Open the policy</a></div><//>`;
  return html`<${Dialog} title=${agent ? `Change ${agent.name}` : "New AI agent"} close=${close}><form onSubmit=${save}><div class="content">
      ${agent ? null : html`<${Field} id="agent-name" label="Name" hint="As rules call it."><input class="input mono" id="agent-name" required autofocus value=${name} onInput=${(/** @type {any} */ event) => setName(event.currentTarget.value)} /><//>`}
      <${Field} id="agent-title" label="What it is"><input class="input" id="agent-title" maxlength="120" value=${title} onInput=${(/** @type {any} */ event) => setTitle(event.currentTarget.value)} /><//>
      <fieldset class="choices"><legend class="small muted">Takes in and answers</legend>${KINDS.map((kind) => {
        const other = agents.data.find((one) => one.name !== agent?.name && one.channels.includes(kind));
        return html`<label class="choice ${on.includes(kind) ? "at" : ""}" key=${kind}><input type="checkbox" checked=${on.includes(kind)} onChange=${() => toggle(kind)} /><span class="grow">${word(kind)}</span>${other ? html`<span class="small muted">${other.name} answers here, too</span>` : null}</label>`;
      })}</fieldset>
      <p class="small muted">This changes the text of the policy. You see next what it changes, and put it in force there.</p>
      ${wrong ? html`<div class="banner bad" role="alert">${wrong}</div>` : null}</div>
    <div class="foot"><button type="button" class="button" onClick=${close}>Cancel</button><button class="button primary">See what changes</button></div></form><//>`;
}
