// Into force: what it changes is shown first, and where something would leave more freely, it must be acknowledged.
import { html, useState } from "../../../vendor/ui.js";
import { newAct, post, Refused, said } from "../../core/api.js";
import { useLoaded } from "../../store/load.js";
import { candidate, discard, put, readInForce, inForce } from "../../store/policy.js";
import { toast } from "../../store/toasts.js";
import { Dialog, open } from "../../ui/dialog.js";
import { Loading } from "../../ui/parts.js";
import { Regions } from "./changes.js";

export function askActivate() {
  open((close) => html`<${Activate} close=${close} />`);
}

/** @param {{ close: () => void }} props */
function Activate({ close }) {
  const [seen, setSeen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState(/** @type {string[]} */ ([]));
  const [act] = useState(newAct);
  const load = useLoaded(async () => {
    const kept = /** @type {Kept} */ (await post("/policies/versions", candidate()));
    return { digest: kept.digest, difference: /** @type {Difference} */ (await post("/policies/diff", { new: kept.digest })) };
  }, []);
  const found = load.value.value;
  const run = async () => {
    if (!found) return;
    setBusy(true);
    try {
      const acknowledge = { old: found.difference.old_digest, new: found.digest };
      await post(`/policies/versions/${found.digest}/activate`, found.difference.may_be_freer ? { acknowledge } : {}, act);
      discard();
      await readInForce();
      if (inForce.value) put(inForce.value.root, inForce.value.files);
      toast("The policy is in force");
      close();
    } catch (error) {
      setWrong(error instanceof Refused && error.errors.length ? error.errors.map((one) => one.message) : [said(error)]);
      setBusy(false);
    }
  };
  return html`<${Dialog} title="Put this policy in force" wide close=${close}>
    <div class="content"><${Loading} load=${load} lines=${5}>${() => html`<${Regions} difference=${found?.difference} />
      ${found?.difference.may_be_freer ? html`<label class="check"><input type="checkbox" checked=${seen} onChange=${(/** @type {any} */ event) => setSeen(event.currentTarget.checked)} />I have read which messages may leave more freely. My name stands with it.</label>` : null}
      ${wrong.length ? html`<div class="banner bad" role="alert"><ul>${wrong.map((text) => html`<li key=${text}>${text}</li>`)}</ul></div>` : null}`}<//></div>
    <div class="foot"><button class="button" onClick=${close}>Cancel</button><button class="button primary" disabled=${busy || !found || (found.difference.may_be_freer && !seen)} onClick=${run}>Put in force</button></div><//>`;
}
