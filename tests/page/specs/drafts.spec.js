import { randomUUID } from "node:crypto";
import { expect, openConversation, signedIn, test } from "../page.js";
import { freshAddress, until } from "../server.js";

const messages = (page) => page.getByRole("region", { name: "Messages" });
const card = (page) => page.getByRole("article", { name: "AI draft, not sent" });
const fresh = (words) => `${words} ${randomUUID().slice(0, 6)}`;

/** Somebody asks for prices by mail: the policy wants a person to approve the draft. */
async function asksForPrices(server, name) {
  await server.receive("email", { name, subject: `Prices for ${name}`, text: "Could you send me a price list?" });
  return until(async () => {
    const row = await server.conversation(name).catch(() => null);
    return row?.requires_action.reasons.includes("approval_pending") && row;
  }, "a draft that waits");
}

const replies = async (server, id) => (await server.api(`/conversations/${id}/messages`)).data.filter((one) => one.direction === "outbound");

test("Full Autonomy sends at once", async ({ page, server }) => {
  const name = fresh("Full");
  await server.receive("chat", { name, text: "What are your opening hours?" });
  await openConversation(page, server, name);
  const answer = messages(page).getByRole("article", { name: /^Reply by/ });
  await expect(answer).toContainText("Monday to Friday");
  await expect(answer.getByText("AI", { exact: true })).toBeVisible();
  await expect(card(page)).toHaveCount(0);
});

test("Controlled sends or queues, and the card names the deciding rule and line", async ({ page, server }) => {
  const queued = await asksForPrices(server, fresh("Controlled"));
  await page.goto(`${server.url}/c/${queued.id}`);
  await expect(card(page)).toContainText("Needs approval by pricing");
  await card(page).getByRole("link", { name: "default.remit:92" }).click();
  await expect(page.getByRole("textbox", { name: "Text of default.remit" })).toBeVisible();
  await expect(page.locator(".gutter .here")).toHaveText("92");
  // Somebody known says thanks by mail: the same mode lets that go; it only waits for its undo time.
  const subject = fresh("It worked");
  await server.receive("email", { name: "Hugo Marin", address: "hugo.marin@globex.example", subject, text: "Great, that worked, thank you!" });
  await openConversation(page, server, subject);
  await expect(card(page)).toContainText("Send automatically by thanks");
  await expect(card(page)).toContainText(/Leaves/);
  await card(page).getByRole("button", { name: "Stop it" }).click();
  await expect(card(page)).toContainText("Needs approval");
});

test("approve: exactly this text leaves, once", async ({ page, server }) => {
  const { id } = await asksForPrices(server, fresh("Approved"));
  await page.goto(`${server.url}/c/${id}`);
  await card(page).getByRole("button", { name: /Approve & send/ }).click();
  await until(async () => (await replies(server, id)).length === 1, "the reply");
  await expect(messages(page).getByRole("article", { name: /^Reply by/ })).toContainText("thank you for asking about our prices");
  await expect(card(page)).toHaveCount(0);
});

test("edit, see the difference, approve (edited): the message says that a person edited it", async ({ page, server }) => {
  const { id } = await asksForPrices(server, fresh("Edited"));
  await page.goto(`${server.url}/c/${id}`);
  await card(page).getByRole("button", { name: "Edit" }).click();
  const field = card(page).getByRole("textbox", { name: "Text of the draft" });
  const words = `From 50 seats on it is cheaper ${randomUUID()}`;
  await field.fill((await field.inputValue()).replace("Best regards", `${words}.\n\nBest regards`));
  await card(page).getByRole("button", { name: /Show changes/ }).click();
  await expect(card(page).locator("ins")).toContainText("cheaper");
  await card(page).getByRole("button", { name: /Approve \(edited\)/ }).click();
  const sent = await until(async () => (await replies(server, id))[0], "the reply");
  expect(sent.body_text).toContain(words);
  const message = messages(page).getByRole("article", { name: /^Reply by/ });
  await message.getByRole("button", { name: /Edited by a person/ }).click();
  await expect(message.locator("ins")).toContainText("cheaper");
});

