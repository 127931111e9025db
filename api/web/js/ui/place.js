// Where a dialog stands while one is open. What it is made of comes with the first one.
import { Fragment, html, signal } from "../../vendor/ui.js";

/** @typedef {{ render: (close: () => void) => any, turn: number }} Shown */

/** The dialog that is open. @type {import("../../vendor/ui.js").Signal<Shown | null>} */
const dialog = signal(null);
let turn = 0;

/** @param {(close: () => void) => any} render */
export function open(render) {
  dialog.value = { render, turn: ++turn };
}

export function DialogPlace() {
  const shown = dialog.value;
  if (!shown) return null;
  // A dialog closes itself and no other: the browser tells of a closing late, when the next may be open already.
  const close = () => {
    if (dialog.value === shown) dialog.value = null;
  };
  return html`<${Fragment} key=${shown.turn}>${shown.render(close)}<//>`;
}
