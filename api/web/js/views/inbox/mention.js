// Colleagues to call in a note: their names while one types what begins with @.
import { html, useEffect, useLayoutEffect, useState } from "../../../vendor/ui.js";
import { all } from "../../store/load.js";
import { Avatar } from "../../ui/parts.js";

/** @type {Promise<User[]> | null} */
let people = null;
const read = () => (people ||= /** @type {Promise<User[]>} */ (all("/users")).catch(() => []));

/** What the server takes for this colleague: the name without spaces, or what stands before the sign in their address. @param {User} user */
function callOf(user) {
  const name = user.name.replace(/\s+/g, "");
  return /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(name) ? name : user.email.split("@")[0] || name;
}

/** @param {{ field: HTMLTextAreaElement | null, text: string, write: (text: string) => void }} props */
export function Mentions({ field, text, write }) {
  const [known, setKnown] = useState(/** @type {User[]} */ ([]));
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState("");
  const end = field?.selectionStart ?? text.length;
  const typed = /(^|[\s(])@([\p{L}\p{N}._-]*)$/u.exec(text.slice(0, end))?.[2];
  useEffect(() => {
    if (typed !== undefined) void read().then(setKnown);
    setAt(0);
  }, [typed]);
  const found = typed === undefined || closed === text ? [] : known.filter((user) => !user.disabled && user.name.toLowerCase().split(/\s+/).some((part) => part.startsWith(typed.toLowerCase()))).slice(0, 6);
  const choose = (/** @type {User | undefined} */ user) => {
    if (!user || typed === undefined) return;
    const call = `${callOf(user)} `;
    const from = end - typed.length;
    // In the field itself and at once, so that the caret stands behind the name before the next key.
    field?.focus();
    field?.setRangeText(call, from, end, "end");
    write(text.slice(0, from) + call + text.slice(end));
  };
  // With the list, not a moment after it: Enter on what is seen chooses it.
  useLayoutEffect(() => {
    if (!field || !found.length) return;
    const keys = (/** @type {KeyboardEvent} */ event) => {
      if (event.ctrlKey || event.metaKey) return;
      if (event.key === "ArrowDown") setAt((at + 1) % found.length);
      else if (event.key === "ArrowUp") setAt((at - 1 + found.length) % found.length);
      else if (event.key === "Enter" || event.key === "Tab") choose(found[at]);
      else if (event.key === "Escape") setClosed(text);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    field.addEventListener("keydown", keys, true);
    return () => field.removeEventListener("keydown", keys, true);
  });
  if (!found.length) return null;
  return html`<ul class="mentions" role="listbox" aria-label="Colleagues">${found.map((user, index) => html`<li class="choice ${index === at ? "at" : ""}" key=${user.id} role="option" aria-selected=${index === at} onMouseDown=${(/** @type {Event} */ event) => { event.preventDefault(); choose(user); }}><${Avatar} name=${user.name} kind="rep" small /><span class="grow">${user.name}</span><span class="small muted">@${callOf(user)}</span></li>`)}</ul>`;
}
