import { html } from "../../vendor/ui.js"; export function Jobs() { return html`<p>Jobs</p>`; }
