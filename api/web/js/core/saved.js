// What is being written, kept in this browser until it is sent: a closed tab, a lost connection or an ended session
// lose nothing.

const PREFIX = "remit.writing.";

/**
 * `version`: the server's text that this one goes on from; 0 when there was none. `unsaved`: the server has not got it yet.
 * @typedef {{ text: string, subject?: string, files?: UploadedFile[], version?: number, unsaved?: boolean }} Writing
 */

/** @param {string} what @returns {Writing | null} */
export function saved(what) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + what) || "null");
  } catch {
    return null;
  }
}

/** @param {string} what @param {Writing | null} writing */
export function save(what, writing) {
  if (writing && (writing.text.trim() || writing.files?.length)) localStorage.setItem(PREFIX + what, JSON.stringify(writing));
  else localStorage.removeItem(PREFIX + what);
}

/** Forgets everything: nobody finds it who signs in next. */
export function forgetAll() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
}
