import { html } from "../../vendor/ui.js"; export function Webhooks() { return html`<p>Webhooks</p>`; }
