import { randomUUID } from "node:crypto";
import { expect, openConversation, test } from "../page.js";
import { until } from "../server.js";

const list = (page) => page.getByRole("listbox", { name: "Conversations" });
const row = (page, words) => list(page).getByRole("option").filter({ hasText: words });

const fresh = (words) => `${words} ${randomUUID().slice(0, 6)}`;
const CHANNELS = { email: "Email", sms: "SMS", whatsapp: "WhatsApp", chat: "Chat", voice: "Voice" };

/** Somebody new writes by each channel. */
async function everybody(server) {
  const names = Object.keys(CHANNELS).map((kind) => [kind, fresh(kind)]);
  for (const [kind, name] of names) await server.receive(kind, { name, text: "My lawyer will write to you" });
  return names;
}

test("one inbox over email, SMS, WhatsApp, chat and voice, the most recent activity first", async ({ page, server }) => {
  const names = await everybody(server);
  await page.goto(server.url);
  await expect(page).toHaveURL(/\/inbox$/);
  for (const [kind, name] of names) await expect(row(page, name)).toContainText(CHANNELS[kind]);
  const last = fresh("Last");
  await server.receive("chat", { name: last, text: "Is anybody there?" });
  await expect(list(page).getByRole("option").first()).toContainText(last);
  const times = await list(page).locator("[role=option] time").evaluateAll((all) => all.map((one) => one.getAttribute("datetime")));
  expect(times).toEqual([...times].sort().reverse());
});

