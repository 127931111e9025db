// Files that came with a message, or went with it. Pictures are shown; everything else is a download.
import { html, useEffect, useState } from "../../../vendor/ui.js";
import { api } from "../../core/api.js";
import { bytes } from "../../core/words.js";
import { failed } from "../../store/toasts.js";
import { Icon } from "../../ui/icon.js";

/** What may be shown in place; the server looks at the bytes and says no to what only claims to be one. */
const PICTURE = /^image\/(png|jpeg|gif|webp)$/i;
/** Pictures beyond this are fetched when one asks for them. */
const MOST_SHOWN = 4 * 1024 * 1024;

/** What is said of a file that is not here, in a word and in a sentence. @type {Record<string, string>} */
const SHORT = { here: "", waiting: "being fetched", missing: "could not be fetched", elsewhere: "not here" };
/** @type {Record<string, (file: Attachment) => string>} */
const WHERE = {
  here: () => "",
  waiting: () => "It is being fetched from the provider",
  missing: (file) => `It could not be fetched: ${file.missing_reason}`,
  elsewhere: () => "It stayed with whoever delivered the message",
};

/** @param {Message} message @param {Attachment} file @param {boolean} show @returns {Promise<Blob>} */
const read = (message, file, show) => api(`/messages/${message.id}/attachments/${file.position}`, { as: "blob", query: { show } });

/** @param {Message} message @param {Attachment} file */
async function download(message, file) {
  try {
    const address = URL.createObjectURL(await read(message, file, false));
    const link = document.createElement("a");
    link.href = address;
    link.download = file.name || "file";
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  } catch (error) {
    failed(error, `${file.name || "The file"} could not be read`);
  }
}

/** @param {{ message: Message }} props */
export function Attachments({ message }) {
  const files = message.attachments.filter((file) => !(file.inline && message.has_html));
  if (!files.length) return null;
  const pictures = files.filter((file) => file.has_content && PICTURE.test(file.type) && file.size <= MOST_SHOWN);
  return html`<div class="attachments">
    ${pictures.length ? html`<div class="row wrap">${pictures.map((file) => html`<${Picture} message=${message} file=${file} key=${file.position} />`)}</div>` : null}
    <ul class="row wrap files" aria-label="Files">${files.map((file) => html`<li key=${file.position}>${file.has_content
      ? html`<button class="file" title=${`${file.type}: download`} onClick=${() => download(message, file)}><${Icon} name="file" size=${14} /><span class="cut">${file.name || "File"}</span><span class="muted">${bytes(file.size)}</span><${Icon} name="download" size=${13} label="Download" /></button>`
      : html`<span class="file" title=${WHERE[file.state](file)}><${Icon} name="file" size=${14} /><span class="cut">${file.name || "File"}</span><span class="muted">${SHORT[file.state]}</span></span>`}</li>`)}</ul></div>`;
}

/** @param {{ message: Message, file: Attachment }} props */
function Picture({ message, file }) {
  const [address, setAddress] = useState("");
  useEffect(() => {
    let made = "";
    let gone = false;
    read(message, file, true).then((blob) => {
      // What is no picture by its bytes comes as a download, without a type.
      if (gone || !PICTURE.test(blob.type)) return;
      made = URL.createObjectURL(blob);
      setAddress(made);
    }, () => undefined);
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [message.id, file.position]);
  return address ? html`<button class="picture" title=${file.name} aria-label=${`Download ${file.name}`} onClick=${() => download(message, file)}><img src=${address} alt=${file.name || "Picture"} /></button>` : null;
}
