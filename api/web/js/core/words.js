// The field's words for what the API says in its own.

/** @type {Record<string, string>} */
export const CHANNELS = { email: "Email", sms: "SMS", whatsapp: "WhatsApp", chat: "Chat", voice: "Voice" };

/** Why a conversation needs a person. @type {Record<string, string>} */
export const REASONS = {
  approval_pending: "Draft needs approval", low_confidence: "AI is not sure", intent_off: "AI does not answer this",
  escalation: "Escalated", human_request: "Asked for a person", delivery_failed: "Delivery failed", job_dead: "Processing failed",
  draft_expired: "Approval expired", contact_blocked_inbound: "AI is paused or opted out", no_intake_agent: "No AI agent here",
  no_draft: "No draft", sending_stopped: "Sending was stopped", reply_withdrawn: "Your reply was withdrawn",
  sla_risk: "Answer is overdue", mention: "You were mentioned", unreadable: "Could not be read", overloaded: "Too much at once",
};

/** What the AI does in a conversation, as a filter. @type {Record<string, string>} */
export const AI_STATES = { held: "AI reply waits", paused: "AI is paused", off: "AI is off, a person answers" };

/** What the policy decided. @type {Record<string, string>} */
export const OUTCOMES = { send: "Send automatically", hold: "Send later", approval: "Needs approval", off: "Disabled", escalate: "Give to a person" };
/** @type {Record<string, string>} */
export const OUTCOME_TONE = { send: "good", hold: "accent", approval: "warn", off: "", escalate: "bad" };

/** @type {Record<string, string>} */
export const MODES = { full: "Full Autonomy", controlled: "Controlled", assisted: "Assisted" };

/** What became of a message. @type {Record<string, { word: string, icon: string, tone: string }>} */
export const STATUSES = {
  received: { word: "Received", icon: "inbox", tone: "" },
  queued: { word: "Queued", icon: "clock", tone: "" },
  sending: { word: "Sending", icon: "clock", tone: "" },
  sent: { word: "Sent", icon: "check", tone: "" },
  delivered: { word: "Delivered", icon: "checks", tone: "good" },
  read: { word: "Read", icon: "checks", tone: "good" },
  bounced: { word: "Bounced", icon: "alert", tone: "bad" },
  failed: { word: "Failed", icon: "alert", tone: "bad" },
  in_doubt: { word: "Not known whether it arrived", icon: "alert", tone: "warn" },
};

/** @type {Record<string, string>} */
export const DRAFT_STATUSES = {
  open: "Draft", pending_approval: "Needs approval", approved: "Approved", scheduled: "Scheduled", sent: "Sent", rejected: "Rejected",
  superseded: "Withdrawn", discarded: "Discarded", failed: "Failed",
};

/** @type {Record<string, string>} */
export const JOB_STATES = {
  queued: "Queued", retrying: "Will try again", working: "Working", waiting: "Needs approval", scheduled: "Scheduled", held: "Held",
  in_doubt: "In doubt", failed: "Failed", sent: "Sent", closed: "Closed",
};

/** @type {Record<string, string>} */
export const ROLES = { viewer: "Viewer", closer: "Closer", approver: "Approver", manager: "Manager", owner: "Owner" };

/** `meeting_request` as words. @param {string | null | undefined} text */
export function plain(text) {
  const words = (text || "").replace(/[_.]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** @param {ContactSummary | Contact} contact */
export function nameOf(contact) {
  if (contact.name) return contact.name;
  if ("addresses" in contact) return contact.addresses[0]?.address || "Unknown";
  return contact.email || contact.phone || "Unknown";
}

/** @param {string} name */
export function initials(name) {
  const words = name.replace(/[^\p{L}\p{N}\s]/gu, "").split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] || "?") + (words.length > 1 ? words[words.length - 1][0] : "")).toUpperCase();
}

/** `1 message`, `3 messages`. @param {number} count @param {string} word @param {string} [many] */
export function several(count, word, many) {
  return `${count} ${count === 1 ? word : many || `${word}s`}`;
}

/** @param {number | null | undefined} value 0 to 1. */
export function percent(value) {
  return value === null || value === undefined ? "" : `${Math.round(value * 100)}%`;
}

/** @param {number} size */
export function bytes(size) {
  return size < 1024 ? `${size} B` : size < 1048576 ? `${Math.round(size / 1024)} KB` : `${(size / 1048576).toFixed(1)} MB`;
}
