// The Emergency Stop and its end, each with a reason; and the places that a telephone's bar has no room for.
import { html } from "../../vendor/ui.js";
import { engage, release } from "../store/switches.js";
import { askReason, Dialog, open } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { placesFor } from "./shell.js";

export function askEngage() {
  askReason({
    title: "Emergency Stop",
    about: "Nothing that the AI wrote leaves any more, and what is queued is withdrawn. People can still write.",
    examples: ["Wrong answers are going out", "Incident", "Trying it out"],
    yes: "Stop all AI sending", tone: "stop", run: engage,
  });
}

export function askRelease() {
  askReason({
    title: "Let the AI send again",
    about: "From now on the policy decides again. Nothing that was stopped is revived: those conversations wait for a person.",
    examples: ["The cause is mended", "False alarm"],
    yes: "Let it send again", run: release,
  });
}

/** The places that the bar of a telephone has no room for. */
export function more() {
  open((close) => html`<${Dialog} title="More" close=${close}><div class="content">${placesFor().filter((place) => !place.small).map((place) =>
    html`<a class="button" key=${place.to} href="/${place.to}" onClick=${close}><${Icon} name=${place.icon} />${place.word}</a>`)}</div><//>`);
}
