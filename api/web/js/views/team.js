import { html } from "../../vendor/ui.js"; export function Team() { return html`<p>Team</p>`; }
