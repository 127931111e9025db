import { html } from "../../vendor/ui.js"; export function Insights() { return html`<p>Insights</p>`; }
