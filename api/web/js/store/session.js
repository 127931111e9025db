// Who works here. A session by cookie where the server has one, a key in this tab where it has not.
import { signal } from "../../vendor/ui.js";
import { api, key, post, Refused, setKey, signedOut } from "../core/api.js";

/**
 * Fields are null where the server does not say.
 * @typedef {{ id: string | null, name: string | null, email: string | null, role: Role | null, operations: string[] }} Me
 */

/** `unknown` until the server was asked; then null, or who it is. @type {import("../../vendor/ui.js").Signal<Me | null | "unknown">} */
export const me = signal(/** @type {any} */ ("unknown"));
/** True when the server signs people in with a password. */
export const hasPasswords = signal(false);

const ROLES = ["viewer", "closer", "approver", "manager", "owner"];

/** True when this person's role is at least this one, or is not known: then the server says no where it must. @param {Role} role */
export function may(role) {
  const mine = me.value && me.value !== "unknown" ? me.value.role : null;
  return !mine || ROLES.indexOf(mine) >= ROLES.indexOf(role);
}

/** True when the server has this operation, by its name in the document, and lets this person use it. @param {string} operation */
export function can(operation) {
  return Boolean(me.value && me.value !== "unknown" && me.value.operations.includes(operation));
}

/** @param {Session} answer @returns {Me} */
function person(answer) {
  const { user, role, may: operations } = answer;
  return { id: user.id, name: user.name, email: user.email, role, operations };
}

/** Asks the server who we are: the key of this tab first, then the session that the browser may hold. */
export async function begin() {
  me.value = (key.value && (await byKey())) || (await bySession());
  signedOut.value = false;
}

/** @returns {Promise<Me | null>} */
async function bySession() {
  try {
    const answer = await api("/session");
    hasPasswords.value = true;
    return person(answer);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // A server that knows no sessions has no such path.
    hasPasswords.value = error.status !== 404;
    return null;
  }
}

/** @returns {Promise<Me | null>} */
async function byKey() {
  try {
    const who = await bySession();
    if (who || hasPasswords.value) {
      if (!who) setKey(null);
      return who;
    }
    // There, a key is good when it reads something.
    await api("/switches");
    return { id: null, name: null, email: null, role: null, operations: [] };
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
    setKey(null);
    return null;
  }
}

/** @param {string} given */
export async function signInWithKey(given) {
  setKey(given.trim());
  signedOut.value = false;
  await begin();
  if (!me.value) throw new Error("This key is unknown or was revoked.");
}

/** @param {string} email @param {string} password */
export async function signIn(email, password) {
  setKey(null);
  await post("/session", { email, password });
  await begin();
}

export async function signOut() {
  if (hasPasswords.value && !key.value) await api("/session", { method: "DELETE" }).catch(() => undefined);
  setKey(null);
  me.value = null;
}
