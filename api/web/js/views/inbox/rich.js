// The field for a mail: bold, italic, links and lists as they will look. What it gives is text with a little markup.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../../vendor/ui.js";
import { marked } from "../../core/markup.js";
import { askReason } from "../../ui/dialog.js";
import { own } from "../../store/own.js";
import { Icon } from "../../ui/icon.js";

/** @param {import("../../core/markup.js").Span} span */
function drawn(span) {
  /** @type {Node} */
  let node = document.createTextNode(span.text);
  for (const [name, is] of /** @type {const} */ ([["b", span.bold], ["i", span.italic], ["a", span.href]])) {
    if (!is) continue;
    const outer = document.createElement(name);
    if (name === "a") outer.setAttribute("href", span.href);
    outer.append(node);
    node = outer;
  }
  return node;
}

/** @param {HTMLElement} into @param {string} text */
function draw(into, text) {
  into.textContent = "";
  let list = /** @type {HTMLElement | null} */ (null);
  for (const line of text ? marked(text) : []) {
    const wanted = line.kind === "item" ? "UL" : line.kind === "number" ? "OL" : "";
    if ((list?.nodeName || "") !== wanted) {
      list = wanted ? document.createElement(wanted) : null;
      if (list) into.append(list);
    }
    const block = document.createElement(list ? "li" : "div");
    block.append(...line.spans.map(drawn));
    if (!line.spans.length) block.append(document.createElement("br"));
    (list || into).append(block);
  }
}

/** Around words, never around the blanks beside them. @param {string} text @param {string} mark */
function around(text, mark) {
  return text.trim() ? text.replace(/^(\s*)([\s\S]*?)(\s*)$/, `$1${mark}$2${mark}$3`) : text;
}

/** @param {HTMLElement} root */
export function textOf(root) {
  /** @type {string[]} */
  const lines = [""];
  const add = (/** @type {string} */ text) => (lines[lines.length - 1] += text);
  const inline = (/** @type {Node} */ node) => {
    if (node.nodeType === Node.TEXT_NODE) return (node.textContent || "").replace(/\u00a0/g, " ").replace(/\n/g, " ");
    if (node.nodeName === "BR") return "\n";
    const inner = /** @type {string} */ ([...node.childNodes].map(inline).join(""));
    if (/^(B|STRONG)$/.test(node.nodeName)) return inner.split("\n").map((part) => around(part, "**")).join("\n");
    if (/^(I|EM)$/.test(node.nodeName)) return inner.split("\n").map((part) => around(part, "_")).join("\n");
    if (node instanceof HTMLAnchorElement && inner.trim()) return `[${inner.replace(/[\]\n]/g, " ")}](${node.getAttribute("href")})`;
    return inner;
  };
  const isBlock = (/** @type {Node} */ node) => /^(DIV|P|UL|OL|LI)$/.test(node.nodeName);
  const walk = (/** @type {Node} */ node, /** @type {string} */ list) => {
    let number = 0;
    // The line that a block begins is its first block's too.
    let held = true;
    for (const child of node.childNodes) {
      if (isBlock(child)) {
        if (!held) lines.push("");
        if (child.nodeName === "LI") add(list === "OL" ? `${++number}. ` : "- ");
        walk(child, child.nodeName);
      } else {
        const text = inline(child);
        // A line break at the end of a block only holds it open.
        if (text === "\n" && child === node.lastChild) continue;
        for (const [index, part] of text.split("\n").entries()) index ? lines.push(part) : add(part);
      }
      held = false;
    }
  };
  walk(root, "");
  return lines.join("\n");
}

/** @param {HTMLElement} element */
function toEnd(element) {
  element.focus();
  getSelection()?.selectAllChildren(element);
  getSelection()?.collapseToEnd();
}

const TOOLS = /** @type {const} */ ([["bold", "bold", "Bold", "Ctrl B"], ["italic", "italic", "Italic", "Ctrl I"], ["insertUnorderedList", "list", "List", ""]]);

/** @param {{ text: string, write: (text: string) => void, label: string, placeholder: string, focus: { current: boolean }, open: boolean, begin: () => void }} props `focus`: it is asked for as this appears. */
export function Rich({ text, write, label, placeholder, focus, open, begin }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const given = useRef(/** @type {string | null} */ (null));
  const [on, setOn] = useState("");
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const stale = text !== given.current;
    if (stale) {
      given.current = text;
      draw(element, text);
    }
    if (stale && document.activeElement === element) toEnd(element);
  }, [text]);
  useLayoutEffect(() => {
    if (box.current && focus.current) toEnd(box.current);
  }, []);
  useEffect(() => {
    document.execCommand("defaultParagraphSeparator", false, "div");
    const look = () => box.current?.contains(document.activeElement) && setOn(TOOLS.filter(([command]) => document.queryCommandState(command)).map(([command]) => command).join());
    document.addEventListener("selectionchange", look);
    return () => document.removeEventListener("selectionchange", look);
  }, []);
  const changed = () => {
    if (!box.current) return;
    given.current = textOf(box.current);
    write(given.current);
  };
  const run = (/** @type {string} */ command, /** @type {string} */ value = "") => {
    box.current?.focus();
    document.execCommand(command, false, value);
    changed();
  };
  const link = () => {
    const range = getSelection()?.rangeCount ? getSelection()?.getRangeAt(0).cloneRange() : null;
    askReason({
      title: "Link", label: "Address", line: true, yes: "Make the link", wrong: "Say where it leads.",
      about: range?.collapsed ? "The address itself will stand in the text." : "What is marked will lead there.",
      run: async (given) => {
        const address = /^(https?:\/\/|mailto:)/i.test(given) ? given : given.includes("@") ? `mailto:${given}` : `https://${given}`;
        if (!URL.canParse(address) || /[\s)]/.test(address)) throw new Error("That is no address of a page or a mailbox.");
        setTimeout(() => {
          box.current?.focus();
          const selection = getSelection();
          if (range && selection) {
            selection.removeAllRanges();
            selection.addRange(range);
          }
          if (range?.collapsed ?? true) document.execCommand("insertText", false, address);
          else document.execCommand("createLink", false, address);
          changed();
        });
      },
    });
  };
  const paste = (/** @type {ClipboardEvent} */ event) => {
    if (event.clipboardData?.files.length) return;
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData?.getData("text/plain") || "");
  };
  return html`<div class="rich ${open ? "is-open" : ""}"><div class="bare write" ref=${box} contenteditable="true" role="textbox" aria-multiline="true" aria-label=${label} data-placeholder=${placeholder} data-empty=${text.trim() ? undefined : "true"} onFocus=${begin} onInput=${changed} onPaste=${paste}></div>
    ${open ? html`<div class="row tools" role="toolbar" aria-label="Format">${TOOLS.map(([command, icon, word, keys]) => html`<button type="button" class="button plain icon little" key=${command} aria-label=${word} title=${`${word}${keys ? ` (${keys})` : ""}`} aria-pressed=${on.includes(command)} onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => run(command)}><${Icon} name=${icon} size=${14} /></button>`)}
      <button type="button" class="button plain icon little" aria-label="Link" title="Link" onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${link}><${Icon} name="link" size=${14} /></button>
      ${own.value?.signature && !text.includes(own.value.signature) ? html`<button type="button" class="button plain icon little" aria-label="Put your signature below" title="Put your signature below" onClick=${() => write(`${text.trimEnd()}\n\n${own.value?.signature}`)}><${Icon} name="person" size=${14} /></button>` : null}</div>` : null}</div>`;
}