test("filters: a tab for each channel, alone or together with the others", async ({ page, server }) => {
  const names = await everybody(server);
  await page.goto(`${server.url}/inbox`);
  await expect(row(page, names[0][1])).toBeVisible();
  for (const [kind, name] of names) {
    await page.getByRole("navigation", { name: "Channels" }).getByRole("link", { name: CHANNELS[kind] }).click();
    await expect(row(page, name)).toBeVisible();
    for (const [other, elsewhere] of names) if (other !== kind) await expect(row(page, elsewhere)).toHaveCount(0);
  }
  await page.getByRole("link", { name: "Requires action", exact: true }).click();
  await expect(page).toHaveURL(/channel=voice/);
  await expect(row(page, names[4][1])).toBeVisible();
  await expect(row(page, names[3][1])).toHaveCount(0);
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

test("each row says what the AI does there: a reply that waits, paused, off while a person answers, or who spoke last", async ({ page, server }) => {
  const [waits, paused, off, done, asks] = ["Waits", "Paused", "Off", "Done", "Asks"].map(fresh);
  await page.goto(`${server.url}/inbox`);
  await expect(list(page).getByRole("option").first()).toBeVisible();
  for (const name of [paused, off]) await server.receive("chat", { name, text: "My lawyer will write to you" });
  await server.receive("chat", { name: done, text: "What are your opening hours?" });
  await server.receive("email", { name: asks, subject: asks, text: "Could you send me a price list?" });
  await server.receive("email", { name: "Hugo Marin", address: "hugo.marin@globex.example", subject: waits, text: "Great, that worked, thank you!" });
  await expect(row(page, waits)).toContainText("AI reply waits");
  await expect(row(page, asks)).toContainText("Draft needs approval");
  await expect(row(page, asks)).not.toContainText(/AI reply waits|Draft waits/);
  // The AI has spoken last, and there is nothing more that it does.
  await expect(row(page, done)).toContainText("AI: ");
  await expect(row(page, done)).not.toContainText("AI at work");
  // What is done elsewhere shows here by itself.
  await expect(row(page, paused)).toBeVisible();
  await server.api(`/contacts/${(await server.conversation(paused)).contact.id}/ai/pause`, { body: { reason: "In talks" } });
  await expect(row(page, paused).getByTitle("In talks")).toHaveText("AI paused");
  await server.api(`/conversations/${(await server.conversation(off)).id}/take-over`, { body: {} });
  await expect(row(page, off)).toContainText("AI off");
  // And the list is narrowed by it.
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("link", { name: "AI is paused" }).click();
  await expect(page).toHaveURL(/ai=paused/);
  await expect(row(page, paused)).toBeVisible();
  await expect(row(page, off)).toHaveCount(0);
  await page.getByRole("link", { name: "Whatever the AI does" }).click();
  await expect(row(page, off)).toBeVisible();
});

test("what the server refuses says what, why and its number, and can be tried again", async ({ page, server }) => {
  let broken = true;
  await page.route("**/api/v1/conversations?**", (route) => (broken ? route.fulfill({ status: 503, contentType: "application/problem+json", json: { title: "The database is busy", status: 503, code: "database_busy", detail: "Try again in a moment.", request_id: "req_for_the_operator" } }) : route.fallback()));
  await page.goto(`${server.url}/inbox`);
  const said = page.getByRole("alert");
  await expect(said).toContainText("The database is busy");
  await expect(said).toContainText("Try again in a moment.");
  await expect(said).toContainText("req_for_the_operator");
  broken = false;
  await said.getByRole("button", { name: "Try again" }).click();
  await expect(list(page).getByRole("option").first()).toBeVisible();
});

test("requires action: flagged for a human, with the reason", async ({ page, server }) => {
  const [lawyer, human, calm] = [fresh("Lawyer"), fresh("Human"), fresh("Calm")];
  await server.receive("chat", { name: lawyer, text: "My lawyer will write to you" });
  await server.receive("chat", { name: human, text: "I want to talk to a human" });
  await server.receive("chat", { name: calm, text: "What are your opening hours?" });
  await page.goto(`${server.url}/inbox?action=1`);
  await expect(row(page, lawyer)).toContainText("Escalated");
  await expect(row(page, human)).toContainText("Asked for a person");
  await expect(row(page, calm)).toHaveCount(0);
  await row(page, lawyer).click();
  await expect(page.getByText("Requires action: Escalated")).toBeVisible();
});

test("what happens while the connection is gone is there when it is back, once", async ({ page, server, context }) => {
  const name = `Offline ${randomUUID().slice(0, 6)}`;
  const address = `${randomUUID()}@visitor.example`;
  await page.goto(`${server.url}/inbox`);
  await expect(list(page).getByRole("option").first()).toBeVisible();
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

test("code that could not be fetched comes once it can be: by itself, and when it failed again by the button", async ({ page, server }) => {
  const name = fresh("Unfetched");
  await server.receive("chat", { name, text: "My lawyer will write to you" });
  let broken = true;
  let tries = 0;
  await page.route("**/js/views/inbox/pane.js", (route) => {
    tries += 1;
    return broken ? route.abort() : route.fallback();
  });
  await page.goto(`${server.url}/inbox`);
  await row(page, name).click();
  const said = page.getByRole("region", { name: "Conversation" }).getByRole("alert");
  await expect(said).toContainText("Not all of the page is here");
  // Loaded anew once by itself, and not over and over.
  await expect.poll(() => tries).toBeGreaterThan(1);
  await expect(said).toContainText("Not all of the page is here");
  broken = false;
  await said.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("region", { name: "Messages" })).toContainText("My lawyer will write to you");
  await expect(said).toHaveCount(0);
});

test("where the log does not reach back that far, all is read anew: what is open stays so, and nothing falls between", async ({ page, server }) => {
  const [open, name] = [fresh("Open"), fresh("Between")];
  await server.receive("chat", { name: open, text: "My lawyer will write to you" });
  /** @type {string[]} */
  const asked = [];
  await page.route("**/api/v1/events/stream**", async (route) => {
    const turn = asked.push(new URL(route.request().url()).search);
    if (turn === 1) return route.fulfill({ contentType: "text/event-stream", body: "event: hello\nid: long-ago\ndata: {}\n\n" });
    if (turn === 2) return route.fulfill({ status: 410, contentType: "application/problem+json", json: { title: "Gone", status: 410, code: "events_expired" } });
    // After the place was lost, and before the next stream begins.
    if (turn === 3) await server.receive("chat", { name, text: "Is anybody there?" });
    return route.fallback();
  });
  const { id } = await openConversation(page, server, open);
  await expect(row(page, name)).toHaveCount(1, { timeout: 20_000 });
  expect(asked.slice(0, 3)).toEqual([expect.stringContaining("after="), "?after=long-ago", ""]);
  await expect(page).toHaveURL(new RegExp(`/c/${id}$`));
  await expect(page.getByRole("region", { name: "Messages" })).toContainText("My lawyer will write to you");
  // And what happens from here on is heard.
  const later = fresh("Later");
  await server.receive("chat", { name: later, text: "Good morning" });
  await expect(row(page, later)).toHaveCount(1);
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
  await expect(list(page).getByRole("option").first()).toBeVisible();
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
  await expect(page.getByRole("dialog", { name: "Go to" })).toBeVisible();
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
