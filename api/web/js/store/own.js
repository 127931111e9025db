// What one sets for oneself and the server keeps: name, signature, theme and shortcuts, the same in every browser.
import { signal } from "../../vendor/ui.js";
import { api, Refused, tagOf } from "../core/api.js";
import { hasPrefs, prefer } from "./prefs.js";
import { can } from "./session.js";

/** @type {import("../../vendor/ui.js").Signal<OwnSettings | null>} */
export const own = signal(null);

export async function readOwn() {
  if (can("get_me")) own.value = await api("/me");
  return own.value;
}

/** A browser that was told nothing yet takes what was chosen in another one. */
export async function adopt() {
  const kept = await readOwn().catch(() => null);
  if (kept && !hasPrefs()) prefer({ theme: /** @type {any} */ (kept.theme), shortcuts: kept.shortcuts });
}

/** @param {{ name?: string, signature?: string, theme?: string, shortcuts?: boolean }} change */
export async function changeOwn(change) {
  if (!can("change_me")) return;
  const now = own.value || (await readOwn());
  if (!now) return;
  const put = (/** @type {number} */ version) => api("/me", { method: "PATCH", body: change, match: tagOf(version) });
  own.value = await put(now.version).catch((error) => {
    // Another browser of one's own was faster, with something else.
    if (error instanceof Refused && error.currentVersion) return put(error.currentVersion);
    throw error;
  });
}
