// An inbox that nobody has written to yet: the two ways to begin.
import { html, useState } from "../../vendor/ui.js";
import { post } from "../core/api.js";
import { several } from "../core/words.js";
import { can, me } from "../store/session.js";
import { failed, toast } from "../store/toasts.js";
import { Icon } from "../ui/icon.js";

export function Welcome() {
  const [busy, setBusy] = useState(false);
  const name = me.value && me.value !== "unknown" ? me.value.name?.split(" ")[0] : "";
  const load = async () => {
    setBusy(true);
    try {
      const done = await post("/setup/demo");
      toast(`${several(/** @type {any} */ (done).messages, "message")} came in. The policy decides about each.`);
    } catch (error) {
      failed(error);
      setBusy(false);
    }
  };
  return html`<div class="welcome"><h2>Welcome${name ? `, ${name}` : ""}</h2><p class="muted">Nobody has written yet. There are two ways to begin, and both can wait.</p>
    <div class="ways">
      ${can("create_channel") ? html`<a class="way" href="/channels?add=1"><${Icon} name="channels" size=${24} /><strong>Connect a channel</strong><span class="small muted">A mailbox, a number, or the chat box of your site. Whoever writes becomes a contact by itself.</span></a>` : null}
      ${can("load_demo") ? html`<button class="way" disabled=${busy} onClick=${load}><${Icon} name="spark" size=${24} /><strong>${busy ? "They are coming in…" : "Load demo messages"}</strong><span class="small muted">Over all five channels, by people who do not exist. Approve your first draft in a minute.</span></button>` : null}
    </div>
    <p class="small muted">Until you say otherwise, nothing leaves without a person: <a href="/policies">that is what the policy says</a>.</p></div>`;
}
