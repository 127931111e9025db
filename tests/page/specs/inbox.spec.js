import { randomUUID } from "node:crypto";
import { expect, openConversation, test } from "../page.js";
import { until } from "../server.js";

const list = (page) => page.getByRole("listbox", { name: "Conversations" });
const row = (page, words) => list(page).getByRole("option").filter({ hasText: words });

test("one inbox over email, SMS, WhatsApp, chat and voice, the most recent activity first", async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page).toHaveURL(/\/inbox$/);
  await expect(row(page, "Aisha Noor")).toContainText("Voice");
  for (const word of ["Email", "SMS", "WhatsApp", "Chat"]) await expect(row(page, word).first()).toBeAttached();
  const name = `First ${randomUUID().slice(0, 6)}`;
  await server.receive("chat", { name, text: "Is anybody there?" });
  await expect(list(page).getByRole("option").first()).toContainText(name);
});

test("filters: a tab for each channel, alone or together with the others", async ({ page, server }) => {
  await page.goto(`${server.url}/inbox`);
  await expect(row(page, "Aisha Noor")).toBeVisible();
  for (const [tab, name] of [["Voice", "Aisha Noor"], ["SMS", "Tom Brandt"], ["WhatsApp", "Ines Keller"], ["Chat", "Lena Vogt"], ["Email", "Bill Lumb"]]) {
    await page.getByRole("navigation", { name: "Channels" }).getByRole("link", { name: tab }).click();
    await expect(row(page, name)).toBeVisible();
    await expect(row(page, name === "Aisha Noor" ? "Bill Lumb" : "Aisha Noor")).toHaveCount(0);
  }
  await page.getByRole("link", { name: "Requires action", exact: true }).click();
  await expect(page).toHaveURL(/channel=email/);
  await expect(row(page, "Bill Lumb")).toBeVisible();
  await expect(row(page, "Gavin Bell")).toHaveCount(0);
});

test("unread: new inbound that you have not viewed; viewing it clears it, and it can be marked again", async ({ page, server }) => {
  const name = `Reader ${randomUUID().slice(0, 6)}`;
  await server.receive("chat", { name, text: "I have something to tell you" });
  await page.goto(`${server.url}/inbox?unread=1`);
  await expect(row(page, name)).toContainText("Unread.");
  await row(page, name).click();
  await until(async () => (await server.conversation(name)).unread_count === 0, "read");
  await expect(row(page, name)).not.toContainText("Unread.");
  await page.keyboard.press("Shift+U");
  await until(async () => (await server.conversation(name)).unread_count === 1, "unread again");
  await expect(row(page, name)).toContainText("Unread.");
});

test("requires action: flagged for a human, with the reason", async ({ page, server }) => {
  await page.goto(`${server.url}/inbox?action=1`);
  await expect(row(page, "Bill Lumb")).toContainText("Escalated");
  await expect(row(page, "Tom Brandt")).toContainText("Asked for a person");
  await expect(row(page, "Aisha Noor")).toContainText("Draft needs approval");
  await row(page, "Bill Lumb").click();
  await expect(page.getByText("Requires action: Escalated")).toBeVisible();
});

test("what happens while the connection is gone is there when it is back, once", async ({ page, server, context }) => {
  const name = `Offline ${randomUUID().slice(0, 6)}`;
  const address = `${randomUUID()}@visitor.example`;
  await page.goto(`${server.url}/inbox`);
  await expect(row(page, "Aisha Noor")).toBeVisible();
  // The stream that is open ends, and the next ones do not come to be.
  await context.setOffline(true);
  await page.evaluate(() => dispatchEvent(new Event("offline")));
  await server.receive("chat", { name, address, text: "one" });
  await server.receive("chat", { name, address, text: "two" });
  await context.setOffline(false);
  await expect(row(page, name)).toHaveCount(1, { timeout: 20_000 });
  await row(page, name).click();
  await expect(page.getByRole("region", { name: "Messages" }).getByText("two", { exact: true })).toHaveCount(1);
});

test("a list of any length has few rows in the page, and points at one that exists", async ({ page, server }) => {
  const sample = (await server.api("/conversations?limit=1")).data[0];
  const data = Array.from({ length: 50_000 }, (_, index) => ({ ...sample, id: `cnv_${String(index).padStart(26, "0")}`, contact: { ...sample.contact, name: `Row ${index}` }, last_activity_at: new Date(Date.now() - index * 1000).toISOString() }));
  await page.route("**/api/v1/conversations?**", (route) => route.fulfill({ json: { data, next_cursor: null } }));
  await page.goto(`${server.url}/inbox`);
  await expect(row(page, "Row 0").first()).toBeVisible();
  const box = list(page);
  await box.focus();
  await page.keyboard.press("ArrowDown");
  await box.evaluate((element) => element.scrollTo(0, 30_000 * 84));
  await expect(row(page, "Row 30000")).toBeVisible();
  expect(await box.getByRole("option").count()).toBeLessThan(60);
  expect(await box.evaluate((element) => Boolean(document.getElementById(element.getAttribute("aria-activedescendant") || "")))).toBe(true);
  await page.keyboard.press("End");
  await expect(row(page, "Row 49999")).toBeVisible();
});

test("the keyboard alone: move, open, go back, go elsewhere, and see the sheet of shortcuts", async ({ page, server }) => {
  await page.goto(`${server.url}/inbox`);
  await expect(row(page, "Aisha Noor")).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/c\/cnv_/);
  await page.keyboard.press("u");
  await expect(page).toHaveURL(/\/inbox$/);
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await expect(page.getByRole("heading", { name: "Approvals" })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("channels");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/channels$/);
});

test("single-letter shortcuts can be switched off, and never fire while one writes", async ({ page, server }) => {
  await openConversation(page, server, "Bill Lumb");
  const reply = page.getByRole("textbox", { name: "Reply" });
  await reply.fill("jkeasx?");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await reply.fill("");
  await page.goto(`${server.url}/settings`);
  await page.getByLabel("Shortcuts of a single letter").uncheck();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.getByLabel("Shortcuts of a single letter").check();
});
