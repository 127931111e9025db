// The sheet of shortcuts. What each key does is bound where it is done.
import { html } from "../../vendor/ui.js";
import { Dialog, open } from "../ui/dialog.js";

const SHORTCUTS = [
  { group: "Anywhere", keys: [["g i", "Go to the inbox"], ["g a", "Go to approvals"], ["g p", "Go to policies"], ["/", "Search"], ["c", "New conversation"], ["Ctrl K", "Go to anything"], ["?", "This sheet"]] },
  { group: "In the list", keys: [["j / ↓", "Next conversation"], ["k / ↑", "Previous conversation"], ["Enter / o", "Open it"], ["u", "Back to the list"]] },
  { group: "In a conversation", keys: [["r", "Reply"], ["n", "Internal note"], ["a", "Approve the AI draft"], ["x", "Reject the AI draft"], ["d", "Show what was changed"], ["i", "Why did the AI do that?"], ["p", "Pause or resume the AI"], ["s", "Snooze"], ["e", "Close or reopen"], ["t", "Tag it"], ["Shift U", "Mark as unread"], ["z", "Undo send"]] },
  { group: "In the approval queue", keys: [["j / k", "Next, previous draft"], ["a", "Approve"], ["e", "Edit"], ["x", "Reject"], ["o", "Open the conversation"]] },
  { group: "While writing", keys: [["Ctrl Enter", "Send, add the note, or approve"], ["Esc", "Leave the field"]] },
];

export function help() {
  open((close) => html`<${Dialog} title="Keyboard shortcuts" wide close=${close}><div class="content shortcuts">${SHORTCUTS.map(({ group, keys }) => html`<section key=${group}><h3>${group}</h3><dl>${keys.map(([name, words]) =>
    html`<div key=${name}><dt>${words}</dt><dd>${name.split(" / ").map((part, index) => html`${index ? " or " : ""}${part.split(" ").map((one) => html`<kbd key=${one}>${one}</kbd> `)}`)}</dd></div>`)}</dl></section>`)}
    <p class="small muted">Shortcuts of a single letter can be switched off in the settings.</p></div><//>`);
}
