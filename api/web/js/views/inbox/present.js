// Who else is at this conversation, and that one is here oneself. It is believed for half a minute, and said again before.
import { html, useEffect, useState } from "../../../vendor/ui.js";
import { api, serverNow } from "../../core/api.js";
import { listen } from "../../core/live.js";
import { can, me } from "../../store/session.js";
import { Icon } from "../../ui/icon.js";

/** How often one says so, in milliseconds. */
const AGAIN = 20000;
/** How long after the last letter one still writes. */
const WRITES = 6000;
/** How long a visitor who said that they write is believed, in milliseconds. */
const HEARD = 8000;
/** @type {Record<string, string>} */
const WORDS = { viewing: "is looking at this", typing: "is writing here", editing_draft: "is editing a draft here" };

/** @param {{ id: string }} props */
export function Present({ id }) {
  const [all, setAll] = useState(/** @type {Present[]} */ ([]));
  const [visitor, setVisitor] = useState(false);
  useEffect(() => {
    const path = `/conversations/${id}/presence`;
    let gone = false;
    let said = "";
    let written = 0;
    let where = "viewing";
    const show = (/** @type {{ data: Present[] }} */ now) => {
      if (!gone) setAll(now.data);
    };
    const say = async (/** @type {boolean} */ anew) => {
      if (document.hidden) return leave();
      const doing = Date.now() - written < WRITES ? where : "viewing";
      if (!anew && doing === said) return;
      said = doing;
      await api(path, { method: "PUT", body: { doing } }).then(show, () => undefined);
    };
    const leave = () => {
      if (said) void api(path, { method: "DELETE" }).catch(() => undefined);
      said = "";
    };
    const writes = (/** @type {Event} */ event) => {
      const at = event.target instanceof Element ? event.target : null;
      const place = at?.closest(".composer") ? "typing" : at?.closest(".draft") ? "editing_draft" : "";
      if (!place) return;
      written = Date.now();
      where = place;
      void say(false);
    };
    if (!can("be_present")) return;
    void say(true);
    const often = setInterval(() => void say(true), AGAIN);
    const quiet = setInterval(() => void say(false), 2000);
    const seen = () => void say(true);
    document.addEventListener("input", writes);
    document.addEventListener("visibilitychange", seen);
    let hush = 0;
    const hears = (/** @type {boolean} */ typing) => {
      clearTimeout(hush);
      if (gone) return;
      setVisitor(typing);
      if (typing) hush = setTimeout(() => hears(false), HEARD);
    };
    const stop = listen((event) => {
      if (event.type === "typing" && event.conversation_id === id) hears(event.data.typing);
      if (event.type === "message.received" && event.conversation_id === id) hears(false);
      if (event.type === "reset" || (event.type === "presence.updated" && event.conversation_id === id)) void api(path).then(show, () => undefined);
    });
    return () => {
      gone = true;
      stop();
      clearTimeout(hush);
      clearInterval(often);
      clearInterval(quiet);
      document.removeEventListener("input", writes);
      document.removeEventListener("visibilitychange", seen);
      leave();
    };
  }, [id]);
  const mine = me.value && me.value !== "unknown" ? me.value.id : null;
  const now = serverNow();
  const others = all.filter((one) => one.user_id !== mine && Date.parse(one.until) > now);
  return html`<p class="present small" role="status">${visitor ? html`<span class="row typing"><${Icon} name="edit" size=${13} /><span>The visitor is writing</span></span>` : null}${others.map((one) => html`<span class="row ${one.doing}" key=${one.user_id}><${Icon} name=${one.doing === "viewing" ? "person" : "edit"} size=${13} /><span><strong>${one.user_name}</strong> ${WORDS[one.doing] || "is here"}</span></span>`)}</p>`;
}
