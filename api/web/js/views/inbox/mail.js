// The HTML of a mail. It was cleaned by the server; here it lives in a frame that may run nothing, send nothing and go
// nowhere, under a policy of its own besides ours. Links open elsewhere.
import { html, useEffect, useRef, useState } from "../../../vendor/ui.js";
import { api } from "../../core/api.js";
import { Bones } from "../../ui/parts.js";

/** Never with scripts: beside the same origin, which the height is measured by, they would be as free as this page. */
const SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";
const HEAD = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><base target="_blank"><title>Mail</title>
<body style="margin:0;padding:12px 14px;color-scheme:light;background-color:#fff;color:#1a1a1e;font-family:system-ui,sans-serif;font-size:14px;line-height:1.5;overflow-wrap:anywhere">`;

/** @param {{ message: Message }} props */
export function MailFrame({ message }) {
  const [address, setAddress] = useState("");
  const [plain, setPlain] = useState(false);
  const [tall, setTall] = useState(60);
  const frame = useRef(/** @type {HTMLIFrameElement | null} */ (null));
  useEffect(() => {
    let made = "";
    let gone = false;
    api(`/messages/${message.id}/body.html`, { as: "text" }).then(
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
