// The policy that is being read or changed here: its files, what the server says of them, and what they would change.
import { batch, computed, effect, signal } from "../../vendor/ui.js";
import { api, post } from "../core/api.js";

/** @type {import("../../vendor/ui.js").Signal<ActivePolicy | null>} */
export const inForce = signal(null);
/** @type {import("../../vendor/ui.js").Signal<unknown>} */
export const problem = signal(null);
/** The files as they stand in the editor. @type {import("../../vendor/ui.js").Signal<PolicyFile[]>} */
export const files = signal([]);
export const root = signal("");
/** What they were when they were loaded. @type {import("../../vendor/ui.js").Signal<PolicyFile[]>} */
export const loadedFiles = signal([]);
/** @type {import("../../vendor/ui.js").Signal<Checked | null>} */
export const checked = signal(null);
/** Recorded decisions under what stands in the editor. @type {import("../../vendor/ui.js").Signal<any>} */
export const playground = signal(null);
/** Milliseconds that the last answer took, there and back. */
export const took = signal(0);
/** @type {import("../../vendor/ui.js").Signal<unknown>} */
export const checkProblem = signal(null);

export const edited = computed(() => files.value.some((file, index) => file.text !== loadedFiles.value[index]?.text));
/** True when the editor holds something else than what is in force. */
export const differs = computed(() => {
  const now = new Map((inForce.value?.files || []).map((file) => [file.path, file.text]));
  return files.value.length !== now.size || files.value.some((file) => file.text !== now.get(file.path));
});

/** @returns {PolicyFiles} */
export const candidate = () => ({ root: root.value, files: files.value });

/** Decisions that the playground decides again. */
const LAST = 200;
const KEPT = "remit.policy";

export async function readInForce() {
  try {
    /** @type {ActivePolicy} */
    const active = await api("/policies/active");
    const first = !files.value.length;
    inForce.value = active;
    problem.value = null;
    if (first) {
      put(active.root, active.files);
      const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
      // What was being written under this version goes on; under another it would undo what somebody else did.
      if (kept && kept.digest === active.digest) files.value = kept.files;
    }
  } catch (error) {
    problem.value = error;
  }
}

/** @param {string} rootPath @param {PolicyFile[]} next */
export function put(rootPath, next) {
  batch(() => {
    root.value = rootPath;
    files.value = next;
    loadedFiles.value = next;
  });
}

/** @param {string} path @param {string} text */
export function write(path, text) {
  files.value = files.value.map((file) => (file.path === path ? { ...file, text } : file));
  sessionStorage.setItem(KEPT, JSON.stringify({ digest: inForce.value?.digest, files: files.value }));
}

export function discard() {
  sessionStorage.removeItem(KEPT);
  if (inForce.value) put(inForce.value.root, inForce.value.files);
}

let turn = 0;
async function look() {
  const mine = ++turn;
  const policy = candidate();
  const begun = performance.now();
  try {
    /** @type {Checked} */
    const said = await post("/policies/check", policy);
    if (mine !== turn) return;
    checked.value = said;
    const replayed = said.checks ? await post("/policies/replay", { policy, limit: LAST, examples: 3 }) : null;
    if (mine !== turn) return;
    batch(() => {
      playground.value = replayed || playground.value;
      took.value = Math.round(performance.now() - begun);
      checkProblem.value = null;
    });
  } catch (error) {
    if (mine === turn) checkProblem.value = error;
  }
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** True while somebody looks at the page of policies: only then is it asked. */
export const watched = signal(false);
effect(() => {
  if (!watched.value || !files.value.length) return;
  clearTimeout(timer);
  timer = setTimeout(() => void look(), 180);
});
