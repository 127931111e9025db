// Files that go along with a reply: brought at once, named in it when it is sent.
import { html, useEffect, useState } from "../../../vendor/ui.js";
import { api, said } from "../../core/api.js";
import { bytes } from "../../core/words.js";
import { Icon } from "../../ui/icon.js";

const MOST_FILES = 20;
const MOST_BYTES = 25 * 1024 * 1024;

/** @param {{ own: import("../../store/writing.js").Writing, dropped: File[], taken: () => void, wrong: (text: string) => void }} props */
export function Files({ own, dropped, taken, wrong }) {
  const [coming, setComing] = useState(/** @type {File[]} */ ([]));
  const bring = async (/** @type {File} */ file) => {
    const together = own.files.value.reduce((sum, one) => sum + one.size, 0) + file.size;
    if (own.files.value.length >= MOST_FILES) return wrong(`A mail takes ${MOST_FILES} files.`);
    if (together > MOST_BYTES) return wrong(`${file.name}: files of a mail may have 25 MB together.`);
    if (!file.size) return wrong(`${file.name} is empty.`);
    setComing((now) => [...now, file]);
    try {
      /** @type {UploadedFile} */
      const brought = await api("/attachments", { method: "POST", query: { name: file.name.slice(-200) || "file" }, body: file });
      own.write({ files: [...own.files.value, brought] });
    } catch (error) {
      wrong(`${file.name}: ${said(error)}`);
    }
    setComing((now) => now.filter((one) => one !== file));
  };
  useEffect(() => {
    if (!dropped.length) return;
    taken();
    // One after the other: what they come to together is known each time.
    void dropped.reduce((before, file) => before.then(() => bring(file)), Promise.resolve());
  }, [dropped]);
  return html`<ul class="row wrap files" aria-label="Files that go along">
    ${own.files.value.map((file) => html`<li class="chip outline" key=${file.id}><${Icon} name="file" size=${12} /><span class="cut">${file.name}</span>${file.size ? html`<span class="muted">${bytes(file.size)}</span>` : null}
      <button class="chip-end" aria-label=${`Remove ${file.name}`} onClick=${() => own.write({ files: own.files.value.filter((one) => one.id !== file.id) })}><${Icon} name="close" size=${11} /></button></li>`)}
    ${coming.map((file, index) => html`<li class="chip" role="status" key=${`${index}${file.name}`}><${Icon} name="clock" size=${12} /><span class="cut">${file.name}</span> on its way…</li>`)}</ul>`;
}
