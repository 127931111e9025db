// Times as people read them. All texts from the server are UTC; all shown are in the time of the browser.
import { signal } from "../../vendor/ui.js";

/** Moves every half minute, so that "2 min ago" does. */
export const minute = signal(Date.now());
setInterval(() => (minute.value = Date.now()), 30000);

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dated = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const long = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

/** @param {string} text */
export const fullTime = (text) => full.format(new Date(text));
/** @param {string} text */
export const clockTime = (text) => clock.format(new Date(text));

/** Short, for a list: the hour today, the weekday this week, then the date. @param {string} text */
export function shortTime(text) {
  const then = new Date(text);
  const now = new Date(minute.value);
  if (then.toDateString() === now.toDateString()) return clock.format(then);
  const days = (now.getTime() - then.getTime()) / 86400000;
  if (days > 0 && days < 6) return weekday.format(then);
  return then.getFullYear() === now.getFullYear() ? date.format(then) : dated.format(then);
}

/** The heading of a day. @param {string} text */
export function dayName(text) {
  const then = new Date(text);
  const now = new Date(minute.value);
  if (then.toDateString() === now.toDateString()) return "Today";
  if (then.toDateString() === new Date(now.getTime() - 86400000).toDateString()) return "Yesterday";
  return then.getFullYear() === now.getFullYear() ? long.format(then) : dated.format(then);
}

/** A day and an hour, with the day left out when it is today. @param {string} text */
export function moment(text) {
  const then = new Date(text);
  const today = then.toDateString() === new Date(minute.value).toDateString();
  return today ? clock.format(then) : `${date.format(then)}, ${clock.format(then)}`;
}

/** "3 min", "2 h", "4 days". @param {number} ms */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86400 * 2) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** @param {string} text */
export function ago(text) {
  const ms = minute.value - Date.parse(text);
  return ms < 45000 ? "just now" : `${span(ms)} ago`;
}

/** The value of a `datetime-local` field for a time. @param {Date} when */
export function localValue(when) {
  const shifted = new Date(when.getTime() - when.getTimezoneOffset() * 60000);
  return shifted.toISOString().slice(0, 16);
}
