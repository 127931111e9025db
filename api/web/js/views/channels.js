import { html } from "../../vendor/ui.js"; export function Channels() { return html`<p>Channels</p>`; }
