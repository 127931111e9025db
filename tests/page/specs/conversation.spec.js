import { randomUUID } from "node:crypto";
import { expect, openConversation, test } from "../page.js";
import { freshAddress, until } from "../server.js";

const messages = (page) => page.getByRole("region", { name: "Messages" });
const details = (page) => page.getByRole("complementary", { name: "Contact and details" });
const fresh = (words) => `${words} ${randomUUID().slice(0, 6)}`;

test("detail: name, email, company and whether the AI is paused", async ({ page, server }) => {
  await openConversation(page, server, "Price for 50 seats");
  await expect(details(page)).toContainText("Hugo Marin");
  await expect(details(page)).toContainText("hugo.marin@globex.example");
  await expect(details(page)).toContainText("Globex");
  await expect(details(page)).toContainText("AI is on");
});

test("messages in time order, both directions: who, when, direction, AI badge, delivery status, intent", async ({ page, server }) => {
  await openConversation(page, server, "Lena Vogt");
  const all = messages(page).getByRole("article");
  const question = all.nth(0);
  await expect(question).toHaveAccessibleName("From Lena Vogt");
  await expect(question).toContainText("What are your opening hours on Friday?");
  await expect(question).toContainText(/Opening hours\s*9\d%/);
  await expect(question.locator("time").first()).toHaveAttribute("datetime", /T.*Z$/);
  const answer = all.nth(1);
  await expect(answer).toHaveAccessibleName(/^Reply by/);
  await expect(answer.getByText("AI", { exact: true })).toBeVisible();
  await expect(answer).toContainText("Sent");
  const times = await messages(page).locator("article.message time").evaluateAll((found) => found.map((one) => one.getAttribute("datetime")));
  expect(times).toEqual([...times].sort());
});

test("a call is shown as its transcript", async ({ page, server }) => {
  await openConversation(page, server, "Aisha Noor");
  await expect(messages(page)).toContainText("Transcript of a call");
  await expect(messages(page)).toContainText("I would like to");
});

