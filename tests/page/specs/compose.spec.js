import { randomUUID } from "node:crypto";
import { expect, openConversation, test } from "../page.js";
import { until } from "../server.js";

const messages = (page) => page.getByRole("region", { name: "Messages" });
const fresh = (words) => `${words} ${randomUUID().slice(0, 6)}`;
const undo = (page, seconds) => page.evaluate((value) => localStorage.setItem("remit.prefs", JSON.stringify({ undoSeconds: value })), seconds);

for (const kind of ["email", "sms", "whatsapp", "chat"]) {
  test(`compose: a reply by ${kind} leaves by ${kind}, as a person wrote it`, async ({ page, server }) => {
    await undo(page, 0);
    const name = fresh("Writer");
    await server.receive(kind, { name, subject: kind === "email" ? "My contract" : undefined, text: "My lawyer says that I should ask you" });
    const { id } = await openConversation(page, server, name);
    const words = `Answer ${randomUUID()}`;
    await page.keyboard.press("r");
    await page.getByRole("textbox", { name: "Reply" }).fill(words);
    if (kind === "email") await page.getByRole("textbox", { name: "Subject" }).fill("Re: My contract, clause 3");
    await page.keyboard.press("Control+Enter");
    const sent = await until(async () => (await server.api(`/conversations/${id}/messages`)).data.find((one) => one.body_text.includes(words) && one.status === "sent"), "sent");
    expect(sent.channel).toBe(kind);
    expect(sent.ai_generated).toBe(false);
    if (kind === "email") expect(sent.subject).toBe("Re: My contract, clause 3");
    const shown = messages(page).getByRole("article").filter({ hasText: words });
    await expect(shown.getByText("Rep", { exact: true })).toBeVisible();
    await expect(shown).toContainText("Sent");
    expect(server.outbox().some((text) => text.includes(words))).toBe(true);
  });
}

test("the channel is chosen: by another one, what was written goes on as a new conversation with the same contact", async ({ page, server }) => {
  await undo(page, 0);
  const name = fresh("Moves");
  await server.receive("sms", { name, text: "My lawyer says that I should ask you" });
  const { id, contact } = await openConversation(page, server, name);
  const words = `On the other channel ${randomUUID()}`;
  await page.keyboard.press("r");
  await page.getByRole("textbox", { name: "Reply" }).fill(words);
  const by = page.getByRole("region", { name: "Write a reply" }).getByLabel("By");
  await expect(by.getByRole("option", { name: /^Email/ })).toHaveCount(0);
  await by.selectOption({ label: "WhatsApp, as a new conversation…" });
  const dialog = page.getByRole("dialog", { name: "New conversation" });
  await expect(dialog).toContainText(name);
  await expect(dialog.getByLabel("Message")).toHaveValue(words);
  await dialog.getByRole("button", { name: "Send", exact: true }).click();
  const sent = await until(async () => server.outbox().find((text) => text.includes(words)), "it leaves");
  expect(sent).toContain("whatsapp");
  await expect(page).not.toHaveURL(new RegExp(id));
  await expect(messages(page)).toContainText(words);
  const all = (await server.api(`/conversations?contact_id=${contact.id}`)).data;
  expect(all.map((row) => row.channel).sort()).toEqual(["sms", "whatsapp"]);
  // Nothing of it is left half written where it began.
  await page.goto(`${server.url}/c/${id}`);
  await expect(page.getByRole("textbox", { name: "Reply" })).toHaveValue("");
});

