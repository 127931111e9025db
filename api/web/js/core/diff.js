// What a person changed, by words. Longest common subsequence.

/** @typedef {{ op: "same" | "added" | "removed", text: string }} Piece */

/** Cells of the table beyond which the whole is shown as replaced instead of being compared. */
const MOST = 4e6;

/**
 * @param {string[]} a
 * @param {string[]} b
 * @returns {Piece[]} One for each element of either.
 */
export function compare(a, b) {
  if (a.length * b.length > MOST) {
    return [...a.map((text) => piece("removed", text)), ...b.map((text) => piece("added", text))];
  }
  const width = b.length + 1;
  const best = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const here = i * width + j;
      best[here] = a[i] === b[j] ? best[here + width + 1] + 1 : Math.max(best[here + width], best[here + 1]);
    }
  }
  /** @type {Piece[]} */
  const out = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push(piece("same", a[i]));
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || best[(i + 1) * width + j] >= best[i * width + j + 1])) {
      out.push(piece("removed", a[i++]));
    } else {
      out.push(piece("added", b[j++]));
    }
  }
  return out;
}

/**
 * @param {Piece["op"]} op
 * @param {string} text
 * @returns {Piece}
 */
export const piece = (op, text) => ({ op, text });

/**
 * @param {string} before
 * @param {string} after
 * @returns {Piece[]} What is gone before what is new, for each place that changed.
 */
export function wordDiff(before, after) {
  const words = (/** @type {string} */ text) => text.match(/\s+|[^\s]+/g) || [];
  /** @type {Piece[]} */
  const out = [];
  let gone = "";
  let fresh = "";
  let space = "";
  const flush = () => {
    if (gone) out.push(piece("removed", gone));
    if (fresh) out.push(piece("added", fresh));
    if (space) out.push(piece("same", space));
    gone = fresh = space = "";
  };
  for (const { op, text } of compare(words(before), words(after))) {
    if (op === "same" && (gone || fresh) && !space && !text.trim() && !text.includes("\n")) {
      // A space between two changed words belongs to the change: words that alternate cannot be read.
      space = text;
    } else if (op === "same") {
      flush();
      const last = out[out.length - 1];
      if (last && last.op === "same") last.text += text;
      else out.push(piece("same", text));
    } else {
      if (space) {
        gone += gone && space;
        fresh += fresh && space;
        space = "";
      }
      if (op === "removed") gone += text;
      else fresh += text;
    }
  }
  flush();
  return out;
}