test("notes: visible to the team, never sent, and never to be taken for a reply", async ({ page, server }) => {
  const name = fresh("Noted");
  await server.receive("chat", { name, text: "Can you call me back about my contract with the lawyer?" });
  await openConversation(page, server, name);
  await page.keyboard.press("n");
  const words = `secret remark ${randomUUID()}`;
  await expect(page.getByText("Only your team sees this")).toBeVisible();
  await page.getByRole("textbox", { name: "Internal note" }).fill(`@demo ${words}`);
  await expect(page.getByRole("button", { name: "Send", exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: "Add note" }).click();
  const note = messages(page).getByRole("article", { name: /Internal note/ });
  await expect(note).toContainText("Note· only your team sees this");
  await expect(note).toContainText(words);
  const reply = messages(page).locator(".bubble").first();
  const colours = await Promise.all([note, reply].map((one) => one.evaluate((element) => getComputedStyle(element).backgroundColor)));
  expect(colours[0]).not.toBe(colours[1]);
  const id = (await server.conversation(name)).id;
  expect((await server.api(`/conversations/${id}/messages`)).data.some((one) => one.body_text.includes(words))).toBe(false);
  expect(server.outbox().some((text) => text.includes(words))).toBe(false);
});

test("LinkedIn activity logged by hand stands on the timeline, and nothing is sent", async ({ page, server }) => {
  await openConversation(page, server, "Bill Lumb");
  const sent = server.outbox().length;
  for (const [kind, text] of [["connection_request", "Let us connect"], ["message", "Hello on LinkedIn"], ["comment", "Nice post"]]) {
    await details(page).getByRole("button", { name: "Log LinkedIn activity" }).click();
    const dialog = page.getByRole("dialog", { name: "Log LinkedIn activity" });
    await dialog.getByLabel("Kind").selectOption(kind);
    await dialog.getByLabel("What was said").fill(text);
    await dialog.getByRole("button", { name: "Log it" }).click();
    await expect(dialog).toHaveCount(0);
  }
  await expect(messages(page).locator(".logged")).toHaveCount(3);
  await expect(details(page).getByRole("region", { name: "Activity timeline" })).toContainText(/LinkedIn/i);
  expect(server.outbox().length).toBe(sent);
});

test("timeline: what was received, understood, drafted, decided and sent, by whom, to be filtered", async ({ page, server }) => {
  await openConversation(page, server, "Lena Vogt");
  const timeline = details(page).getByRole("region", { name: "Activity timeline" });
  for (const words of ["A message by chat from Lena Vogt", "Classified as opening_hours", "Drafted a reply", "Decided send", "Sent the reply by chat"]) await expect(timeline).toContainText(words);
  await timeline.getByLabel("Show").selectOption("Messages");
  await expect(timeline).not.toContainText("Classified as");
  await expect(timeline).toContainText("A message by chat");
});

test("pause the AI with a reason: its draft is withdrawn, the reason is shown; resume lets it answer again", async ({ page, server }) => {
  const name = fresh("Paused");
  const address = freshAddress("whatsapp");
  await server.receive("whatsapp", { name, address, text: "Could you send me a price list?" });
  await until(async () => (await server.conversation(name)).requires_action.reasons.includes("approval_pending"), "a draft");
  const { id } = await openConversation(page, server, name);
  await expect(messages(page).getByRole("article", { name: /AI draft/ })).toBeVisible();
  await page.keyboard.press("p");
  const dialog = page.getByRole("dialog", { name: /Pause the AI/ });
  await dialog.getByRole("button", { name: "Pause AI" }).click();
  await expect(dialog).toContainText("Say why");
  await dialog.getByLabel("Reason").fill("In talks with Ana");
  await dialog.getByRole("button", { name: "Pause AI" }).click();
  await expect(details(page)).toContainText("AI is paused");
  await expect(details(page)).toContainText("In talks with Ana");
  await expect(messages(page).getByRole("article", { name: /AI draft/ })).toHaveCount(0);
  await server.receive("whatsapp", { name, address, text: "What does an extra mailbox cost us?" });
  await until(async () => (await server.api(`/conversations/${id}/messages`)).data.length === 2, "the second message");
  await details(page).getByRole("button", { name: "Resume AI" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Resume AI" }).click();
  await expect(details(page)).toContainText("AI is on");
  await server.receive("whatsapp", { name, address, text: "Do you charge per user or per workspace?" });
  await expect(messages(page).getByRole("article", { name: /AI draft/ })).toBeVisible({ timeout: 20_000 });
});

test("take over and hand back, snooze and wake, close and reopen", async ({ page, server }) => {
  const name = fresh("Handled");
  await server.receive("chat", { name, text: "My lawyer will write to you" });
  await openConversation(page, server, name);
  await page.getByRole("button", { name: "Take over" }).click();
  await expect(page.getByRole("button", { name: "Hand back" })).toBeVisible();
  await page.getByRole("button", { name: "Hand back" }).click();
  await expect(page.getByRole("button", { name: "Take over" })).toBeVisible();
  await page.keyboard.press("s");
  await page.getByRole("dialog", { name: "Snooze until" }).getByRole("button", { name: "Snooze" }).click();
  await expect(page.getByText(/^Snoozed until/).first()).toBeVisible();
  await page.getByRole("button", { name: "Wake now" }).click();
  await expect(page.getByRole("button", { name: "Wake now" })).toHaveCount(0);
  await page.keyboard.press("e");
  await expect(page.getByRole("button", { name: "Reopen" })).toBeVisible();
  await page.keyboard.press("e");
  await expect(page.getByRole("button", { name: "Close", exact: true })).toBeVisible();
});

test("the page says itself why the AI answered, or did not", async ({ page, server }) => {
  await openConversation(page, server, "Bill Lumb");
  await page.keyboard.press("i");
  const why = page.getByRole("dialog", { name: "Why?" });
  await expect(why).toContainText("Give to a person");
  await expect(why).toContainText("Only people answer legal threats");
  await expect(why.getByRole("link", { name: "company-baseline.remit:21" })).toHaveAttribute("href", /\/policies\?file=company-baseline/);
  // The three of the seed page, and more: channel, AI agent, pause.
  for (const check of [/channel/i, /ada/i, /pause/i]) await expect(why.locator(".checks")).toContainText(check);
  expect(await why.locator(".checks li").count()).toBeGreaterThan(4);
});
