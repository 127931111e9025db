// The intents of the policy in force, in its order.
import { api } from "../core/api.js";

/** @returns {Promise<string[]>} */
export async function intents() {
  /** @type {Autonomy} */
  const table = await api("/autonomy");
  return [...new Set(table.replies.map((row) => row.name))];
}
