// The editor: a plain text field with line numbers, marks where something is wrong, and the line that a link named.
import { html, useEffect, useRef, useState } from "../../../vendor/ui.js";
import { query } from "../../core/router.js";
import { checked, files, root, write } from "../../store/policy.js";
import { may } from "../../store/session.js";

const LINE = 20;

/** The policy itself first, then what it imports, then its templates. @param {PolicyFile} file */
const order = (file) => (file.path === root.value ? 0 : file.path.endsWith(".remit") ? 1 : 2);

export function Source() {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const [path, setPath] = useState("");
  const named = query.value.get("file") || "";
  const line = Number(query.value.get("line") || 0);
  const shown = files.value.find((file) => file.path === path) || files.value.find((file) => file.path === root.value) || files.value[0];
  useEffect(() => {
    if (named && files.value.some((file) => file.path === named)) setPath(named);
  }, [named, files.value.length]);
  useEffect(() => {
    if (line && shown && (!named || shown.path === named) && box.current) box.current.scrollTop = Math.max(0, (line - 8) * LINE);
  }, [line, named, shown?.path]);
  if (!shown) return null;
  const marks = new Map();
  for (const finding of checked.value?.findings || []) {
    if (finding.file === shown.path && marks.get(finding.line) !== "error") marks.set(finding.line, finding.severity);
  }
  const count = shown.text.split("\n").length;
  const built = named.startsWith("std/");
  const tab = (/** @type {KeyboardEvent} */ event) => {
    // Tab leaves the field, as everywhere; Ctrl with ] writes two spaces.
    if (!((event.ctrlKey || event.metaKey) && event.key === "]") || !area.current) return;
    event.preventDefault();
    area.current.setRangeText("  ", area.current.selectionStart, area.current.selectionEnd, "end");
    write(shown.path, area.current.value);
  };
  return html`<div class="source-pane">
    <nav class="tabs" aria-label="Files">${[...files.value].sort((a, b) => order(a) - order(b)).map((file) => html`<button class="tab mono" key=${file.path} aria-pressed=${file === shown} onClick=${() => setPath(file.path)}>${file.path}</button>`)}</nav>
    ${built ? html`<p class="banner">${named}:${line} is built into Remit; it is no file of yours.</p>` : null}
    <div class="source" ref=${box}>
      <div class="gutter" aria-hidden="true">${Array.from({ length: count }, (_, index) => {
        const mark = marks.get(index + 1);
        const here = line === index + 1 && shown.path === named;
        return html`<div key=${index} class="${mark ? `has-${mark}` : ""} ${here ? "here" : ""}">${index + 1}</div>`;
      })}</div>
      <textarea ref=${area} aria-label=${`Text of ${shown.path}`} spellcheck=${false} autocapitalize="off" autocomplete="off" wrap="off" rows=${count + 1} readOnly=${!may("viewer")} value=${shown.text}
        onInput=${(/** @type {any} */ event) => write(shown.path, event.currentTarget.value)} onKeyDown=${tab}></textarea>
    </div></div>`;
}
