// Search, kept views, files, what is being written on the server, intents, deliveries: what a rep uses all day.
import { randomUUID } from "node:crypto";
import { expect, openConversation, signedIn, test } from "../page.js";
import { until } from "../server.js";

const list = (page) => page.getByRole("listbox", { name: "Conversations" });
const results = (page) => page.getByRole("listbox", { name: "Search results" });
const messages = (page) => page.getByRole("region", { name: "Messages" });
const reply = (page) => page.getByRole("textbox", { name: "Reply" });
const fresh = (words) => `${words} ${randomUUID().slice(0, 6)}`;
const undo = (page, seconds) => page.evaluate((value) => localStorage.setItem("remit.prefs", JSON.stringify({ undoSeconds: value })), seconds);

test("search finds a word of any message, marks it, and leads to the very message", async ({ page, server }) => {
  const name = fresh("Findable");
  await server.receive("chat", { name, text: "My lawyer knows the word xylophone" });
  const row = await server.conversation(name);
  await until(async () => (await server.api("/search?q=xylophone")).data.length, "the index");
  await page.goto(`${server.url}/inbox`);
  await expect(list(page).getByRole("option").filter({ hasText: name })).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("xylo");
  const hit = results(page).getByRole("option").filter({ hasText: name });
  await expect(hit.locator("mark")).toHaveText("xylophone");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/c/${row.id}\\?.*m=msg_`));
  await expect(messages(page).locator(".wanted")).toContainText("xylophone");
  await page.getByRole("searchbox").fill("nothing has this");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await page.getByRole("searchbox").fill("");
  await expect(list(page)).toBeVisible();
});

test("search finds notes, which are told apart, and contacts, which lead to their conversations", async ({ page, server }) => {
  const word = `quokka${randomUUID().slice(0, 6)}`;
  const name = `${word} Person`;
  await server.receive("email", { name, subject: "Contract", text: "My lawyer sends this" });
  const row = await server.conversation(name);
  await server.api(`/conversations/${row.id}/notes`, { body: { body_text: `Seen: ${word} again` } });
  await until(async () => (await server.api(`/search?q=${word}`)).data.length >= 3, "the index");
  await page.goto(`${server.url}/inbox?q=${word}`);
  await expect(results(page).getByRole("option").filter({ hasText: `Seen: ${word}` }).getByText("Note", { exact: true })).toBeVisible();
  await results(page).getByRole("option").filter({ has: page.getByText("Contact", { exact: true }) }).click();
  await expect(page).toHaveURL(/contact=con_/);
});

test("a filter is kept as a view, is there after a reload, and can be forgotten", async ({ page, server }) => {
  const name = fresh("Urgent chats");
  await page.goto(`${server.url}/inbox?channel=chat&action=1`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Keep this filter…" }).click();
  const dialog = page.getByRole("dialog", { name: "Keep this filter as a view" });
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(dialog).toContainText("Give it a name.");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("For everybody in the team").check();
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(dialog).toHaveCount(0);
  const view = (await server.api("/views")).data.find((one) => one.name === name);
  expect(view).toMatchObject({ shared: true, filter: { channel: "chat", requires_action: true, unread: false } });
  await page.goto(`${server.url}/inbox`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("link", { name }).click();
  await expect(page).toHaveURL(/channel=chat/);
  await expect(page).toHaveURL(/action=1/);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: `Forget ${name}` }).click();
  await until(async () => !(await server.api("/views")).data.some((one) => one.name === name), "forgotten");
});

test("a view holds what the AI does and whose team it is", async ({ page, server }) => {
  const name = fresh("Held for sales");
  await page.goto(`${server.url}/inbox?ai=held&team=sales`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Keep this filter…" }).click();
  const dialog = page.getByRole("dialog", { name: "Keep this filter as a view" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(dialog).toHaveCount(0);
  const view = (await server.api("/views")).data.find((one) => one.name === name);
  expect(view.filter).toMatchObject({ ai_states: ["held"], teams: ["sales"] });
  await page.goto(`${server.url}/inbox`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("link", { name }).click();
  await expect(page).toHaveURL(/team=sales&ai=held/);
});

test("views: closed conversations, and those of one contact", async ({ page, server }) => {
  const [name, other] = [fresh("Closed"), fresh("Open")];
  for (const one of [other, name]) await server.receive("chat", { name: one, text: "My lawyer says bye" });
  const row = await server.conversation(name);
  await server.api(`/conversations/${row.id}/close`, { method: "POST" });
  await page.goto(`${server.url}/inbox`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("link", { name: "Closed", exact: true }).click();
  await expect(list(page).getByRole("option").filter({ hasText: name })).toBeVisible();
  await expect(list(page).getByRole("option").filter({ hasText: other })).toHaveCount(0);
  await page.getByRole("link", { name: /Closed.*Show every state/ }).click();
  await expect(list(page).getByRole("option").filter({ hasText: other }).first()).toBeVisible();
});

test("a reply is kept on the server while it is written, and goes on in another browser", async ({ page, server, browser }) => {
  const name = fresh("Devices");
  await server.receive("email", { name, subject: "Hello", text: "My lawyer will call" });
  const { id } = await openConversation(page, server, name);
  await reply(page).click();
  await page.keyboard.type("Dear visitor, we");
  await expect(page.getByText("Draft saved")).toBeVisible();
  expect((await server.api(`/conversations/${id}/composer`)).body_text).toBe("Dear visitor, we");
  const other = await (await browser.newContext()).newPage();
  await signedIn(other, server);
  await other.goto(`${server.url}/inbox`);
  await expect(list(other).getByRole("option").filter({ hasText: name }).getByText("Draft", { exact: true })).toBeVisible();
  await other.goto(`${server.url}/c/${id}`);
  await expect(reply(other)).toHaveText("Dear visitor, we");
  // Both write on; the second to be kept is told, sees what differs, and chooses.
  await reply(other).press("Control+End");
  await other.keyboard.type(" call you");
  await expect(other.getByText("Draft saved")).toBeVisible();
  await reply(page).press("Control+End");
  await page.keyboard.type(" write");
  const told = page.getByRole("alert").filter({ hasText: "You wrote on elsewhere" });
  await expect(told.locator("ins")).toBeVisible();
  await told.getByRole("button", { name: "Take the other" }).click();
  await expect(reply(page)).toHaveText("Dear visitor, we call you");
  await undo(page, 0);
  await page.reload();
  await expect(reply(page)).toHaveText("Dear visitor, we call you");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await until(async () => (await server.api(`/conversations/${id}/messages`)).data.some((one) => one.body_text === "Dear visitor, we call you"), "sent");
  await until(async () => server.api(`/conversations/${id}/composer`).then(() => false, () => true), "dropped");
  await other.context().close();
});

test("files: attached to a reply, sent with it, shown and fetched again", async ({ page, server }) => {
  await undo(page, 0);
  const name = fresh("Files");
  await server.receive("email", { name, subject: "Papers", text: "My lawyer wants the papers" });
  const { id } = await openConversation(page, server, name);
  await page.keyboard.press("r");
  await page.keyboard.type("Here they are");
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  await page.getByLabel("Attach files", { exact: true }).last().setInputFiles([{ name: "plan.txt", mimeType: "text/plain", buffer: Buffer.from("the plan") }, { name: "dot.png", mimeType: "image/png", buffer: png }, { name: "wrong.txt", mimeType: "text/plain", buffer: Buffer.from("no") }]);
  const files = page.getByRole("list", { name: "Files that go along" });
  await expect(files.getByRole("listitem")).toHaveCount(3);
  await files.getByRole("button", { name: "Remove wrong.txt" }).click();
  await expect(files.getByRole("listitem")).toHaveCount(2);
  await expect(page.getByText("Draft saved")).toBeVisible();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const sent = await until(async () => (await server.api(`/conversations/${id}/messages`)).data.find((one) => one.direction === "outbound" && one.status === "sent"), "sent");
  expect(sent.attachments.map((file) => file.name)).toEqual(["plan.txt", "dot.png"]);
  const shown = messages(page).getByRole("article", { name: /^Reply by/ });
  await expect(shown.getByRole("img", { name: "dot.png" })).toBeVisible();
  const download = page.waitForEvent("download");
  await shown.getByRole("button", { name: /plan\.txt/ }).click();
  expect((await download).suggestedFilename()).toBe("plan.txt");
  expect(server.outbox().some((text) => text.includes("filename=\"plan.txt\"") || text.includes("plan.txt"))).toBe(true);
});

test("rich text: bold, a list and a link look as they will, and leave as HTML beside the text", async ({ page, server }) => {
  await undo(page, 0);
  const name = fresh("Rich");
  await server.receive("email", { name, subject: "Formats", text: "My lawyer likes it pretty" });
  const { id } = await openConversation(page, server, name);
  await page.keyboard.press("r");
  await page.keyboard.type("Hello ");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("dear");
  await page.keyboard.press("Control+b");
  await page.keyboard.type(" friend");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "List" }).click();
  await page.keyboard.type("one");
  await page.keyboard.press("Enter");
  await page.keyboard.type("two");
  await expect(reply(page).locator("b, strong")).toHaveText("dear");
  await expect(reply(page).locator("li")).toHaveText(["one", "two"]);
  await page.keyboard.press("Control+Enter");
  const sent = await until(async () => (await server.api(`/conversations/${id}/messages`)).data.find((one) => one.direction === "outbound" && one.status === "sent"), "sent");
  expect(sent.body_text).toBe("Hello **dear** friend\n- one\n- two");
  const mail = server.outbox().find((text) => text.includes("**dear**"));
  expect(mail).toContain("multipart/alternative");
  expect(mail).toContain("<b>dear</b> friend");
  const shown = messages(page).getByRole("article", { name: /^Reply by/ });
  await expect(shown.locator("strong")).toHaveText("dear");
});

test("the intent of a message is corrected by a person, and stands beside what the AI took it for", async ({ page, server }) => {
  const name = fresh("Corrected");
  await server.receive("chat", { name, text: "What are your opening hours?" });
  await until(async () => (await server.conversation(name).catch(() => null))?.revision >= 1, "the message");
  const { id } = await openConversation(page, server, name);
  const article = messages(page).getByRole("article", { name: /^From/ });
  await article.getByTitle("Say what it is about").click();
  const dialog = page.getByRole("dialog", { name: "What is it about?" });
  await dialog.getByRole("radio", { name: "Pricing", exact: true }).check();
  await dialog.getByRole("button", { name: "Correct it" }).click();
  await expect(article.getByText("Pricing", { exact: true })).toBeVisible();
  await expect(article.getByText(/Opening hours/)).toBeVisible();
  expect((await server.api(`/conversations/${id}/timeline`)).data.some((item) => item.kind === "intent_corrected" && item.data.intent === "pricing")).toBe(true);
});

test("how far a message has got is a click away", async ({ page, server }) => {
  const name = fresh("Delivered");
  await server.receive("chat", { name, text: "What are your opening hours?" });
  await openConversation(page, server, name);
  const answer = messages(page).getByRole("article", { name: /^Reply by/ });
  await answer.getByTitle("How far it has got").click();
  await expect(page.getByRole("dialog", { name: "Delivery" })).toContainText("to visitor-");
});

test("a conversation is begun with an address, and with somebody known", async ({ page, server }) => {
  await undo(page, 0);
  const subject = fresh("We begin");
  await page.goto(`${server.url}/inbox`);
  await expect(list(page)).toBeVisible();
  await page.keyboard.press("c");
  const dialog = page.getByRole("dialog", { name: "New conversation" });
  await dialog.getByRole("button", { name: "A new address" }).click();
  await dialog.getByLabel("Mail address").fill(`${randomUUID().slice(0, 8)}@customer.example`);
  await dialog.getByLabel("Name (optional)").fill("Newly Met");
  await dialog.getByLabel("Subject").fill(subject);
  await dialog.getByLabel("Message").fill("Good morning, shall we talk?");
  await dialog.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page).toHaveURL(/\/c\/cnv_/);
  await expect(messages(page)).toContainText("Good morning, shall we talk?");
  await until(async () => server.outbox().some((text) => text.includes("shall we talk?")), "it leaves");
  await page.keyboard.press("Escape");
  await page.keyboard.press("c");
  await dialog.getByLabel("To", { exact: true }).fill("Hugo Mar");
  await dialog.getByRole("button", { name: /Hugo Marin/ }).first().click();
  await dialog.getByLabel("Subject").fill(`${subject} again`);
  await dialog.getByLabel("Message").fill("Good evening");
  await dialog.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByRole("heading", { name: `${subject} again` })).toBeVisible();
});
