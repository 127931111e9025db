// The open conversation: the thread in the middle, and what is known about it on the right.
import { html, useEffect } from "../../../vendor/ui.js";
import { conversation, openThread } from "../../store/thread.js";
import { composer } from "./compose.js";
import { Context } from "./context.js";
import { Thread } from "./thread.js";

// Nobody writes before they have read, but everybody may.
composer().catch(() => undefined);

/** @param {{ id: string, showContext: () => void }} props */
export function ThreadPane({ id, showContext }) {
  useEffect(() => openThread(id), [id]);
  useEffect(() => () => openThread(""), []);
  return html`<${Thread} id=${id} showContext=${showContext} />`;
}

/** @param {{ close: () => void }} props */
export function ContextPane({ close }) {
  if (!conversation.value) return null;
  return html`<aside class="pane context-pane" aria-label="Contact and details"><${Context} close=${close} /></aside>`;
}
