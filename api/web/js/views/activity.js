import { html } from "../../vendor/ui.js"; export function Activity() { return html`<p>Activity</p>`; }
