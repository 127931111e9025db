// The HTML of a mail. It was cleaned by the server, and its own pictures are put into it; here it lives in a frame that may run nothing, send nothing and go
// nowhere, under a policy of its own besides ours. Links open elsewhere.
import { html, useEffect, useRef, useState } from "../../../vendor/ui.js";
import { api } from "../../core/api.js";
import { Bones } from "../../ui/parts.js";

/** Never with scripts: beside the same origin, which the height is measured by, they would be as free as this page. */
const SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";
const HEAD = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><base target="_blank"><title>Mail</title>
<body style="margin:0;padding:12px 14px;color-scheme:light;background-color:#fff;color:#1a1a1e;font-family:system-ui,sans-serif;font-size:14px;line-height:1.5;overflow-wrap:anywhere">`;

/** Pictures of a mail that are shown in it, at most, in bytes: one, and all together. */
const ONE = 4 * 1024 * 1024;
const ALL = 12 * 1024 * 1024;
const PICTURE = /^image\/(png|jpeg|gif|webp)$/i;

/** A picture of the mail's own, as the address of its bytes; the frame may load nothing else. @param {Message} message @param {Attachment} file @returns {Promise<string>} */
async function picture(message, file) {
  const blob = /** @type {Blob} */ (await api(`/messages/${message.id}/attachments/${file.position}`, { as: "blob", query: { show: true } }));
  // What is no picture by its bytes comes without a type.
  if (!PICTURE.test(blob.type)) return "";
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => done("");
    reader.readAsDataURL(blob);
  });
}

/** The HTML with what it shows of itself in its place, and nothing where that is not there. @param {Message} message @param {string} text */
async function withPictures(message, text) {
  let left = ALL;
  /** @type {Map<string, string>} */
  const found = new Map();
  const wanted = message.attachments.filter((file) => file.content_id && file.has_content && file.size <= ONE && (left -= file.size) >= 0);
  await Promise.all(wanted.map(async (file) => found.set(file.content_id || "", await picture(message, file).catch(() => ""))));
  const named = (/** @type {string} */ written) => {
    const name = written.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    try {
      return found.get(name) || found.get(decodeURIComponent(name)) || "";
    } catch {
      return "";
    }
  };
  return text.replace(/ src="cid:([^"]*)"/gi, (_all, name) => (named(name) ? ` src="${named(name)}"` : ""));
}

/** @param {{ message: Message }} props */
export function MailFrame({ message }) {
  const [address, setAddress] = useState("");
  const [plain, setPlain] = useState(false);
  const [tall, setTall] = useState(60);
  const frame = useRef(/** @type {HTMLIFrameElement | null} */ (null));
  useEffect(() => {
    let made = "";
    let gone = false;
    api(`/messages/${message.id}/body.html`, { as: "text" }).then((/** @type {any} */ text) => withPictures(message, text)).then(
      (text) => {
        if (gone) return;
        made = URL.createObjectURL(new Blob([HEAD, text], { type: "text/html" }));
        setAddress(made);
      },
      () => setPlain(true),
    );
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [message.id]);
  const shown = () => {
    const root = frame.current?.contentDocument?.documentElement;
    if (!root) return;
    const measure = () => setTall(Math.min(Math.max(root.scrollHeight, root.getBoundingClientRect().height, 40), 20000));
    measure();
    new ResizeObserver(measure).observe(root);
  };
  if (plain) return html`<div class="pre text">${message.body_text}</div>`;
  if (!address) return html`<${Bones} lines=${3} label="Loading the mail" />`;
  return html`<iframe class="mail" ref=${frame} title=${`Mail: ${message.subject || "no subject"}`} sandbox=${SANDBOX} referrerpolicy="no-referrer" src=${address} style=${{ height: `${tall}px` }} onLoad=${shown}></iframe>
    <div class="row mail-foot"><button class="link small" onClick=${() => setPlain(true)}>Show as plain text</button></div>`;
}
