// One wrote on at another device: both texts, what differs, and the choice.
import { html } from "../../../vendor/ui.js";
import { wordDiff } from "../../core/diff.js";
import { moment } from "../../core/time.js";
import { Icon } from "../../ui/icon.js";
import { Diff } from "../../ui/parts.js";

/** @param {{ own: import("../../store/writing.js").Writing }} props */
export function Elsewhere({ own }) {
  const there = own.theirs.value;
  if (!there) return null;
  return html`<div class="banner warn" role="alert"><${Icon} name="alert" /><div class="grow stack tight"><strong>You wrote on elsewhere, ${moment(there.updated_at)}.</strong>
    <div class="text small"><${Diff} pieces=${wordDiff(own.text.value, there.body_text)} /></div>
    <div class="row wrap"><button class="button little" onClick=${() => own.keepMine()}>Keep what is here</button><button class="button little" onClick=${() => own.takeTheirs()}>Take the other</button>
      <button class="button little" onClick=${() => { const both = `${own.text.value.trimEnd()}\n\n${there.body_text}`; own.keepMine(); own.write({ text: both }); }}>Both, one after the other</button></div></div></div>`;
}
