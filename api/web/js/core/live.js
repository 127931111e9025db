// What changed, as it changes: one stream of events for the whole page, read by `fetch` so that a key can be sent.
// A stream that breaks is taken up again where it ended; one that cannot be is told as `reset`.
import { signal } from "../../vendor/ui.js";
import { credentials, signedOut } from "./api.js";

/** `connecting`, `live`, `offline`, or `catching up` after a break. */
export const connection = signal("connecting");
/** @type {Set<(event: LiveEvent) => void>} */
const listeners = new Set();
/** @type {string | null} */
let last = null;
/** @type {AbortController | null} */
let running = null;
let broken = 0;
/** The place in the log is lost: what is shown is read anew once the next stream has begun, so that nothing falls between. */
let anew = false;

/**
 * @param {(event: LiveEvent) => void} listener
 * @returns {() => void} Stops listening.
 */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {LiveEvent} event */
function tell(event) {
  for (const listener of listeners) listener(event);
}

/** Begins to follow, from a place that an answer named, or from now. */
export function follow(/** @type {string | null} */ seq) {
  if (running) return;
  last = seq;
  running = new AbortController();
  void keepFollowing(running);
  addEventListener("online", retryNow);
}

export function unfollow() {
  running?.abort();
  running = null;
  last = null;
  removeEventListener("online", retryNow);
}

/** @type {(() => void) | null} */
let wake = null;
function retryNow() {
  wake?.();
}

/** @param {AbortController} control */
async function keepFollowing(control) {
  while (!control.signal.aborted) {
    try {
      await readStream(control.signal);
    } catch {
      // The reason does not matter: it is tried again.
    }
    if (control.signal.aborted || signedOut.value) return;
    broken += 1;
    if (!anew) connection.value = "offline";
    const wait = anew && broken < 3 ? 50 : Math.min(500 * 2 ** Math.min(broken, 5), 10000) * (0.75 + Math.random() / 2);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
    wake = null;
  }
}

/** @param {AbortSignal} signal */
async function readStream(signal) {
  const after = last ? `?after=${encodeURIComponent(last)}` : "";
  const response = await fetch(`/api/v1/events/stream${after}`, {
    headers: { accept: "text/event-stream", ...credentials() },
    signal,
    credentials: "same-origin",
    cache: "no-store",
  });
  if (response.status === 410) return startOver();
  if (response.status === 401) signedOut.value = true;
  if (!response.ok || !response.body) throw new Error("no stream");
  const wasBroken = broken > 0;
  broken = 0;
  connection.value = wasBroken ? "catching up" : "live";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      receive(text.slice(0, end));
      text = text.slice(end + 2);
    }
    connection.value = "live";
  }
}

/** @param {string} block One event as it stands in the stream. */
function receive(block) {
  let name = "message";
  let data = "";
  let id = null;
  for (const line of block.split("\n")) {
    if (line.startsWith("id:")) id = line.slice(3).trim();
    else if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data += line.slice(5).trim();
  }
  if (id) last = id;
  if (name === "reset") startOver();
  else if (name === "hello" && anew) {
    anew = false;
    tell(inPassing("reset", {}));
  } else if (name === "typing" && data) tell(inPassing("typing", JSON.parse(data)));
  else if (name === "message" && data) tell(JSON.parse(data));
}

/** What stands in no log. @param {string} type @param {Record<string, any>} data @returns {LiveEvent} */
function inPassing(type, data) {
  return { id: "", seq: "", type, created_at: "", actor: { kind: "system", name: null }, conversation_id: data.conversation_id ?? null, client_ref: null, data };
}

function startOver() {
  last = null;
  anew = true;
}
