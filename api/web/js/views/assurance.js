// What people's labels prove about the answers that leave on their own: certificates, and the spot checks that keep them honest.
import { html, useState } from "../../vendor/ui.js";
import { api, newAct, post, said } from "../core/api.js";
import { query } from "../core/router.js";
import { moment } from "../core/time.js";
import { CHANNELS, percent, plain, several } from "../core/words.js";
import { intents } from "../store/intents.js";
import { useLoaded } from "../store/load.js";
import { can, may } from "../store/session.js";
import { failed, toast } from "../store/toasts.js";
import { askReason } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { Empty, Failed, Loading, PageHead, When } from "../ui/parts.js";

/** @type {Record<string, { word: string, tone: string, icon: string }>} */
const STATES = {
  unproved: { word: "Not proved yet", tone: "", icon: "clock" },
  refused: { word: "Refused", tone: "bad", icon: "close" },
  granted: { word: "Granted", tone: "good", icon: "check" },
  revoked: { word: "Taken back", tone: "bad", icon: "undo" },
};

export function Assurance() {
  const side = query.value.get("side") || (can("list_certificates") ? "certificates" : "checks");
  const tabs = [["certificates", "Certificates", "list_certificates"], ["checks", "Spot checks", "list_spot_checks"]].filter(([, , operation]) => can(operation || ""));
  return html`<div class="sheet"><${PageHead} title="Assurance" about="Where a rule asks for a certificate, the AI sends on its own only what people's labels prove to be right often enough." />
    <nav class="tabs section" aria-label="Assurance">${tabs.map(([name, word]) => html`<a class="tab" key=${name} href=${`/assurance?side=${name}`} aria-current=${side === name ? "page" : undefined}>${word}</a>`)}</nav>
    ${side === "checks" ? html`<${Checks} />` : html`<${List} />`}</div>`;
}

function List() {
  const load = useLoaded(() => /** @type {Promise<{ data: Certificate[] }>} */ (api("/certificates")), [], (event) => /^(policy|certificate)\./.test(event.type));
  return html`<${Loading} load=${load}>${(/** @type {{ data: Certificate[] }} */ page) => page.data.length
    ? html`<div class="cards wide-cards">${page.data.map((one) => html`<${Card} key=${`${one.name} ${one.model}`} one=${one} again=${load.again} />`)}</div>`
    : html`<${Empty} icon="approve" title="The policy names no certificate"><p><code>certificate harmless on thanks, hours from 0.60</code> says which answers are counted together; where a rule asks for <code>certified harmless at 5%</code>, only what is proved may leave.</p><a class="button" href="/policies">Look at the policy</a><//>`}<//>`;
}

/** @param {{ one: Certificate, again: () => Promise<void> }} props */
function Card({ one, again }) {
  const state = STATES[one.state] || { word: plain(one.state), tone: "", icon: "info" };
  const { proof, decided } = one;
  const ask = async (/** @type {string} */ act) => {
    /** @type {Certificate} */
    const now = await post(`/certificates/${one.name}/issue?model=${encodeURIComponent(one.model)}`, undefined, act);
    toast(now.state === "granted" ? "Granted" : `Not granted: ${now.decided?.reason || "the labels do not prove it yet"}`);
    await again();
  };
  const isProved = one.asked.some((asked) => asked.missing === 0);
  const issue = () => (isProved ? void ask(newAct()).catch(failed) : askReason({
    title: `Ask for ${one.name} all the same?`, bare: true, yes: "Ask now",
    about: "Labels are missing, so it will be refused; and every asking halves what the next one may risk.", run: (_reason, act) => ask(act),
  }));
  const revoke = () => askReason({
    title: `Take back ${one.name}`, about: "Whichever model it was granted for. What is about to leave because of it asks the gate again.", yes: "Take it back", tone: "stop",
    run: async (reason, act) => {
      await post(`/certificates/${one.name}/revoke`, { reason }, act);
      toast("Taken back");
      await again();
    },
  });
  return html`<article class="card" aria-label=${`Certificate ${one.name}`}><div class="row"><h2 class="grow cut">${one.title || plain(one.name)}</h2><span class="chip ${state.tone}"><${Icon} name=${state.icon} size=${11} />${state.word}</span></div>
    <p>${one.sentence}</p>
    <div class="row wrap">${one.intents.map((name) => html`<span class="chip outline" key=${name}>${plain(name)}</span>`)}</div>
    ${proof.sent ? html`<${Bound} proof=${proof} asked=${one.asked} />` : null}
    <dl class="facts"><div><dt>Labels</dt><dd>${several(proof.labelled, "answer")} labelled, ${proof.sent} of them sure enough to be sent, ${proof.wrong} wrong</dd></div>
      ${one.asked.map((asked) => html`<div key=${asked.share}><dt>For ${percent(asked.share)}</dt><dd>${asked.missing === null ? "No number of labels would do" : asked.missing ? `${several(asked.missing, "label")} without a mistake are missing` : "Proved"}</dd></div>`)}
      ${decided ? html`<div><dt>Last asked</dt><dd>${moment(decided.at)} by ${decided.by}: ${decided.reason}</dd></div><div><dt>Looked at since</dt><dd>${several(decided.audited, "answer")}, ${decided.audited_wrong} wrong</dd></div>` : null}
      <div><dt>Model</dt><dd class="mono small break">${one.model}</dd></div></dl>
    <div class="row between"><span class="small muted">Each asking counts: ask when enough labels are there.</span><span class="row">${one.state === "granted"
      ? can("revoke_certificate") ? html`<button class="button danger" onClick=${revoke}>Take back…</button>` : null
      : can("issue_certificate") ? html`<button class="button ${isProved ? "primary" : ""}" onClick=${issue}>Ask for it</button>` : null}</span></div></article>`;
}