test("an AI draft is the starting point of a reply, edited before it is sent", async ({ page, server }) => {
  await undo(page, 0);
  const name = fresh("Started");
  await server.receive("email", { name, subject: "Costs", text: "Could you send me a price list?" });
  await until(async () => (await server.conversation(name)).requires_action.flag, "a draft");
  const { id } = await openConversation(page, server, name);
  await messages(page).getByRole("button", { name: "Use as my reply" }).click();
  const reply = page.getByRole("textbox", { name: "Reply" });
  await expect(reply).toContainText("thank you for asking about our prices");
  const words = `Personally, ${randomUUID()}`;
  await reply.press("Control+Home");
  await page.keyboard.type(`${words}. `);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const sent = await until(async () => (await server.api(`/conversations/${id}/messages`)).data.find((one) => one.direction === "outbound" && one.status === "sent"), "sent");
  expect(sent.body_text).toContain(words);
  expect(sent.ai_generated).toBe(false);
  await expect(messages(page).getByRole("article", { name: /AI draft/ })).toHaveCount(0);
});

test("undo send: a reply can be taken back while the countdown runs, and is there to be written on", async ({ page, server }) => {
  await undo(page, 60);
  const name = fresh("Undone");
  await server.receive("email", { name, subject: "Undo", text: "My lawyer waits" });
  const { id } = await openConversation(page, server, name);
  const words = `Too early ${randomUUID()}`;
  await page.keyboard.press("r");
  await page.getByRole("textbox", { name: "Reply" }).fill(words);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(messages(page).getByText(/Leaves in \d+ s/)).toBeVisible();
  await page.getByRole("region", { name: "Notifications" }).getByRole("button", { name: /Undo/ }).click();
  await expect(page.getByRole("textbox", { name: "Reply" })).toHaveText(words);
  expect((await server.api(`/conversations/${id}/messages`)).data.some((one) => one.direction === "outbound")).toBe(false);
});

test("undo send comes too late once the reply has left", async ({ page, server }) => {
  await undo(page, 60);
  const name = fresh("Late");
  await server.receive("email", { name, subject: "Late", text: "My lawyer waits" });
  const { id } = await openConversation(page, server, name);
  const draft = await server.api(`/conversations/${id}/replies`, { body: { body_text: "Gone at once" } });
  await until(async () => (await server.api(`/drafts/${draft.id}`)).status === "sent", "sent");
  // A screen that does not know it yet.
  const answer = await page.evaluate(async ([key, draftId]) => (await fetch(`/api/v1/drafts/${draftId}/take-back`, { method: "POST", headers: { authorization: `Bearer ${key}`, "idempotency-key": crypto.randomUUID() } })).json(), [server.key, draft.id]);
  expect(answer.code).toBe("too_late");
  await expect(messages(page).getByRole("button", { name: /Undo send/ })).toHaveCount(0);
});

test("send later: it waits for its time, and can be taken back until then", async ({ page, server }) => {
  const name = fresh("Later");
  await server.receive("email", { name, subject: "Later", text: "My lawyer waits" });
  await openConversation(page, server, name);
  await page.keyboard.press("r");
  await page.getByRole("textbox", { name: "Reply" }).fill("Tomorrow morning");
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("button", { name: "Send later…" }).click();
  await page.getByRole("dialog", { name: "Send later" }).getByRole("button", { name: "Schedule" }).click();
  const own = messages(page).getByRole("article", { name: /not sent yet/ });
  await expect(own).toContainText("Scheduled");
  await expect(own).toContainText("09:00");
  await own.getByRole("button", { name: /Undo send/ }).click();
  await expect(own).toHaveCount(0);
});

test("what is being written survives a reload and the end of the session", async ({ page, server }) => {
  await openConversation(page, server, "Bill Lumb");
  await page.getByRole("textbox", { name: "Reply" }).fill("Half a sentence");
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Reply" })).toContainText("Half a sentence");
  let ended = true;
  await page.route("**/api/v1/conversations/*/replies", (route) => (ended ? route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify({ status: 401, code: "unauthenticated", title: "Sign in", detail: "The session is over." }) }) : route.continue()));
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const again = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(again).toBeVisible();
  ended = false;
  await again.getByLabel("API key").fill(server.key);
  await again.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(again).toHaveCount(0);
  await expect(page.getByRole("textbox", { name: "Reply" })).toContainText("Half a sentence");
  await page.getByRole("textbox", { name: "Reply" }).fill("");
});
