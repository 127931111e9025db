// An AI text that a person changed before it left.
import { html, useState } from "../../../vendor/ui.js";
import { wordDiff } from "../../core/diff.js";
import { all } from "../../store/load.js";
import { failed } from "../../store/toasts.js";
import { Icon } from "../../ui/icon.js";
import { Diff } from "../../ui/parts.js";

/** By whom, and what. @param {{ draft: Draft }} props */
export function Edited({ draft }) {
  const [versions, setVersions] = useState(/** @type {DraftVersion[] | null} */ (null));
  const show = async () => {
    if (versions) return setVersions(null);
    try {
      setVersions((await all(`/drafts/${draft.id}/versions`, {}, 1)).sort((/** @type {any} */ a, /** @type {any} */ b) => a.version - b.version));
    } catch (error) {
      failed(error);
    }
  };
  const last = versions?.[versions.length - 1];
  return html`<button class="chip edited" aria-expanded=${Boolean(versions)} onClick=${show}><${Icon} name="edit" size=${11} />Edited by a person${last ? `: ${last.author}` : ""}</button>
    ${versions && last ? html`<div class="edited-diff"><${Diff} pieces=${wordDiff(versions[0].body_text, last.body_text)} /></div>` : null}`;
}