/** How far the proved share is from those that rules ask for, on a scale that ends at the largest. @param {{ proof: Certificate["proof"], asked: Certificate["asked"] }} props */
function Bound({ proof, asked }) {
  const most = Math.max(proof.bound, ...asked.map((one) => one.share), 0.01);
  const x = (/** @type {number} */ share) => 8 + (share / most) * 384;
  const words = `At most ${percent(proof.bound)} of the answers from ${percent(proof.from)} confidence on are wrong, with ${percent(proof.confidence)} confidence. ${asked.map((one) => `A rule asks for at most ${percent(one.share)}.`).join(" ")}`;
  return html`<svg class="chart bound" viewBox="0 0 400 44" role="img" aria-label=${words}><title>${words}</title>
    <rect class="ground" x="8" y="14" width="384" height="10" rx="5" /><rect class="tone-${asked.every((one) => proof.bound <= one.share) ? "good" : "warn"}" x="8" y="14" width=${Math.max(4, x(proof.bound) - 8)} height="10" rx="5" />
    ${asked.map((one) => html`<g key=${one.share}><line class="mark" x1=${x(one.share)} x2=${x(one.share)} y1="8" y2="30" /><text x=${Math.min(x(one.share), 380)} y="42" text-anchor="middle">${percent(one.share)}</text></g>`)}</svg>`;
}

function Checks() {
  const load = useLoaded(() => /** @type {Promise<Page<SpotCheck>>} */ (api("/spot-checks", { query: { limit: 100 } })), []);
  const known = useLoaded(intents, []);
  if (known.error.value) return html`<${Failed} error=${known.error.value} again=${known.again} />`;
  return html`<${Loading} load=${load}>${(/** @type {Page<SpotCheck>} */ page) => page.data.length
    ? html`<p class="muted section">One in twenty of the answers that left because of a certificate. You see what was written and not what the AI took it for: say what it is about, as you read it.</p>
      <ul class="stack">${page.data.map((one) => html`<li key=${one.message_id}><${Check} one=${one} names=${known.value.value || []} done=${load.again} /></li>`)}</ul>`
    : html`<${Empty} icon="check" title="No spot check waits"><p>One in twenty of the answers that leave because of a certificate is drawn, and stands here until somebody has read the message.</p><//>`}<//>`;
}

/** @param {{ one: SpotCheck, names: string[], done: () => Promise<void> }} props */
function Check({ one, names, done }) {
  const [chosen, setChosen] = useState("");
  const [wrong, setWrong] = useState("");
  const say = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!chosen) return setWrong("Choose what it is about first.");
    try {
      /** @type {IntentSaid} */
      const answer = await post(`/spot-checks/${one.message_id}`, { intent: chosen === "-" ? null : chosen });
      toast(answer.wrong ? `Kept. The AI had taken it for ${plain(answer.classified) || "none of them"}.` : "Kept. The AI saw it the same way.");
      await done();
    } catch (error) {
      setWrong(said(error));
    }
  };
  return html`<article class="card" aria-label=${`Spot check: ${one.subject || one.body_text.slice(0, 40)}`}><p class="row small muted"><${Icon} name=${one.channel} label=${CHANNELS[one.channel] || one.channel} />${one.subject ? html`<strong>${one.subject}</strong>` : null}<span class="grow"></span><${When} at=${one.drawn_at} how="ago" /></p>
    <div class="pre text">${one.body_text}</div>
    ${may("closer") ? html`<form class="row wrap" onSubmit=${say}><label class="unseen" for=${`about-${one.message_id}`}>What is it about?</label>
      <select class="select" style=${{ width: "auto" }} id=${`about-${one.message_id}`} value=${chosen} onChange=${(/** @type {any} */ event) => { setChosen(event.currentTarget.value); setWrong(""); }}><option value="">What is it about?</option>${names.map((name) => html`<option value=${name} key=${name}>${plain(name)}</option>`)}<option value="-">None of these</option></select>
      <button class="button primary">Say so</button>${wrong ? html`<span class="wrong" role="alert">${wrong}</span>` : null}</form>` : null}</article>`;
}
