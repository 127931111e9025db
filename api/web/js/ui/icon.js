// Icons: strokes on a grid of 24, drawn for this page. They are never the only sign of anything.
import { html } from "../../vendor/ui.js";

/** @type {Record<string, string>} */
const PATHS = {
  inbox: "M4 13l2.5-8h11L20 13v6H4zM4 13h4.5l1.5 3h4l1.5-3H20",
  approve: "M9 12l2.2 2.2L15.5 10M12 3l7 3v5.5c0 4.5-3 7.8-7 9.5-4-1.7-7-5-7-9.5V6z",
  policy: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  insights: "M5 20V11M10 20V5M15 20v-7M20 20V8",
  channels: "M12 12m-2 0a2 2 0 1 0 4 0 2 2 0 1 0-4 0M7.8 7.8a6 6 0 0 0 0 8.4M16.2 7.8a6 6 0 0 1 0 8.4M5 5a10 10 0 0 0 0 14M19 5a10 10 0 0 1 0 14",
  jobs: "M4 6h16M4 12h10M4 18h7M17 15v6M14 18h6",
  webhooks: "M9 8a3 3 0 1 1 4.5 2.6L17 17M9 8a3 3 0 0 0 1.5 2.6L7 17M7 17a2 2 0 1 0 0 .1zM7 17h10M17 17a2 2 0 1 0 0 .1z",
  activity: "M3 12h4l3-8 4 16 3-8h4",
  settings: "M5 7h8M17 7h2M13 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M5 17h2M11 17h8M7 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
  seal: "M12 9m-6 0a6 6 0 1 0 12 0 6 6 0 1 0-12 0M9.5 9l1.8 1.8 3.5-3.5M8.5 14L7 21l5-2.5L17 21l-1.5-7",
  audit: "M4.5 12a8 8 0 1 0 2.3-5.6M4 4v4.5h4.500M12 8v4.500l3 2",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  bold: "M7 5h6a3.5 3.500 0 0 1 0 7H7zM7 12h7a3.5 3.500 0 0 1 0 7H7z",
  italic: "M10 5h8M6 19h8M14.500 5l-5 14",
  list: "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.700-5.700l-1.500 1.500M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.700 5.700l1.500-1.500",
  view: "M4 5h16l-6 7.500V19l-4-2v-4.500z",
  team: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.3 2.7-6 6-6s6 2.7 6 6M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5c1.9.900 3 2.9 3 5.5",
  stop: "M8.5 3h7L21 8.5v7L15.5 21h-7L3 15.5v-7zM9 9h6v6H9z",
  pause: "M8 5v14M16 5v14",
  more: "M5 12m-1 0a1 1 0 1 0 2 0 1 1 0 1 0-2 0M12 12m-1 0a1 1 0 1 0 2 0 1 1 0 1 0-2 0M19 12m-1 0a1 1 0 1 0 2 0 1 1 0 1 0-2 0",
  search: "M11 11m-6 0a6 6 0 1 0 12 0 6 6 0 1 0-12 0M20 20l-4.5-4.5",
  email: "M3 6h18v12H3zM3 7l9 6 9-6",
  sms: "M4 5h16v11H10l-4 4v-4H4zM8 10h.01M12 10h.01M16 10h.01",
  whatsapp: "M4 20l1.3-4A8 8 0 1 1 8.3 18.8zM9 9c0 3 3 6 6 6l1-2-2-1-1 1c-1 0-2-1-2-2l1-1-1-2z",
  chat: "M4 5h16v11H10l-4 4v-4H4z",
  voice: "M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z",
  linkedin: "M5 9v10M5 5.5v.01M10 19v-6a3.5 3.5 0 0 1 7 0v6M10 9v10",
  check: "M5 12.5l4.5 4.5L19 7.5",
  checks: "M2 12.5l4.5 4.5L15 7.5M11 15.5l1.5 1.5L22 7.5",
  close: "M6 6l12 12M18 6L6 18",
  clock: "M12 12m-9 0a9 9 0 1 0 18 0 9 9 0 1 0-18 0M12 7v5l3.5 2",
  alert: "M12 4L2.5 20h19zM12 10v4.5M12 17.3v.01",
  info: "M12 12m-9 0a9 9 0 1 0 18 0 9 9 0 1 0-18 0M12 11v5.5M12 7.7v.01",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  note: "M5 4h14v10l-5 6H5zM19 14h-5v6",
  spark: "M12 3l1.9 5.6L19.5 10.5l-5.6 1.9L12 18l-1.9-5.6L4.5 10.5l5.6-1.9zM19 16l.8 2.2L22 19l-2.2.8L19 22l-.8-2.2L16 19l2.2-.8z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c0-3.9 3.4-6.5 7.5-6.5s7.5 2.6 7.5 6.5",
  edit: "M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5",
  undo: "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 0 12",
  redo: "M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  down: "M6 9l6 6 6-6",
  attach: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.5 8.5a2 2 0 0 1-2.8-2.8L14 7.5",
  snooze: "M12 13m-8 0a8 8 0 1 0 16 0 8 8 0 1 0-16 0M9.5 10.5h5l-5 5h5M3 5l3-2.5M21 5l-3-2.5",
  send: "M4 12l16-8-6 16-3-6.5z",
  question: "M12 12m-9 0a9 9 0 1 0 18 0 9 9 0 1 0-18 0M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.8v.01",
  panel: "M4 5h16v14H4zM15 5v14",
  plus: "M12 5v14M5 12h14",
  key: "M8 14a4 4 0 1 1 3.5-2H21v3h-3v3h-3v-3h-3.5A4 4 0 0 1 8 14z",
};

/**
 * @param {{ name: string, size?: number, label?: string }} props With a label it is an image that says something; without, decoration.
 */
export function Icon({ name, size = 16, label }) {
  return html`<svg width=${size} height=${size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8"
    stroke-linecap="round" stroke-linejoin="round" role=${label ? "img" : undefined} aria-label=${label} aria-hidden=${label ? undefined : "true"}>
    <path d=${PATHS[name] || PATHS.info} /></svg>`;
}
