// Signing in: with a password where the server has people, with a key where it has not.
import { html, useEffect, useState } from "../../vendor/ui.js";
import { api, key, post, said } from "../core/api.js";
import { go, query } from "../core/router.js";
import { begin, hasPasswords, signIn, signInWithKey } from "../store/session.js";
import { Dialog } from "../ui/dialog.js";
import { Field } from "../ui/parts.js";
import { Mark } from "./shell.js";

/** @param {{ again?: boolean }} props `again`: the session ended while the page was open; what was written stays behind it. */
export function SignIn({ again }) {
  const [withKey, setWithKey] = useState(!hasPasswords.value || Boolean(key.value));
  const form = withKey || !hasPasswords.value ? html`<${KeyForm} />` : html`<${PasswordForm} />`;
  const provider = useProvider();
  const other = hasPasswords.value ? html`<button class="link" onClick=${() => setWithKey(!withKey)}>${withKey ? "Sign in with a password" : "Sign in with an API key"}</button>` : null;
  if (again) return html`<${Dialog} title="Your session has ended" close=${() => undefined}><div class="content"><p class="muted">Sign in again to go on. What you were writing is still there.</p>${provider}${form}${other}</div><//>`;
  return html`<main class="front"><div class="front-card"><${Mark} /><h1>Sign in to Remit</h1>${provider}${form}${other}</div></main>`;
}

/** The way to the provider that says who people are, where there is one; one comes back to where one was. */
function useProvider() {
  const [methods, setMethods] = useState(/** @type {SignInMethods | null} */ (null));
  useEffect(() => {
    // Without an answer there is still the form.
    api("/session/methods").then(setMethods, () => undefined);
  }, []);
  if (!methods?.provider) return null;
  const here = location.pathname === "/sign-in" || location.pathname === "/" ? "/inbox" : location.pathname + location.search;
  const to = `${methods.provider.start_path}?${new URLSearchParams({ return_to: here })}`;
  return html`<a class="button primary" href=${to}>Sign in with ${methods.provider.name}</a><p class="or small muted"><span>or</span></p>`;
}

/** Tries something on submit, and says what was wrong with it. */
function useAttempt() {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const attempt = (/** @type {() => Promise<unknown>} */ run) => async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    try {
      await run();
    } catch (error) {
      setWrong(said(error));
      setBusy(false);
    }
  };
  return { busy, wrong, attempt };
}

function KeyForm() {
  const [text, setText] = useState("");
  const { busy, wrong, attempt } = useAttempt();
  return html`<form class="stack" onSubmit=${attempt(() => signInWithKey(text))}>
    <${Field} id="key" label="API key" wrong=${wrong} hint=${html`<code>remit key create --email you@example.com</code> makes one.`}>
      <input class="input mono" id="key" type="password" autocomplete="current-password" placeholder="rk_…" required value=${text} onInput=${(/** @type {any} */ event) => setText(event.currentTarget.value)} /><//>
    <button class="button primary" disabled=${busy}>Sign in</button></form>`;
}

function PasswordForm() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { busy, wrong, attempt } = useAttempt();
  return html`<form class="stack" onSubmit=${attempt(() => signIn(email, password))}>
    <${Field} id="email" label="Email"><input class="input" id="email" type="email" autocomplete="username" required value=${email} onInput=${(/** @type {any} */ event) => setEmail(event.currentTarget.value)} /><//>
    <${Field} id="password" label="Password" wrong=${wrong}><input class="input" id="password" type="password" autocomplete="current-password" required value=${password} onInput=${(/** @type {any} */ event) => setPassword(event.currentTarget.value)} /><//>
    <button class="button primary" disabled=${busy}>Sign in</button></form>`;
}

/** A link that an owner handed over: whoever has it chooses a password, and is signed in. */
export function ChoosePassword() {
  const [password, setPassword] = useState("");
  const { busy, wrong, attempt } = useAttempt();
  const choose = async () => {
    await post("/session/password-by-link", { token: query.value.get("token") || "", password });
    await begin();
    go("/inbox", { replace: true });
  };
  return html`<main class="front"><div class="front-card"><${Mark} /><h1>Choose a password</h1><form class="stack" onSubmit=${attempt(choose)}>
    <${Field} id="new-password" label="New password" wrong=${wrong} hint="At least 12 characters"><input class="input" id="new-password" type="password" autocomplete="new-password" minlength="12" required value=${password} onInput=${(/** @type {any} */ event) => setPassword(event.currentTarget.value)} /><//>
    <button class="button primary" disabled=${busy}>Choose and sign in</button></form></div></main>`;
}

/** The first start: the link that the server printed makes the first owner. */
export function Setup() {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [needed, setNeeded] = useState(true);
  const { busy, wrong, attempt } = useAttempt();
  useEffect(() => {
    api("/setup").then((answer) => setNeeded(answer.needed), () => setNeeded(false));
  }, []);
  const make = async () => {
    await post("/setup", { token: query.value.get("token") || "", name, email, password });
    await begin();
    go("/inbox", { replace: true });
  };
  const field = (/** @type {string} */ id, /** @type {string} */ label, /** @type {string} */ type, /** @type {string} */ value, /** @type {(text: string) => void} */ set, /** @type {string} */ complete) =>
    html`<${Field} id=${id} label=${label}><input class="input" id=${id} type=${type} autocomplete=${complete} required value=${value} onInput=${(/** @type {any} */ event) => set(event.currentTarget.value)} /><//>`;
  if (!needed) return html`<main class="front"><div class="front-card"><${Mark} /><h1>This server is set up already</h1><p class="muted">Sign in, or ask a colleague who may invite you.</p><a class="button primary" href="/sign-in">Sign in</a></div></main>`;
  return html`<main class="front"><div class="front-card"><${Mark} /><h1>Welcome to Remit</h1><p class="muted">You are the first one here, so you will own this inbox.</p>
    <form class="stack" onSubmit=${attempt(make)}>${field("setup-name", "Your name", "text", name, setName, "name")}${field("setup-email", "Email", "email", email, setEmail, "username")}<${Field} id="setup-password" label="Password" hint="At least 12 characters"><input class="input" id="setup-password" type="password" autocomplete="new-password" minlength="12" required value=${password} onInput=${(/** @type {any} */ event) => setPassword(event.currentTarget.value)} /><//>
    ${wrong ? html`<p class="banner bad" role="alert">${wrong}</p>` : null}<button class="button primary" disabled=${busy}>Begin</button></form></div></main>`;
}
