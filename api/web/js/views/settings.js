import { html } from "../../vendor/ui.js"; export function Settings() { return html`<p>Settings</p>`; }
