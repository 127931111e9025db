// What a person changed in a file, by lines.
import { compare, piece } from "./diff.js";

/** @typedef {import("./diff.js").Piece} Piece */

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
