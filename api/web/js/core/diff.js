// What a person changed: by words in a draft, by lines in a file. Longest common subsequence.

/** @typedef {{ op: "same" | "added" | "removed", text: string }} Piece */

/** Cells of the table beyond which the whole is shown as replaced instead of being compared. */
const MOST = 4e6;

/**
 * @param {string[]} a
 * @param {string[]} b
 * @returns {Piece[]} One for each element of either.
 */
function compare(a, b) {
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
const piece = (op, text) => ({ op, text });

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

/**
 * @param {string} before
 * @param {string} after
 * @param {number} around Lines of the same that are kept beside a change.
 * @returns {Array<Piece & { old: number, now: number }>} With the line's number in both; 0 where it is in one only.
 */
export function lineDiff(before, after, around = 2) {
  const a = before.split("\n");
  const b = after.split("\n");
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  let old = start;
  let now = start;
  const lines = compare(a.slice(start, a.length - end), b.slice(start, b.length - end)).map((line) => ({
    ...line,
    old: line.op === "added" ? 0 : ++old,
    now: line.op === "removed" ? 0 : ++now,
  }));
  const beside = (/** @type {number} */ from, /** @type {number} */ to) =>
    a.slice(from, to).map((text, index) => ({ ...piece("same", text), old: from + index + 1, now: from + index + 1 + (from >= start ? b.length - a.length : 0) }));
  const all = [...beside(Math.max(0, start - around), start), ...lines, ...beside(a.length - end, Math.min(a.length, a.length - end + around))];
  return all.filter((line, index) => line.op !== "same" || all.slice(Math.max(0, index - around), index + around + 1).some((near) => near.op !== "same"));
}
