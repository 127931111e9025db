// Code that could not be fetched. A browser keeps that in mind for as long as the page is open, and never asks again (HTML
// Living Standard, "module map"): importing it once more fails without a request. So the page is loaded anew as soon as
// the server answers. The address says where one was, and what one was writing is kept.
const KEY = "remit.anew";
/** By itself at most this often, in milliseconds: code that cannot be fetched at all must not make a page that never rests. */
const SELDOM = 30_000;
const PAUSE = 2_000;

/** Code of the page did not come. */
export class Unfetched extends Error {
  constructor() {
    super("A part of this page could not be fetched. The page is loaded anew as soon as the server answers.");
    this.title = "Not all of the page is here";
  }
}

let waiting = false;

/** Loads the page anew once the server answers. */
export async function loadAnew() {
  if (waiting) return;
  waiting = true;
  while (!(await fetch("/", { method: "HEAD", cache: "no-store" }).then((answer) => answer.ok, () => false))) await new Promise((done) => setTimeout(done, PAUSE));
  sessionStorage.setItem(KEY, String(Date.now()));
  location.reload();
}

/**
 * What to say of a failed import. Code that could not be fetched is fetched with the page.
 * @param {unknown} problem
 */
export function unfetched(problem) {
  // Browsers agree on the type and on no more than this word.
  if (!(problem instanceof TypeError && /module/i.test(problem.message))) return problem;
  if (Date.now() - Number(sessionStorage.getItem(KEY)) > SELDOM) void loadAnew();
  return new Unfetched();
}
