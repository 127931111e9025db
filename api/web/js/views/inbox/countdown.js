// A time that comes, in milliseconds from now, by the server's clock.
import { useEffect, useState } from "../../../vendor/ui.js";
import { serverNow } from "../../core/api.js";

/** @param {string | null} at @returns {number | null} Null when there is no time, or it is over. */
export function useCountdown(at) {
  const [, tick] = useState(0);
  const left = at ? Date.parse(at) - serverNow() : 0;
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => tick((count) => count + 1), left < 120000 ? 500 : 20000);
    return () => clearTimeout(timer);
  });
  return left > 0 ? left : null;
}