test("reject with a reason: nothing is sent", async ({ page, server }) => {
  const { id } = await asksForPrices(server, fresh("Rejected"));
  await page.goto(`${server.url}/c/${id}`);
  await expect(card(page).getByRole("button", { name: /Reject/ })).toBeVisible();
  await page.keyboard.press("x");
  const dialog = page.getByRole("dialog", { name: "Reject this draft" });
  await dialog.getByRole("button", { name: "Wrong tone" }).click();
  await dialog.getByRole("button", { name: "Reject draft" }).click();
  await expect(card(page)).toHaveCount(0);
  expect(await replies(server, id)).toEqual([]);
  await page.goto(`${server.url}/approvals?state=rejected`);
  await expect(page.getByRole("row").filter({ hasText: "Wrong tone" })).toHaveCount(1);
});

test("regenerate: the draft is written anew and decided anew", async ({ page, server }) => {
  const { id } = await asksForPrices(server, fresh("Anew"));
  await page.goto(`${server.url}/c/${id}`);
  await card(page).getByRole("button", { name: "Regenerate" }).click();
  await page.getByRole("dialog", { name: "Write it anew" }).getByRole("button", { name: "Regenerate" }).click();
  await until(async () => (await server.api(`/conversations/${id}/drafts`)).data.length > 1 || (await server.api(`/conversations/${id}/drafts`)).data[0].version > 1, "another draft");
  await expect(card(page)).toContainText("Needs approval", { timeout: 20_000 });
});

test("a draft is thrown away, and the AI is asked for another, which waits", async ({ page, server }) => {
  const { id } = await asksForPrices(server, fresh("Asked"));
  await page.goto(`${server.url}/c/${id}`);
  await card(page).getByRole("button", { name: "Throw away" }).click();
  await expect(card(page)).toHaveCount(0);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("button", { name: "Ask the AI for a draft…" }).click();
  await page.getByRole("dialog", { name: "Ask the AI for a draft" }).getByRole("button", { name: "Ask", exact: true }).click();
  await expect(card(page)).toContainText("Needs approval", { timeout: 20_000 });
  const drafts = (await server.api(`/conversations/${id}/drafts`)).data;
  expect(drafts.map((one) => one.status).sort()).toEqual(["discarded", "pending_approval"]);
  expect(await replies(server, id)).toEqual([]);
});

test("save without sending, then restore the original", async ({ page, server }) => {
  const { id } = await asksForPrices(server, fresh("Restored"));
  await page.goto(`${server.url}/c/${id}`);
  await card(page).getByRole("button", { name: "Edit" }).click();
  await card(page).getByRole("textbox").fill("Something else altogether");
  await card(page).getByRole("button", { name: "Save without sending" }).click();
  await expect(card(page).getByRole("button", { name: "Restore original" })).toBeVisible();
  await card(page).getByRole("button", { name: "Restore original" }).click();
  await expect(card(page)).toContainText("thank you for asking about our prices");
  expect(await replies(server, id)).toEqual([]);
});

test("two people edit one draft: the second is told, sees the difference, and chooses", async ({ page, server, browser }) => {
  const { id } = await asksForPrices(server, fresh("Both"));
  const other = await (await browser.newContext()).newPage();
  await signedIn(other, server);
  for (const one of [page, other]) {
    await one.goto(`${server.url}/c/${id}`);
    await card(one).getByRole("button", { name: "Edit" }).click();
  }
  await card(page).getByRole("textbox").fill("What the first one wrote");
  await card(other).getByRole("textbox").fill("What the second one wrote");
  await card(other).getByRole("button", { name: "Save without sending" }).click();
  await expect(card(page)).toContainText("changed this draft while you were writing");
  await expect(card(page).locator("ins").first()).toBeVisible();
  await expect(card(page).getByRole("button", { name: /Approve \(edited\)/ })).toBeDisabled();
  await card(page).getByRole("button", { name: "Keep mine" }).click();
  await card(page).getByRole("button", { name: /Approve \(edited\)/ }).click();
  const sent = await until(async () => (await replies(server, id))[0], "the reply");
  expect(sent.body_text).toContain("What the first one wrote");
  await other.context().close();
});

