// One thing that is read from the server: what is there, whether it is on its way, and what went wrong.
import { signal, useEffect, useMemo } from "../../vendor/ui.js";
import { api } from "../core/api.js";
import { listen } from "../core/live.js";

/**
 * @template T
 * @typedef {object} Loaded
 * @property {import("../../vendor/ui.js").Signal<T | null>} value
 * @property {import("../../vendor/ui.js").Signal<unknown>} error
 * @property {import("../../vendor/ui.js").Signal<boolean>} busy
 * @property {() => Promise<void>} again
 */

/**
 * @template T
 * @param {() => Promise<T>} read
 * @returns {Loaded<T>}
 */
export function loaded(read) {
  const value = signal(/** @type {T | null} */ (null));
  const error = signal(/** @type {unknown} */ (null));
  const busy = signal(false);
  let turn = 0;
  return {
    value,
    error,
    busy,
    async again() {
      const mine = ++turn;
      busy.value = true;
      try {
        const answer = await read();
        if (mine !== turn) return;
        value.value = answer;
        error.value = null;
      } catch (problem) {
        if (mine === turn) error.value = problem;
      } finally {
        if (mine === turn) busy.value = false;
      }
    },
  };
}

/**
 * Reads when the calling part appears and when the inputs change, and again when something of these kinds happens.
 * @template T
 * @param {() => Promise<T>} read
 * @param {unknown[]} inputs
 * @param {(event: LiveEvent) => boolean} [concerns]
 * @returns {Loaded<T>}
 */
export function useLoaded(read, inputs, concerns) {
  const load = useMemo(() => loaded(read), inputs);
  useEffect(() => {
    void load.again();
    if (!concerns) return;
    const again = soon(() => void load.again());
    return listen((event) => {
      if (event.type === "reset" || concerns(event)) again();
    });
  }, [load]);
  return load;
}

/** The same call many times in a moment is done once, soon. @param {() => void} run @param {number} [ms] */
export function soon(run, ms = 80) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      run();
    }, ms);
  };
}

/** All pages of a list that is short by nature. @template T @param {string} path @param {Record<string, string | number>} [query] @param {number} [most] @returns {Promise<T[]>} */
export async function all(path, query = {}, most = 5) {
  /** @type {T[]} */
  const out = [];
  let cursor = null;
  for (let page = 0; page < most; page++) {
    /** @type {Page<T>} */
    const answer = await api(path, { query: { ...query, limit: 100, cursor } });
    out.push(...answer.data);
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return out;
}
