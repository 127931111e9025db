import { html } from "../../../vendor/ui.js"; export function Policies() { return html`<p>Policies</p>`; }
