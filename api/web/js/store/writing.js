// The reply that one is writing: in this browser with every key, on the server a moment later, so that it goes on at any
// device. Where it was written on elsewhere meanwhile, both texts are kept and a person chooses.
import { batch, signal } from "../../vendor/ui.js";
import { api, Refused, tagOf } from "../core/api.js";
import { save, saved } from "../core/saved.js";
import { setWriting } from "./inbox.js";
import { can, me } from "./session.js";

/** How long one must not have typed before the server is told. */
const REST = 700;
const AGAIN = 5000;

/** @typedef {ReturnType<typeof writingIn>} Writing */

/** Nobody is signed in any more: nothing is kept, here or there. */
const over = () => me.value === null;

/** @param {string} id The conversation. @param {string} answering The subject of an answer. */
export function writingIn(id, answering) {
  const name = `reply.${id}`;
  const path = `/conversations/${id}/composer`;
  const here = saved(name);
  const text = signal(here?.text || "");
  const subject = signal(here?.subject ?? answering);
  const files = signal(here?.files || []);
  /** Where it is kept by now. */
  const state = signal(/** @type {"" | "saving" | "saved" | "here"} */ (""));
  /** What was written elsewhere meanwhile. @type {import("../../vendor/ui.js").Signal<ComposerDraft | null>} */
  const theirs = signal(null);
  let version = here?.version || 0;
  let unsaved = Boolean(here && (here.unsaved ?? true));
  /** @type {Promise<void>} */
  let running = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const empty = () => !text.value.trim() && !files.value.length;
  const keep = () => {
    if (over()) return;
    save(name, { text: text.value, subject: subject.value, files: files.value, version, unsaved });
    setWriting(id, !empty());
  };
  const later = (/** @type {number} */ ms) => {
    clearTimeout(timer);
    timer = setTimeout(() => (running = running.then(push)), ms);
  };
  const same = (/** @type {ComposerDraft} */ there) => there.body_text === text.value && (there.subject ?? answering) === subject.value && there.attachment_ids.join() === files.value.map((file) => file.id).join();
  const take = (/** @type {ComposerDraft} */ there) => batch(() => {
    text.value = there.body_text;
    subject.value = there.subject ?? answering;
    // The server keeps which files, not what they are called.
    files.value = there.attachment_ids.map((file, index) => files.value.find((one) => one.id === file) || { id: file, name: `File ${index + 1}`, type: "", size: 0, sha256: "" });
    version = there.version;
    unsaved = false;
    theirs.value = null;
    state.value = "saved";
    keep();
  });

  async function push() {
    if (!unsaved || theirs.value || over() || !can("keep_composer")) return;
    unsaved = false;
    state.value = "saving";
    try {
      if (empty()) {
        if (version) await api(path, { method: "DELETE" });
        version = 0;
      } else {
        const body = { body_text: text.value, subject: subject.value || null, attachment_ids: files.value.map((file) => file.id) };
        const kept = /** @type {ComposerDraft} */ (await api(path, { method: "PUT", body, match: version ? tagOf(version) : "*" }));
        version = kept.version;
      }
      if (over()) return;
      state.value = unsaved || empty() ? "" : "saved";
      keep();
    } catch (error) {
      unsaved = true;
      state.value = "here";
      if (error instanceof Refused && error.code === "version_conflict") await look();
      else if (!(error instanceof Refused)) later(AGAIN);
      keep();
    }
  }

  /** Reads what the server has, and says whose text goes on. */
  async function look() {
    const there = /** @type {ComposerDraft | null} */ (await api(path).catch((error) => {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }));
    if (over()) return;
    if (!there) {
      // It was sent or dropped elsewhere. What was not changed here since then is over with it.
      if (version && !unsaved) clear();
      version = 0;
      if (unsaved) later(0);
    } else if (there.version === version) {
      if (unsaved) later(0);
      else state.value = "saved";
    } else if (same(there)) take(there);
    else if (!unsaved || empty()) take(there);
    else theirs.value = there;
  }

  /** Nothing is being written any more. */
  function clear() {
    clearTimeout(timer);
    batch(() => {
      text.value = "";
      subject.value = answering;
      files.value = [];
      theirs.value = null;
      state.value = "";
    });
    version = 0;
    unsaved = false;
    keep();
  }

  return {
    text, subject, files, state, theirs,
    /** @param {{ text?: string, subject?: string, files?: UploadedFile[] }} change */
    write(change) {
      batch(() => {
        if (change.text !== undefined) text.value = change.text;
        if (change.subject !== undefined) subject.value = change.subject;
        if (change.files !== undefined) files.value = change.files;
        if (state.value === "saved") state.value = "";
      });
      unsaved = true;
      keep();
      later(REST);
    },
    /** Looks whether it was written on elsewhere. @param {boolean} known The server is known to hold something. */
    look(known) {
      if ((known || version) && can("get_composer")) running = running.then(look).catch(() => undefined);
      else if (unsaved) later(0);
    },
    /** Both texts stand: this one goes on, over the other. */
    keepMine() {
      version = theirs.value?.version || 0;
      theirs.value = null;
      unsaved = true;
      later(0);
    },
    takeTheirs() {
      if (theirs.value) take(theirs.value);
    },
    /** Nothing is on its way to the server any more: what is sent now drops it there. */
    async settled() {
      clearTimeout(timer);
      await running;
    },
    /** The part that shows it is gone. What is on its way arrives all the same. */
    leave() {
      clearTimeout(timer);
      if (unsaved) running = running.then(push);
    },
    /** It was sent. */
    sent() {
      clear();
    },
  };
}
