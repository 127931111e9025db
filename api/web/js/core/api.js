// The only file that talks to the server. Everything here is the public API: any other page could do the same.
import { signal } from "../../vendor/ui.js";

/** What the server said no with: RFC 9457, with the fields that Remit adds. */
export class Refused extends Error {
  /** @param {Partial<Problem> & { status: number }} problem */
  constructor(problem) {
    super(problem.detail || problem.title || "That did not work.");
    this.status = problem.status;
    this.title = problem.title || "That did not work";
    /** @type {string} */
    this.code = problem.code || "unknown";
    this.requestId = problem.request_id || "";
    this.decided = problem.decided || null;
    this.neededRole = problem.needed_role || null;
    this.errors = problem.errors || [];
    /** Which version there is, where another was named. */
    this.currentVersion = problem.current_version ?? null;
  }
}

/** Nothing came back at all: no network, or no server. */
export class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached. Check your connection; the page tries again by itself.");
    this.title = "No connection";
  }
}

const KEY = "remit.key";
/** The key of this tab, when one signs in with a key instead of a session. */
export const key = signal(sessionStorage.getItem(KEY));
/** True once the server said that it does not know who we are. What was being written stays where it is. */
export const signedOut = signal(false);
/** Milliseconds that the server's clock is ahead of ours. */
let ahead = 0;

/** @param {string | null} value */
export function setKey(value) {
  key.value = value;
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
}

/** The server's time, by which countdowns count. */
export function serverNow() {
  return Date.now() + ahead;
}

/** @returns {Record<string, string>} */
export function credentials() {
  return key.value ? { authorization: `Bearer ${key.value}` } : {};
}

/** A name for one act of the user: sent again with a second try, so that it is done once. */
export function newAct() {
  return crypto.randomUUID();
}

/**
 * @typedef {object} Call
 * @property {string} [method]
 * @property {unknown} [body]
 * @property {Record<string, string | number | boolean | null | undefined>} [query]
 * @property {string} [act] What `newAct` gave, when this call may be a second try.
 * @property {string | null} [match] The version that was seen, `"v4"`; `*` when there was none.
 * @property {AbortSignal} [signal]
 * @property {"json" | "text" | "blob"} [as]
 */

/**
 * @template T
 * @param {string} path Below `/api/v1`.
 * @param {Call} [call]
 * @returns {Promise<T>}
 */
export async function api(path, call = {}) {
  const response = await send(path, call);
  if (response.status === 204) return /** @type {T} */ (undefined);
  return response[call.as || "json"]();
}

/**
 * The same, with the place of the event log that the answer joins.
 * @template T
 * @param {string} path
 * @param {Call} [call]
 * @returns {Promise<{ value: T, seq: string | null }>}
 */
export async function apiWithSeq(path, call = {}) {
  const response = await send(path, call);
  return { value: await response.json(), seq: response.headers.get("remit-event-seq") };
}

/**
 * @template [T=void]
 * @param {string} path
 * @param {unknown} [body]
 * @param {string} [act]
 * @returns {Promise<T>}
 */
export function post(path, body, act) {
  return api(path, { method: "POST", body, act });
}

/**
 * @param {string} path
 * @param {Call} call
 */
async function send(path, call) {
  const method = call.method || "GET";
  const isFile = call.body instanceof Blob;
  /** @type {Record<string, string>} */
  const headers = { accept: { json: "application/json", text: "text/html", blob: "*/*" }[call.as || "json"], ...credentials() };
  if (method !== "GET") headers["idempotency-key"] = call.act || newAct();
  if (call.body !== undefined) headers["content-type"] = isFile ? /** @type {Blob} */ (call.body).type || "application/octet-stream" : "application/json";
  if (call.match) headers[call.match === "*" ? "if-none-match" : "if-match"] = call.match;
  let response;
  try {
    response = await fetch(`/api/v1${path}${queryText(call.query)}`, {
      method,
      headers,
      body: call.body === undefined ? undefined : isFile ? /** @type {Blob} */ (call.body) : JSON.stringify(call.body),
      signal: call.signal,
      credentials: "same-origin",
      cache: "no-store",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  const date = response.headers.get("date");
  if (date) ahead = Math.abs(Date.parse(date) - Date.now()) > 2000 ? Date.parse(date) - Date.now() : 0;
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401 && problem.code === "unauthenticated") signedOut.value = true;
  throw new Refused({ ...problem, status: response.status });
}

/** @param {Call["query"]} query */
function queryText(query) {
  const given = Object.entries(query || {}).filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false);
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
}

/** @param {unknown} error */
export function said(error) {
  return error instanceof Error ? error.message : String(error);
}

/** What `match` wants of a version. @param {number} version */
export const tagOf = (version) => `"v${version}"`;
