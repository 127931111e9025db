// A channel's own name and address, a new secret for what is posted to it, and the end of it.
import { html } from "../../../vendor/ui.js";
import { api, post, tagOf } from "../../core/api.js";
import { moment } from "../../core/time.js";
import { several } from "../../core/words.js";
import { failed, toast } from "../../store/toasts.js";
import { askReason, Dialog, open } from "../../ui/dialog.js";
import { Field } from "../../ui/parts.js";

/** @param {Channel} one @param {() => Promise<void>} again */
export function change(one, again) {
  let { name, address } = one;
  askReason({
    title: "Change the channel", bare: true, yes: "Save",
    more: html`<${Field} id="channel-name" label="Name that contacts see"><input class="input" id="channel-name" required maxlength="200" defaultValue=${name} onInput=${(/** @type {any} */ event) => (name = event.currentTarget.value)} /><//>
      <${Field} id="channel-address" label="Our address on it" hint="Replies leave with it from now on."><input class="input" id="channel-address" required maxlength="320" defaultValue=${address} onInput=${(/** @type {any} */ event) => (address = event.currentTarget.value)} /><//>`,
    run: async (_reason, act) => {
      await api(`/channels/${one.id}`, { method: "PATCH", body: { name: name.trim(), address: address.trim() }, match: tagOf(one.version), act });
      toast("Saved");
      await again();
    },
  });
}

/** @param {Channel} one @param {() => Promise<void>} again */
export function renew(one, again) {
  askReason({
    title: `A new secret for ${one.name}`, bare: true, yes: "Make a new secret",
    about: "For signed JSON and mails that are posted to the channel. The one before is believed for a day more.",
    run: async () => {
      const made = /** @type {ChannelSecret} */ (await post(`/channels/${one.id}/rotate-secret`));
      await again();
      const copy = () => navigator.clipboard.writeText(made.secret).then(() => toast("Copied"), failed);
      setTimeout(() => open((close) => html`<${Dialog} title="The new secret" close=${close}><div class="content"><p class="muted">It is shown this once. The one before is believed until ${moment(made.old_until)}.</p><div class="copy"><code>${made.secret}</code><button class="button little" onClick=${copy}>Copy</button></div></div>
        <div class="foot"><button class="button primary" onClick=${close}>I have it</button></div><//>`));
    },
  });
}

/** @param {Channel} one @param {() => Promise<void>} again */
export function giveUp(one, again) {
  askReason({
    title: `Give ${one.name} up`, bare: true, yes: "Give it up", tone: "stop",
    about: html`For good: nothing comes in or goes out by it any more, and its credentials are forgotten. <strong>Its conversations stay.</strong> To let it rest for a while, disable it instead.`,
    run: async (_reason, act) => {
      const done = /** @type {ChannelStopped} */ (await api(`/channels/${one.id}`, { method: "DELETE", match: tagOf(one.version), act }));
      toast(`Given up. ${several(done.stopped, "queued message")} withdrawn.`);
      await again();
    },
  });
}
