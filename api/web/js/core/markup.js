// The little that a mail's text may be besides text: **bold**, _italic_, [links](address), and lines that begin with
// "- " or "1. ". The server makes the mail's HTML from the same, so that what was read and approved is what leaves.

/** @typedef {{ text: string, bold: boolean, italic: boolean, href: string }} Span */
/** @typedef {{ kind: "line" | "item" | "number", spans: Span[] }} Line */

const MARKS = /\*\*(?=\S)(.+?)(?<=\S)\*\*|(?<![\p{L}\p{N}_])_(?=[^\s_])(.+?)(?<=\S)_(?![\p{L}\p{N}_])|\[([^\]\n]+)\]\(((?:https?:\/\/|mailto:)[^\s)]+)\)/u;

/** @param {string} text @param {Omit<Span, "text">} style @returns {Span[]} */
function inline(text, style) {
  const found = MARKS.exec(text);
  if (!found) return text ? [{ ...style, text }] : [];
  const [whole, bold, italic, words, href] = found;
  const before = text.slice(0, found.index);
  const inner = bold !== undefined ? inline(bold, { ...style, bold: true }) : italic !== undefined ? inline(italic, { ...style, italic: true }) : inline(words || "", { ...style, href: href || "" });
  return [...(before ? [{ ...style, text: before }] : []), ...inner, ...inline(text.slice(found.index + whole.length), style)];
}

/** @param {string} text @returns {Line[]} */
export function marked(text) {
  return text.split("\n").map((line) => {
    const list = /^(?:(- )|\d{1,3}\. )/.exec(line);
    return { kind: list ? (list[1] ? "item" : "number") : "line", spans: inline(list ? line.slice(list[0].length) : line, { bold: false, italic: false, href: "" }) };
  });
}

/** @param {Line[]} lines */
export const isPlain = (lines) => lines.every((line) => line.kind === "line" && line.spans.every((span) => !span.bold && !span.italic && !span.href));
