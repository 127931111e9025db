// The chat box of a web site. Put it on a page with
//   <script async src="https://inbox.example.com/chat.js" data-channel="chn_…"></script>
// and say who the visitor is, where your server vouches for them, with data-jwt="…" or
//   RemitChat.identify(jwt)
// It needs no framework, sets no cookie, writes no HTML, and keeps one random token in the site's own storage.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || window.RemitChat) return;
  const server = new URL(script.src).origin;
  const channel = script.dataset.channel || "";
  const words = Object.assign(
    { title: "Chat with us", placeholder: "Write a message", send: "Send", open: "Open the chat", close: "Close the chat", away: "Connecting…", failed: "Not sent. Press to try again.", writes: "is writing…", somebody: "Somebody", end: "End the chat", copy: "Send me the chat by mail", email: "Mail address", sent: "It is on its way." },
    JSON.parse(script.dataset.words || "{}"),
  );
  const base = `${server}/chat/${channel}`;
  const keep = (() => {
    try { localStorage.setItem("remit-chat-probe", "1"); localStorage.removeItem("remit-chat-probe"); return localStorage; } catch { return null; }
  })();
  const hex = (bytes) => Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, "0")).join("");
  const place = `remit-chat-${channel}`;
  let token = keep && keep.getItem(place);
  if (!token) { token = hex(32); if (keep) keep.setItem(place, token); }
  let jwt = script.dataset.jwt || "";
  let after = "", stopped = false, wait = 1000, abort = null, unread = 0;
  const shown = new Map();

  // What it looks like: in a shadow, so that neither the page's styles nor ours reach the other.
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 2147483000; font: 15px/1.4 system-ui, sans-serif; color-scheme: light dark; }
    button { font: inherit; cursor: pointer; border: 0; border-radius: 1.5rem; padding: .6rem 1rem; background: #1f4fd8; color: #fff; }
    button:focus-visible, textarea:focus-visible { outline: 3px solid #8fb0ff; outline-offset: 2px; }
    section { display: none; flex-direction: column; inline-size: min(22rem, calc(100vw - 2rem)); block-size: min(30rem, calc(100vh - 6rem)); margin-block-end: .5rem; border: 1px solid #8886; border-radius: .8rem; background: Canvas; color: CanvasText; overflow: hidden; box-shadow: 0 8px 30px #0003; }
    section[data-open] { display: flex; }
    header { padding: .7rem 1rem; font-weight: 600; border-block-end: 1px solid #8884; }
    header small { font-weight: 400; opacity: .75; margin-inline-start: .5rem; }
    ol { flex: 1; overflow-y: auto; margin: 0; padding: .7rem; list-style: none; display: flex; flex-direction: column; gap: .4rem; }
    li { max-inline-size: 85%; padding: .45rem .7rem; border-radius: .8rem; background: #8882; white-space: pre-wrap; overflow-wrap: anywhere; align-self: flex-start; }
    li[data-own] { align-self: flex-end; background: #1f4fd8; color: #fff; }
    li[data-waiting] { opacity: .6; } li[data-failed] { outline: 2px solid #c62828; cursor: pointer; }
    li small { display: block; font-size: .8em; opacity: .8; }
    header { display: flex; align-items: center; } header small { flex: 1; }
    button.plain { background: none; color: inherit; padding: .2rem .5rem; font-weight: 400; font-size: .85em; text-decoration: underline; }
    form[hidden] { display: none; } form.bye { flex-wrap: wrap; border: 0; } .bye label { flex: 1 0 100%; } input { font: inherit; } input[type=email] { flex: 1; min-inline-size: 0; }
    form { display: flex; gap: .4rem; padding: .6rem; border-block-start: 1px solid #8884; }
    textarea { flex: 1; font: inherit; resize: none; block-size: 2.6rem; border: 1px solid #8888; border-radius: .6rem; padding: .4rem; background: Canvas; color: CanvasText; }
  `);
  root.adoptedStyleSheets = [sheet];
  const make = (tag, text, attributes) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    return element;
  };
  const panel = make("section", "", { role: "dialog", "aria-label": words.title });
  const head = make("header", words.title);
  const state = make("small", "", { role: "status" });
  head.append(state);
  const list = make("ol", "", { "aria-live": "polite" });
  const form = make("form");
  const box = make("textarea", "", { "aria-label": words.placeholder, placeholder: words.placeholder, maxlength: "10000" });
  form.append(box, make("button", words.send, { type: "submit" }));
  panel.append(head, list, form);
  const toggle = make("button", words.title, { type: "button", "aria-expanded": "false", "aria-label": words.open });
  root.append(panel, toggle);

  const headers = () => {
    const all = { authorization: `Visitor ${token}` };
    if (jwt) all["remit-identity"] = jwt;
    return all;
  };
  const label = () => { toggle.textContent = unread ? `${words.title} (${unread})` : words.title; };

  // One message is one line, however often it is told of: by its id from us, else by the server's.
  const show = (message) => {
    let line = shown.get(message.client_id || message.id) || shown.get(message.id);
    if (!line) {
      line = make("li", message.text);
      if (message.author === "visitor") line.dataset.own = "";
      else if (message.name) line.prepend(make("small", message.name));
      list.append(line);
      if (message.author !== "visitor") writes(null);
      if (message.author !== "visitor" && !panel.hasAttribute("data-open")) { unread += 1; label(); }
    }
    delete line.dataset.waiting; delete line.dataset.failed;
    shown.set(message.id, line);
    if (message.client_id) shown.set(message.client_id, line);
    list.scrollTop = list.scrollHeight;
  };

  // Who of the other side writes: shown for a while, and not once their message is there.
  let quiet = 0;
  const writes = (told) => {
    clearTimeout(quiet);
    state.textContent = told && told.typing ? `${told.name || words.somebody} ${words.writes}` : "";
    if (told && told.typing) quiet = setTimeout(() => writes(null), 25000);
  };
  // That the visitor writes is said at most every few seconds, and nobody waits for it.
  let said = 0, ends = 0;
  const types = (typing) => {
    clearTimeout(ends);
    if (typing) ends = setTimeout(() => types(false), 6000);
    if (typing && Date.now() - said < 4000) return;
    if (!typing && !said) return;
    said = typing ? Date.now() : 0;
    fetch(`${base}/typing`, { method: "POST", mode: "cors", credentials: "omit", headers: { ...headers(), "content-type": "application/json" }, body: JSON.stringify({ typing }) }).catch(() => {});
  };

  const leave = async ({ transcript = false, email } = {}) => {
    types(false);
    const body = JSON.stringify(email ? { transcript, email } : { transcript });
    try {
      const answer = await fetch(`${base}/leave`, { method: "POST", mode: "cors", credentials: "omit", keepalive: true, headers: { ...headers(), "content-type": "application/json" }, body });
      return answer.ok && (await answer.json()).transcript;
    } catch { return false; }
  };

  const send = async (id, text, line) => {
    line.dataset.waiting = ""; delete line.dataset.failed;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      try {
        const answer = await fetch(`${base}/messages`, { method: "POST", mode: "cors", credentials: "omit", headers: { ...headers(), "content-type": "application/json" }, body: JSON.stringify({ id, text }) });
        if (answer.ok) { delete line.dataset.waiting; return; }
        if (answer.status < 500 && answer.status !== 429) break;
      } catch { /* the line is down: again */ }
      await new Promise((done) => setTimeout(done, 1000 * 2 ** attempt));
    }
    delete line.dataset.waiting;
    line.dataset.failed = ""; line.title = words.failed;
    line.onclick = () => { line.onclick = null; send(id, text, line); };
  };

  // Server-sent events over fetch, because an EventSource sends no headers: the token stays out of addresses.
  const listen = async () => {
    while (!stopped) {
      abort = new AbortController();
      try {
        const answer = await fetch(`${base}/stream${after ? `?after=${encodeURIComponent(after)}` : ""}`, { mode: "cors", credentials: "omit", headers: headers(), signal: abort.signal });
        if (!answer.ok || !answer.body) { if (answer.status === 403) return; throw new Error(String(answer.status)); }
        state.textContent = ""; wait = 1000;
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          text += value;
          let end;
          while ((end = text.indexOf("\n\n")) >= 0) {
            const frame = text.slice(0, end); text = text.slice(end + 2);
            let id = "", data = "", kind = "";
            for (const row of frame.split("\n")) {
              if (row.startsWith("event: ")) kind = row.slice(7);
              if (row.startsWith("id: ")) id = row.slice(4);
              if (row.startsWith("data: ")) data += row.slice(6);
            }
            if (kind === "typing") writes(JSON.parse(data));
            else if (data) show(JSON.parse(data));
            if (id) after = id;
          }
        }
      } catch { /* below */ }
      if (stopped) return;
      state.textContent = words.away;
      await new Promise((done) => setTimeout(done, wait * (0.5 + Math.random())));
      wait = Math.min(wait * 2, 30000);
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    types(false);
    const id = hex(16);
    const line = make("li", text, { "data-own": "" });
    list.append(line);
    shown.set(id, line);
    list.scrollTop = list.scrollHeight;
    send(id, text, line);
  });
  box.addEventListener("input", () => types(box.value.trim() !== ""));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  const open = (yes) => {
    panel.toggleAttribute("data-open", yes);
    toggle.setAttribute("aria-expanded", String(yes));
    toggle.setAttribute("aria-label", yes ? words.close : words.open);
    if (yes) { unread = 0; label(); box.focus(); }
  };
  // "End the chat": asks whether the visitor wants it by mail, and then closes the box.
  const end = make("button", words.end, { type: "button", class: "plain" });
  const bye = make("form", "", { hidden: "", class: "bye" });
  const wants = make("input", "", { type: "checkbox" }), mail = make("input", "", { type: "email", placeholder: words.email, "aria-label": words.email });
  const choice = make("label");
  choice.append(wants, make("span", words.copy));
  bye.append(choice, mail, make("button", words.end, { type: "submit" }));
  mail.hidden = true;
  wants.addEventListener("change", () => { mail.hidden = !wants.checked || Boolean(jwt); });
  end.addEventListener("click", () => { bye.hidden = !bye.hidden; if (!bye.hidden) wants.focus(); });
  bye.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sent = await leave({ transcript: wants.checked, email: mail.value.trim() || undefined });
    bye.hidden = true; wants.checked = false; mail.value = ""; mail.hidden = true;
    state.textContent = sent ? words.sent : "";
    open(false);
  });
  head.append(end);
  panel.insertBefore(bye, list);
  toggle.addEventListener("click", () => open(!panel.hasAttribute("data-open")));
  root.addEventListener("keydown", (event) => { if (event.key === "Escape") { open(false); toggle.focus(); } });

  window.RemitChat = {
    open: () => open(true),
    close: () => open(false),
    // From now on the visitor is who the site's server says; what a stranger wrote before stays theirs.
    identify(next) { jwt = next || ""; after = ""; shown.clear(); list.replaceChildren(); if (abort) abort.abort(); },
    // The visitor leaves; true where the chat goes to them by mail.
    leave(options) { return leave(options || {}); },
    // The next visitor of this browser is somebody else.
    forget() { if (keep) keep.removeItem(place); stopped = true; if (abort) abort.abort(); host.remove(); delete window.RemitChat; },
  };
  (document.body || document.documentElement).append(host);
  listen();
})();