test("two people approve: one wins, the other is told who was first, and one message leaves", async ({ page, server, browser }) => {
  const { id } = await asksForPrices(server, fresh("Twice"));
  const other = await (await browser.newContext()).newPage();
  await signedIn(other, server);
  // The other screen hears of nothing, as one that was asleep.
  await other.route("**/api/v1/events/stream**", (route) => route.abort());
  await other.goto(`${server.url}/c/${id}`);
  await expect(card(other).getByRole("button", { name: /Approve & send/ })).toBeEnabled();
  await page.goto(`${server.url}/c/${id}`);
  await card(page).getByRole("button", { name: /Approve & send/ }).click();
  await until(async () => (await replies(server, id)).length === 1, "the reply");
  await card(other).getByRole("button", { name: /Approve & send/ }).click();
  await expect(other.getByText(/was first: approved|new message in this conversation/)).toBeVisible();
  expect(await replies(server, id)).toHaveLength(1);
  await other.context().close();
});

test("the contact writes again: the draft on the old screen can no longer be approved unseen", async ({ page, server }) => {
  const name = fresh("Again");
  const address = freshAddress("whatsapp");
  await server.receive("whatsapp", { name, address, text: "Could you send me a price list?" });
  const row = await until(async () => {
    const found = await server.conversation(name).catch(() => null);
    return found?.requires_action.reasons.includes("approval_pending") && found;
  }, "a draft");
  await page.route("**/api/v1/events/stream**", (route) => route.abort());
  await page.goto(`${server.url}/c/${row.id}`);
  await expect(card(page).getByRole("button", { name: /Approve & send/ })).toBeEnabled();
  await server.receive("whatsapp", { name, address, text: "And do you have a discount for charities?" });
  await until(async () => (await server.conversation(name)).revision > row.revision, "the second message");
  await card(page).getByRole("button", { name: /Approve & send/ }).click();
  await expect(page.getByText(/new message in this conversation|was first|no longer|withdrawn/i).first()).toBeVisible();
  expect(await replies(server, row.id)).toEqual([]);
});

test("the approval queue by keyboard alone: next, approve, reject, done", async ({ page, server }) => {
  const rows = [await asksForPrices(server, fresh("Queue one")), await asksForPrices(server, fresh("Queue two"))];
  const approvals = (await server.api("/approvals?state=pending&limit=100")).data;
  const of = (row) => approvals.find((one) => one.conversation_id === row.id).id;
  await page.goto(`${server.url}/approvals/${of(rows[0])}`);
  await expect(card(page).getByRole("button", { name: /Approve & send/ })).toBeVisible();
  await page.keyboard.press("a");
  await until(async () => (await replies(server, rows[0].id)).length === 1, "the first reply");
  await expect(page).not.toHaveURL(new RegExp(of(rows[0])));
  await page.goto(`${server.url}/approvals/${of(rows[1])}`);
  await expect(card(page).getByRole("button", { name: /Approve & send/ })).toBeVisible();
  await page.keyboard.press("x");
  await page.keyboard.type("Not like this");
  await page.keyboard.press("Control+Enter");
  await expect(page).not.toHaveURL(new RegExp(of(rows[1])));
  await until(async () => (await server.api(`/approvals/${of(rows[1])}`)).approval.state === "rejected", "rejected");
  expect(await replies(server, rows[1].id)).toEqual([]);
});

test("claim: who has a draft in hand is shown to the others", async ({ page, server }) => {
  const row = await asksForPrices(server, fresh("Claimed"));
  const approval = (await server.api("/approvals?state=pending&limit=100")).data.find((one) => one.conversation_id === row.id);
  await page.goto(`${server.url}/approvals/${approval.id}`);
  await page.getByRole("button", { name: "Take in hand" }).click();
  await expect(page.getByRole("region", { name: "Approval queue" }).locator(`a[href="/approvals/${approval.id}"]`)).toContainText("Demo");
  await expect(card(page)).toContainText(/Expires in/);
});

