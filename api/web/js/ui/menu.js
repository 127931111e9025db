// A button that opens a list of things to do.
import { html, useEffect, useRef, useState } from "../../vendor/ui.js";
import { Icon } from "./icon.js";

/**
 * @typedef {{ word: string, icon?: string, run?: () => void, href?: string, key?: string, off?: boolean, rule?: boolean }} Item `rule`: a line stands above it.
 * @param {{ label: string, items: Item[], icon?: string, word?: string, up?: boolean, left?: boolean, tone?: string, little?: boolean }} props
 */
export function Menu({ label, items, icon = "more", word, up, left, tone = "plain", little }) {
  const [open, setOpen] = useState(false);
  const ref = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    if (!open) return;
    /** @type {HTMLElement | null | undefined} */ (ref.current?.querySelector(".item"))?.focus();
    const away = (/** @type {Event} */ event) => {
      if (event.target instanceof Node && !ref.current?.contains(event.target)) setOpen(false);
    };
    addEventListener("pointerdown", away);
    addEventListener("focusin", away);
    return () => {
      removeEventListener("pointerdown", away);
      removeEventListener("focusin", away);
    };
  }, [open]);
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (!open) return;
    const all = /** @type {HTMLElement[]} */ ([...(ref.current?.querySelectorAll(".item") || [])]);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === "Escape") {
      setOpen(false);
      /** @type {HTMLElement | null | undefined} */ (ref.current?.querySelector("button"))?.focus();
    } else if (event.key === "ArrowDown") all[(at + 1) % all.length]?.focus();
    else if (event.key === "ArrowUp") all[(at - 1 + all.length) % all.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const chosen = (/** @type {Item} */ item) => () => {
    setOpen(false);
    item.run?.();
  };
  const shown = items.filter((item) => !item.off);
  return html`<div class="menu" ref=${ref} onKeyDown=${keys}>
    <button type="button" class="button ${tone} ${word ? "" : "icon"} ${little ? "little" : ""}" aria-haspopup="true" aria-expanded=${open} aria-label=${word ? undefined : label} title=${label} onClick=${() => setOpen(!open)}>
      ${word}<${Icon} name=${icon} /></button>
    ${open ? html`<div class="items ${up ? "up" : ""} ${left ? "left" : ""}" role="group" aria-label=${label}>${shown.map((item) =>
      item.href
        ? html`<a class="item ${item.rule ? "ruled" : ""}" href=${item.href} key=${item.word} onClick=${chosen(item)}>${item.icon ? html`<${Icon} name=${item.icon} />` : null}${item.word}</a>`
        : html`<button type="button" class="item ${item.rule ? "ruled" : ""}" key=${item.word} onClick=${chosen(item)}>${item.icon ? html`<${Icon} name=${item.icon} />` : null}${item.word}${item.key ? html`<kbd>${item.key}</kbd>` : null}</button>`)}</div>` : null}
  </div>`;
}
