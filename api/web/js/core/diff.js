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
 * @returns {Piece[]} Neighbours of one kind joined.
 */
export function wordDiff(before, after) {
  const words = (/** @type {string} */ text) => text.match(/\s+|[^\s]+/g) || [];
  /** @type {Piece[]} */
  const joined = [];
  for (const { op, text } of compare(words(before), words(after))) {
    const last = joined[joined.length - 1];
    if (last && last.op === op) last.text += text;
    else joined.push({ op, text });
  }
  return joined;
}