test("several drafts at once: each is read beside what it answers, those that are chosen leave, and the others say why not", async ({ page, server }) => {
  const names = ["Several one", "Several two", "Several three", "Several four"].map(fresh);
  const rows = [];
  for (const name of names) rows.push(await asksForPrices(server, name));
  await page.goto(`${server.url}/approvals`);
  await page.getByRole("link", { name: "Several at once" }).click();
  const line = (n) => page.getByRole("article", { name: `Draft for ${names[n]}` });
  for (const n of [0, 1, 2, 3]) {
    await expect(line(n)).toContainText("Could you send me a price list?");
    await expect(line(n)).toContainText("thank you for asking about our prices");
    await expect(line(n).getByRole("link", { name: "default.remit:92" })).toBeVisible();
  }
  await expect(page.getByRole("button", { name: /^Approve/ })).toBeDisabled();
  await line(0).getByRole("checkbox").check();
  await line(1).getByRole("checkbox").check();
  await line(2).getByRole("checkbox").check();
  await expect(page.getByText("3 chosen")).toBeVisible();
  // One is answered by somebody else, and the text of one changes, after they were chosen.
  const approvals = (await server.api("/approvals?state=pending&limit=100")).data;
  const of = (n) => approvals.find((one) => one.conversation_id === rows[n].id);
  const draft = (await server.api(`/approvals/${of(1).id}`)).draft;
  await server.api(`/drafts/${draft.id}/edit`, { body: { draft_version: draft.version, content_sha256: draft.content_sha256, edit: { body_text: "Something else altogether", subject: draft.subject } } });
  await expect(line(1)).toContainText("Something else altogether");
  await expect(line(1)).toContainText("This changed after you chose it");
  await expect(page.getByText("2 chosen")).toBeVisible();
  await page.getByRole("button", { name: "Approve 2…" }).click();
  const sure = page.getByRole("dialog", { name: "Approve 2 replies?" });
  await expect(sure).toContainText(names[0]);
  await expect(sure).not.toContainText(names[1]);
  await sure.getByRole("button", { name: "Approve 2" }).click();
  await expect(page.getByRole("region", { name: "Notifications" })).toContainText("2 drafts approved");
  for (const n of [0, 2]) {
    await until(async () => (await replies(server, rows[n].id)).length === 1, "the reply");
    await expect(line(n)).toHaveCount(0);
  }
  expect(await replies(server, rows[1].id)).toEqual([]);
  await line(3).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Reject…" }).click();
  const why = page.getByRole("dialog", { name: "Reject 1 draft" });
  await why.getByRole("button", { name: "Wrong tone" }).click();
  await why.getByRole("button", { name: "Reject 1" }).click();
  await expect(line(3)).toHaveCount(0);
  expect((await server.api(`/approvals/${of(3).id}`)).approval).toMatchObject({ state: "rejected", reason: "Wrong tone" });
  expect(await replies(server, rows[3].id)).toEqual([]);
});

test("several drafts: one that was not as it was read stays, and says so", async ({ page, server }) => {
  const name = fresh("Late");
  const row = await asksForPrices(server, name);
  await asksForPrices(server, fresh("Beside"));
  // This screen hears of nothing, as one that was asleep.
  await page.route("**/api/v1/events/stream**", (route) => route.abort());
  await page.goto(`${server.url}/approvals?several=1`);
  const line = page.getByRole("article", { name: `Draft for ${name}` });
  await line.getByRole("checkbox").check();
  const approval = (await server.api("/approvals?state=pending&limit=100")).data.find((one) => one.conversation_id === row.id);
  const { draft } = await server.api(`/approvals/${approval.id}`);
  await server.api(`/drafts/${draft.id}/edit`, { body: { draft_version: draft.version, content_sha256: draft.content_sha256, edit: { body_text: "Another text by now", subject: draft.subject } } });
  await page.getByRole("button", { name: "Approve 1…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve 1" }).click();
  await expect(line.getByRole("alert")).toContainText("changed since you read it");
  await expect(line).toContainText("Another text by now");
  expect(await replies(server, row.id)).toEqual([]);
});

test("the queue: e edits, and Ctrl Enter approves what was edited", async ({ page, server }) => {
  const row = await asksForPrices(server, fresh("Keys"));
  const approval = (await server.api("/approvals?state=pending&limit=100")).data.find((one) => one.conversation_id === row.id);
  await page.goto(`${server.url}/approvals/${approval.id}`);
  await expect(card(page).getByRole("button", { name: /Approve & send/ })).toBeVisible();
  await expect(page.getByRole("region", { name: "Approval queue" }).locator(`a[href="/approvals/${approval.id}"]`)).toContainText("Pricing");
  await page.keyboard.press("e");
  const field = card(page).getByRole("textbox", { name: "Text of the draft" });
  await expect(field).toBeFocused();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" By keyboard.");
  await page.keyboard.press("Control+Enter");
  const sent = await until(async () => (await replies(server, row.id))[0], "the reply");
  expect(sent.body_text).toContain("By keyboard.");
});
