// What is done with a contact, with certificates, and what the audit trail tells of it.
import { randomUUID } from "node:crypto";
import { expect, openConversation, test } from "../page.js";
import { until } from "../server.js";

const context = (page) => page.getByRole("complementary", { name: "Contact and details" });
const fresh = (words) => `${words} ${randomUUID().slice(0, 6)}`;

async function act(page, words) {
  await context(page).getByRole("button", { name: "Contact actions" }).click();
  await context(page).getByRole("button", { name: words }).click();
}

test("a contact is changed, merged into another, and the audit trail says who did it", async ({ page, server }) => {
  const [one, other] = [fresh("Onename"), fresh("Othername")];
  await server.receive("chat", { name: one, text: "My lawyer is on it" });
  await server.receive("email", { name: other, subject: "Same person", text: "My lawyer is on it" });
  await until(async () => (await server.api(`/search?q=${encodeURIComponent(other)}&type=contact`)).data.length, "the index");
  await openConversation(page, server, one);
  await act(page, "Change name or company…");
  const change = page.getByRole("dialog", { name: "Change the contact" });
  await change.getByLabel("Company").fill("Initech");
  await change.getByRole("button", { name: "Save" }).click();
  await expect(context(page)).toContainText("Initech");
  await act(page, "Merge into another…");
  const merge = page.getByRole("dialog", { name: `Merge ${one} into another` });
  await merge.getByLabel("The contact that is left").fill(other);
  await merge.getByRole("button", { name: new RegExp(other) }).click();
  await merge.getByRole("button", { name: "Merge", exact: true }).click();
  await expect(context(page).locator(".strong").first()).toHaveText(other);
  await page.goto(`${server.url}/audit`);
  await expect(page.getByRole("row").filter({ hasText: "Contacts: merge" }).first()).toContainText("Demo");
});

test("a contact is exported, and erased for good once its name was typed", async ({ page, server }) => {
  const name = fresh("Forgetme");
  await server.receive("chat", { name, text: "My lawyer wants me forgotten" });
  const { id } = await openConversation(page, server, name);
  const download = page.waitForEvent("download");
  await act(page, "Export everything");
  expect((await download).suggestedFilename()).toMatch(/^Forgetme-.*\.jsonl$/);
  await act(page, "Erase for good…");
  const dialog = page.getByRole("dialog", { name: `Erase ${name}` });
  await expect(dialog.getByRole("button", { name: "Erase for good" })).toBeDisabled();
  await dialog.getByLabel(`To go on, type ${name}`).fill(name);
  await dialog.getByRole("button", { name: "Erase for good" }).click();
  await expect(context(page)).toContainText("Erased");
  expect(JSON.stringify(await server.api(`/conversations/${id}/messages`))).not.toContain("wants me forgotten");
});

test("do not contact: said once, shown, and a person who writes all the same says so", async ({ page, server }) => {
  await page.evaluate(() => localStorage.setItem("remit.prefs", JSON.stringify({ undoSeconds: 0 })));
  const name = fresh("Quiet");
  await server.receive("email", { name, subject: "The contract", text: "My lawyer has a question" });
  await openConversation(page, server, name);
  await act(page, "Do not contact…");
  await page.getByRole("dialog").getByRole("button", { name: "Nobody writes to them" }).click();
  await expect(context(page)).toContainText("Do not contact.");
  await page.keyboard.press("r");
  await page.keyboard.type("One last word");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("button", { name: "Send all the same" })).toBeVisible();
  await page.getByRole("button", { name: "Send all the same" }).click();
  await expect(page.getByRole("region", { name: "Messages" })).toContainText("One last word");
});

test("channels: one is added, connected with the chat box of a site, and says how it is", async ({ page, server }) => {
  const name = fresh("Shop chat");
  await page.goto(`${server.url}/channels`);
  await page.getByRole("button", { name: "Add a channel" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a channel" });
  await dialog.getByLabel("Kind").selectOption("chat");
  await dialog.getByLabel("Site").fill("shop.example");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Make it" }).click();
  const settings = page.getByRole("dialog", { name: `${name}: provider and settings` });
  await settings.getByLabel("Provider").selectOption("web_chat");
  await settings.getByLabel("Allowed origins").fill("https://shop.example");
  await settings.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog", { name: `How ${name} is` })).toContainText("switched on");
  await page.keyboard.press("Escape");
  const card = page.getByRole("article").filter({ hasText: name });
  await expect(card).toContainText("/chat.js");
  const channel = (await server.api("/channels")).data.find((one) => one.name === name);
  expect(channel).toMatchObject({ provider: "web_chat", settings: { allowed_origins: "https://shop.example" } });
  await server.api(`/channels/${channel.id}/disable`, { body: { reason: "test" } });
});
