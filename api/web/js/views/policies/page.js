// Policies: the text, what is wrong with it, what it would change, and how it comes into force.
import { html, useEffect } from "../../../vendor/ui.js";
import { listen } from "../../core/live.js";
import { query, withQuery } from "../../core/router.js";
import { moment } from "../../core/time.js";
import { differs, discard, edited, inForce, problem, readInForce, watched } from "../../store/policy.js";
import { may } from "../../store/session.js";
import { Icon } from "../../ui/icon.js";
import { Bones, Empty, Failed } from "../../ui/parts.js";
import { Refused } from "../../core/api.js";
import { askActivate } from "./activate.js";
import { Changes } from "./changes.js";
import { Findings } from "./findings.js";
import { Prove } from "./prove.js";
import { Source } from "./source.js";
import { Try } from "./try.js";
import { Versions } from "./versions.js";

/** @type {Array<[string, string]>} */
const SIDES = [["", "Findings"], ["changes", "What changes"], ["try", "Try a message"], ["prove", "Prove"], ["versions", "Versions"]];

export function Policies() {
  useEffect(() => {
    void readInForce();
    watched.value = true;
    const stop = listen((event) => {
      if (event.type === "reset" || event.type.startsWith("policy.")) void readInForce();
    });
    return () => {
      watched.value = false;
      stop();
    };
  }, []);
  const active = inForce.value;
  const side = query.value.get("side") || "";
  if (problem.value instanceof Refused && problem.value.status === 404) {
    return html`<${Empty} icon="policy" title="No policy is in force"><p>Nothing leaves without one. Put one in force with <code>remit policy activate FILE</code>.</p><//>`;
  }
  if (problem.value && !active) return html`<${Failed} error=${problem.value} again=${readInForce} />`;
  if (!active) return html`<${Bones} lines=${14} label="Loading the policy" />`;
  return html`<div class="policy">
    <header class="policy-head">
      <div class="row wrap"><div class="grow"><h1>Policies</h1><p class="muted small"><strong>${active.name}</strong> is in force since ${moment(active.activated_at)}, put there by ${active.activated_by} · <span class="mono" title=${active.digest}>${active.digest.slice(7, 19)}</span></p></div>
        ${edited.value ? html`<button class="button" onClick=${discard}><${Icon} name="undo" />Discard</button>` : null}
        ${may("manager") ? html`<button class="button primary" disabled=${!differs.value} onClick=${askActivate}>Put in force…</button>` : null}</div>
      <nav class="tabs" aria-label="About the policy">${SIDES.map(([name, word]) => html`<a class="tab" key=${name} aria-current=${side === name ? "page" : undefined} href=${withQuery({ side: name || null })}>${word}</a>`)}</nav>
    </header>
    <${Source} />
    <section class="side" tabindex="0" aria-label="What is said of the policy">${side === "changes" ? html`<${Changes} />` : side === "try" ? html`<${Try} />` : side === "prove" ? html`<${Prove} />` : side === "versions" ? html`<${Versions} />` : html`<${Findings} />`}</section>
  </div>`;
}
