// A view whose code is loaded when it is first shown.
import { html, signal, useEffect } from "../../vendor/ui.js";
import { loadAnew, unfetched } from "../core/code.js";
import { Bones, Failed } from "../ui/parts.js";

/**
 * @param {() => Promise<any>} load
 * @param {number} [lines] Bones that are shown until it is there.
 */
export function later(load, lines = 8) {
  const part = signal(/** @type {any} */ (null));
  const error = signal(/** @type {unknown} */ (null));
  const begin = () => load().then((found) => (part.value = found), (problem) => (error.value = unfetched(problem)));
  /** @param {any} props */
  return function Later(props) {
    useEffect(() => {
      if (!part.value) void begin();
    }, []);
    if (part.value) return html`<${part.value} ...${props} />`;
    return error.value ? html`<${Failed} error=${error.value} again=${loadAnew} />` : lines ? html`<${Bones} lines=${lines} />` : null;
  };
}
