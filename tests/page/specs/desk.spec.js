// Many at once, who else is here, teams, threads that become one, agents, proofs, and pictures in mails.
import { randomUUID } from "node:crypto";
import { expect, openConversation, test, watch } from "../page.js";
import { until } from "../server.js";

const list = (page) => page.getByRole("listbox", { name: "Conversations" });
const row = (page, words) => list(page).getByRole("option").filter({ hasText: words });
const fresh = (words) => `${words} ${randomUUID().slice(0, 6)}`;

/** A key of a colleague, by their name at the demo. @param {any} server @param {string} role */
async function colleague(server, role) {
  const users = (await server.api("/users?limit=100")).data;
  const user = users.find((one) => one.email === `${role}@demo.example`);
  const made = await server.api("/keys", { body: { name: fresh("key"), user_id: user.id } });
  const call = async (path, method, body) => {
    const answer = await fetch(`${server.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${made.secret}`, "content-type": "application/json" }, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  return { user, call };
}

test("many conversations at once: chosen with the pointer and the keyboard, tagged, given away, snoozed and closed", async ({ page, server }) => {
  const names = [fresh("Bulk"), fresh("Bulk"), fresh("Bulk")];
  for (const name of names) await server.receive("chat", { name, text: "My lawyer will write to you" });
  const tag = await server.api("/tags", { body: { name: fresh("batch") } });
  await page.goto(`${server.url}/inbox`);
  for (const name of names) await expect(row(page, name)).toBeVisible();
  await page.getByRole("button", { name: "Select conversations" }).click();
  await row(page, names[2]).click();
  await expect(page).toHaveURL(/\/inbox$/);
  await expect(row(page, names[2])).toHaveAttribute("aria-selected", "true");
  await list(page).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press(" ");
  await row(page, names[0]).click({ modifiers: ["ControlOrMeta"] });
  const bar = page.getByRole("group", { name: "Selected conversations" });
  await expect(bar).toContainText("3 selected");
  await bar.getByLabel("Tag").selectOption({ label: tag.name });
  await expect(page.getByText("3 conversations tagged")).toBeVisible();
  for (const name of names) await expect(row(page, name)).toContainText(tag.name);
  await expect(bar).toHaveCount(0);
  // A click with Ctrl chooses without the button; the same can be given away.
  for (const name of names) await row(page, name).click({ modifiers: ["ControlOrMeta"] });
  await bar.getByLabel("Give to").selectOption({ label: "Ana Prior" });
  await until(async () => (await server.conversation(names[0])).assignee?.name === "Ana Prior", "given away");
  await row(page, names[0]).click({ modifiers: ["ControlOrMeta"] });
  await bar.getByRole("button", { name: "Snooze", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Snooze" }).click();
  await until(async () => (await server.conversation(names[0])).status === "snoozed", "snoozed");
  await row(page, names[1]).click({ modifiers: ["ControlOrMeta"] });
  await row(page, names[2]).click({ modifiers: ["ControlOrMeta"] });
  await bar.getByRole("button", { name: "Close", exact: true }).click();
  for (const name of names.slice(1)) await until(async () => (await server.conversation(name)).status === "closed", "closed");
  await row(page, names[1]).click({ modifiers: ["ControlOrMeta"] });
  await page.keyboard.press("Escape");
  await expect(bar).toHaveCount(0);
});

test("who else looks at a conversation or writes in it is shown, and who left is not", async ({ page, server }) => {
  const name = fresh("Present");
  await server.receive("chat", { name, text: "My lawyer will write to you" });
  const { user, call } = await colleague(server, "closer");
  const { id } = await openConversation(page, server, name);
  const here = page.locator(".present");
  await expect(here).toHaveText("");
  await call(`/conversations/${id}/presence`, "PUT", { doing: "viewing" });
  await expect(here).toContainText(`${user.name} is looking at this`);
  await call(`/conversations/${id}/presence`, "PUT", { doing: "typing" });
  await expect(here).toContainText(`${user.name} is writing here`);
  // And they learn of us: first that we look, then that we write.
  const mine = async (doing) => (await server.api(`/conversations/${id}/presence`)).data.some((one) => one.user_id !== user.id && one.doing === doing);
  await until(() => mine("viewing"), "we look");
  await page.getByRole("textbox", { name: "Reply" }).fill("One moment");
  await until(() => mine("typing"), "we write");
  await call(`/conversations/${id}/presence`, "DELETE");
  await expect(here).toHaveText("");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Inbox" }).click();
  await until(async () => !(await server.api(`/conversations/${id}/presence`)).data.length, "we left");
});

test("who else looks at a draft in the queue is shown there", async ({ page, server }) => {
  const name = fresh("Queued");
  await server.receive("email", { name, subject: name, text: "Could you send me a price list?" });
  const row = await until(async () => {
    const found = await server.conversation(name).catch(() => null);
    return found?.requires_action.reasons.includes("approval_pending") && found;
  }, "a draft");
  const approval = (await server.api("/approvals?state=pending&limit=100")).data.find((one) => one.conversation_id === row.id);
  const { user, call } = await colleague(server, "approver");
  await page.goto(`${server.url}/approvals/${approval.id}`);
  await call(`/conversations/${row.id}/presence`, "PUT", { doing: "editing_draft" });
  await expect(page.getByRole("region", { name: "Draft to decide" })).toContainText(`${user.name} is editing a draft here`);
  await call(`/conversations/${row.id}/presence`, "DELETE");
});

test("teams are made, and conversations are given to them", async ({ page, server }) => {
  const team = fresh("crew").replace(" ", "_");
  const name = fresh("Teamed");
  await server.receive("chat", { name, text: "My lawyer will write to you" });
  await page.goto(`${server.url}/team`);
  await page.getByRole("button", { name: "New team" }).click();
  const dialog = page.getByRole("dialog", { name: "New team" });
  await dialog.getByLabel("Name").fill(team);
  await dialog.getByLabel(/Ana Prior/).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("row").filter({ hasText: team })).toContainText("Ana Prior");
  await openConversation(page, server, name);
  await page.getByLabel("Team", { exact: true }).selectOption({ label: team });
  await until(async () => (await server.conversation(name)).team === team, "the team's");
  await page.goto(`${server.url}/team`);
  await page.getByRole("link", { name: team }).click();
  await expect(row(page, name)).toBeVisible();
  await expect(page.getByText(`Team ${team}`).first()).toBeVisible();
  await page.goto(`${server.url}/team`);
  await page.getByRole("row").filter({ hasText: team }).getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete team" }).click();
  await expect(page.getByRole("row").filter({ hasText: team })).toHaveCount(0);
});

test("two threads of a contact become one", async ({ page, server }) => {
  const from = `${randomUUID().slice(0, 10)}@customer.example`;
  const subjects = [fresh("Fridge"), fresh("Oven")];
  for (const [index, subject] of subjects.entries()) {
    server.drop(`From: Mona Merge <${from}>\nTo: support@acme.example\nSubject: ${subject}\nMessage-ID: <${randomUUID()}@customer.example>\nDate: Tue, 3 Mar 2026 1${index}:00:00 +0000\n\nMy lawyer will write about the ${subject}\n`);
    await until(async () => server.conversation(subject).catch(() => null), subject);
  }
  const into = await server.conversation(subjects[1]);
  await openConversation(page, server, subjects[0]);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("button", { name: "Merge into another…" }).click();
  const dialog = page.getByRole("dialog", { name: "Merge into another conversation" });
  await expect(dialog.getByRole("button", { name: "Merge" })).toBeDisabled();
  await dialog.getByLabel(new RegExp(subjects[1])).check();
  await dialog.getByRole("button", { name: "Merge" }).click();
  await expect(page).toHaveURL(new RegExp(into.id));
  const thread = page.getByRole("region", { name: "Messages" });
  for (const subject of subjects) await expect(thread).toContainText(`write about the ${subject}`);
});

test("AI agents: who answers where; a change goes through the policy's own comparison", async ({ page, server }) => {
  await page.goto(`${server.url}/agents`);
  const card = page.getByRole("article").filter({ hasText: "ada" });
  await expect(card).toContainText("WhatsApp");
  await expect(page.getByRole("row").filter({ hasText: "Voice" })).toContainText("ada");
  await card.getByRole("button", { name: "Change…" }).click();
  const dialog = page.getByRole("dialog", { name: "Change ada" });
  await dialog.getByLabel("Voice").uncheck();
  await dialog.getByRole("button", { name: "See what changes" }).click();
  await expect(page).toHaveURL(/\/policies\?side=changes/);
  await expect(page.locator(".lines .added")).toContainText('agent ada "Intake agent" on email, chat, sms, whatsapp');
  await expect(page.getByRole("region", { name: "What is said of the policy" })).toContainText("voice");
  // Nothing was put in force by it.
  expect((await server.api("/agents")).data[0].channels).toContain("voice");
  await page.getByRole("button", { name: "Discard" }).click();
});

test("claims are proved, or refuted by a message", async ({ page, server }) => {
  await page.goto(`${server.url}/policies?side=prove`);
  const side = page.getByRole("region", { name: "What is said of the policy" });
  const claim = side.getByLabel("Claim");
  await claim.fill("never send when message detects legal_threat");
  await side.getByRole("button", { name: "Prove" }).click();
  await expect(side.getByRole("article").filter({ hasText: "legal_threat" }).first()).toContainText("Holds");
  await claim.fill("never send when channel is chat");
  await side.getByRole("button", { name: "Prove" }).click();
  const refuted = side.getByRole("article").filter({ hasText: "channel is chat" }).first();
  await expect(refuted).toContainText("Does not hold");
  await expect(refuted).toContainText("for example");
  await claim.fill("never send when nonsense.fact");
  await side.getByRole("button", { name: "Prove" }).click();
  await expect(side.getByRole("alert")).toContainText("nonsense");
});

/** A red picture of one dot. */
const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

test("pictures of a mail's own are shown in it, what only claims to be one is not, and nothing is asked elsewhere", async ({ page, server }) => {
  const subject = fresh("Logo");
  const part = (id, body) => `--edge\nContent-Type: image/png; name="${id}.png"\nContent-Transfer-Encoding: base64\nContent-ID: <${id}@x>\nContent-Disposition: inline; filename="${id}.png"\n\n${body}\n`;
  server.drop(`From: Lara Logo <${randomUUID().slice(0, 10)}@customer.example>\nTo: support@acme.example\nSubject: ${subject}\nMessage-ID: <${randomUUID()}@customer.example>\nDate: Tue, 3 Mar 2026 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=edge\n\n--edge\nContent-Type: text/html; charset=utf-8\n\n<p>My lawyer sends a logo</p><img alt="logo" src="cid:logo@x"><img alt="false" src="cid:false@x"><img alt="lost" src="cid:lost@x"><img src="http://evil.example/p.png">\n${part("logo", DOT)}${part("false", Buffer.from("<svg onload=alert(1)>").toString("base64"))}--edge--\n`);
  await until(async () => server.conversation(subject).catch(() => null), "the mail");
  await openConversation(page, server, subject);
  const frame = page.frameLocator("iframe.mail");
  await expect(frame.getByText("My lawyer sends a logo")).toBeVisible();
  const logo = frame.getByRole("img", { name: "logo" });
  await expect(logo).toHaveAttribute("src", /^data:image\/png;base64,/);
  await expect.poll(() => logo.evaluate((picture) => /** @type {HTMLImageElement} */ (picture).naturalWidth)).toBe(1);
  for (const name of ["false", "lost"]) expect(await frame.locator(`img[alt=${name}]`).getAttribute("src")).toBe(null);
});

test("where a provider says who people are, signing in begins with it", async ({ browser, server }) => {
  const page = await (await browser.newContext()).newPage();
  const complaints = watch(page, server);
  await page.goto(`${server.url}/c/cnv_1?unread=1`);
  await expect(page.getByLabel("Password")).toBeVisible();
  await expect(page.getByRole("link", { name: /Sign in with/ })).toHaveCount(0);
  await page.route("**/api/v1/session/methods", (route) => route.fulfill({ json: { password: true, provider: { name: "Acme ID", start_path: "/api/v1/session/oidc/start" } } }));
  await page.reload();
  const link = page.getByRole("link", { name: "Sign in with Acme ID" });
  await expect(link).toHaveAttribute("href", "/api/v1/session/oidc/start?return_to=%2Fc%2Fcnv_1%3Funread%3D1");
  await expect(page.getByLabel("Password")).toBeVisible();
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("one's own name and signature are kept by the server, and the signature goes below a mail", async ({ browser, server }) => {
  const page = await (await browser.newContext()).newPage();
  const complaints = watch(page, server);
  await page.goto(server.url);
  await page.getByLabel("Email").fill("manager@demo.example");
  await page.getByLabel("Password").fill("try-remit-today");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(list(page)).toBeVisible();
  await page.goto(`${server.url}/settings`);
  const before = await page.getByLabel("Name", { exact: true }).inputValue();
  await page.getByLabel("Signature for mails").fill("Best\nthe desk");
  await page.getByLabel("Name", { exact: true }).fill("Mara Desk");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  const subject = fresh("Signed");
  await server.receive("email", { name: fresh("Sig"), subject, text: "My lawyer will write to you" });
  await until(async () => server.conversation(subject).catch(() => null), "the mail");
  const { id } = await server.conversation(subject);
  await page.goto(`${server.url}/c/${id}`);
  const reply = page.getByRole("textbox", { name: "Reply" });
  await reply.click();
  await reply.fill("Thank you");
  await page.getByRole("button", { name: "Put your signature below" }).click();
  await expect(reply).toContainText("the desk");
  await page.goto(`${server.url}/settings`);
  await page.getByLabel("Name", { exact: true }).fill(before);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a channel gets another name, a new secret, and is given up without losing what was said", async ({ page, server }) => {
  const address = `${randomUUID().slice(0, 8)}@acme.example`;
  const made = await server.api("/channels", { body: { kind: "email", name: "Second desk", address } });
  await page.goto(`${server.url}/channels`);
  const card = page.getByRole("article").filter({ hasText: address });
  const choose = async (word) => {
    await card.getByRole("button", { name: "More about this channel" }).click();
    await card.getByRole("button", { name: word }).click();
  };
  await choose("Name and address…");
  await page.getByLabel("Name that contacts see").fill("Third desk");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(card).toContainText("Third desk");
  await choose("New secret…");
  await page.getByRole("dialog").getByRole("button", { name: "Make a new secret" }).click();
  await expect(page.getByRole("dialog", { name: "The new secret" })).toContainText("whsec_");
  await page.getByRole("button", { name: "I have it" }).click();
  await choose("Give it up…");
  await page.getByRole("dialog").getByRole("button", { name: "Give it up" }).click();
  await expect(card).toHaveCount(0);
  expect((await server.api(`/channels/${made.id}`)).deleted_at).toBeTruthy();
});
