// Every view is an address. Links are plain links; this file keeps the browser from loading the page again.
import { computed, signal } from "../../vendor/ui.js";

/** The address now: path and query. */
export const place = signal(location.pathname + location.search);
/** Path parts, without empty ones. */
export const parts = computed(() => place.value.split("?")[0].split("/").filter(Boolean).map(decodeURIComponent));
export const query = computed(() => new URLSearchParams(place.value.split("?")[1] || ""));

/**
 * @param {string} to
 * @param {{ replace?: boolean }} [how]
 */
export function go(to, how = {}) {
  if (to === location.pathname + location.search) return;
  history[how.replace ? "replaceState" : "pushState"](null, "", to);
  place.value = to;
}

export function back() {
  history.back();
}

/**
 * The address with these parts of the query changed.
 * @param {Record<string, string | null>} change
 */
export function withQuery(change) {
  const next = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return place.value.split("?")[0] + (text ? `?${text}` : "");
}

/** Where a rule can be read. @param {string} file @param {number} line */
export const ruleAddress = (file, line) => `/policies?file=${encodeURIComponent(file)}&line=${line}`;

addEventListener("popstate", () => {
  place.value = location.pathname + location.search;
});

addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || link.target || link.origin !== location.origin || link.hasAttribute("download") || link.pathname.startsWith("/api/")) return;
  event.preventDefault();
  if (link.hash && link.pathname === location.pathname) return;
  go(link.pathname + link.search);
});
