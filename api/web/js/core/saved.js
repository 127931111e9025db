// What is being written, kept in this browser until it is sent: a closed tab, a lost connection or an ended session
// lose nothing.

const PREFIX = "remit.writing.";

/** @typedef {{ text: string, subject?: string }} Writing */

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
  if (writing && writing.text.trim()) localStorage.setItem(PREFIX + what, JSON.stringify(writing));
  else localStorage.removeItem(PREFIX + what);
}

/** Forgets everything: nobody finds it who signs in next. */
export function forgetAll() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
}
