// Ctrl K: go to a page, or to a conversation that is loaded, by typing a part of its name.
import { html, useState } from "../../vendor/ui.js";
import { go } from "../core/router.js";
import { nameOf } from "../core/words.js";
import { rows } from "../store/inbox.js";
import { Dialog, open } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { askEngage, askHelp, placesFor } from "./shell.js";

export function askWhere() {
  open((close) => html`<${Palette} close=${close} />`);
}

/** @param {{ close: () => void }} props */
function Palette({ close }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const all = [
    ...placesFor().map((place) => ({ id: place.to, word: place.word, icon: place.icon, run: () => go(`/${place.to}`) })),
    { id: "stop", word: "Emergency Stop", icon: "stop", run: askEngage },
    { id: "help", word: "Keyboard shortcuts", icon: "question", run: askHelp },
    ...rows.value.slice(0, 200).map((row) => ({ id: row.id, word: `${nameOf(row.contact)} — ${row.subject || row.preview}`, icon: row.channel, run: () => go(`/c/${row.id}`) })),
  ];
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter((one) => wanted.every((word) => one.word.toLowerCase().includes(word))).slice(0, 9);
  const choose = (/** @type {typeof all[number] | undefined} */ one) => {
    if (!one) return;
    close();
    one.run();
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter") choose(found[at]);
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} title="Go to" close=${close}><div class="content palette">
    <input class="input" role="combobox" aria-label="Page or conversation" aria-expanded="true" aria-controls="palette-found" aria-activedescendant=${found[at] ? `go-${found[at].id}` : undefined} autofocus placeholder="A page, a name, a subject" value=${text}
      onInput=${(/** @type {any} */ event) => { setText(event.currentTarget.value); setAt(0); }} onKeyDown=${keys} />
    <ul role="listbox" id="palette-found" aria-label="Found">${found.map((one, index) => html`<li key=${one.id} id="go-${one.id}" role="option" aria-selected=${index === at} class="item ${index === at ? "at" : ""}" onClick=${() => choose(one)}><${Icon} name=${one.icon} /><span class="cut">${one.word}</span></li>`)}</ul>
    ${found.length ? null : html`<p class="muted">Nothing with that name is loaded.</p>`}
  </div><//>`;
}
