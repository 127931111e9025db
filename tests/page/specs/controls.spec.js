import { randomUUID } from "node:crypto";
import { expect, openConversation, test } from "../page.js";
import { until } from "../server.js";

test("kill switch on every page: two clicks and a reason, a bar that says who, and nothing leaves", async ({ page, server }) => {
  const name = `Stopped ${randomUUID().slice(0, 6)}`;
  for (const path of ["inbox", "approvals", "policies", "insights", "activity", "channels", "jobs", "webhooks", "settings"]) {
    await page.goto(`${server.url}/${path}`);
    await expect(page.getByRole("button", { name: "Stop AI" })).toBeVisible();
  }
  await page.getByRole("button", { name: "Stop AI" }).click();
  const dialog = page.getByRole("dialog", { name: "Emergency Stop" });
  await dialog.getByRole("button", { name: "Wrong answers are going out" }).click();
  await dialog.getByRole("button", { name: "Stop all AI sending" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "All AI sending is stopped." })).toContainText("Wrong answers are going out — Demo");
  await server.receive("chat", { name, text: "What are your opening hours?" });
  const row = await until(async () => server.conversation(name).catch(() => null), "the message");
  await until(async () => (await server.api(`/conversations/${row.id}/timeline`)).data.some((item) => item.kind === "decided"), "a decision");
  expect((await server.api(`/conversations/${row.id}/messages`)).data).toHaveLength(1);
  await openConversation(page, server, name);
  await page.keyboard.press("i");
  await expect(page.getByRole("dialog", { name: "Why?" }).getByRole("listitem").filter({ has: page.getByRole("img", { name: "No:" }) }).first()).toContainText(/stop/i);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Let it send again" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "False alarm" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Let it send again" }).click();
  await expect(page.getByText("All AI sending is stopped.")).toHaveCount(0);
});

test("channels: active or not, the inbound webhook, warmup; disabling one says what it withdrew", async ({ page, server }) => {
  await page.goto(`${server.url}/channels`);
  const voice = page.getByRole("article").filter({ has: page.getByRole("heading", { name: "Voice" }) });
  await expect(voice).toContainText("Active");
  await expect(voice).toContainText("/api/v1/inbound/chn_");
  await voice.getByRole("button", { name: "Disable…" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("The line is down");
  await page.getByRole("dialog").getByRole("button", { name: "Disable channel" }).click();
  await expect(voice).toContainText("Disabled");
  await voice.getByRole("button", { name: "Activate" }).click();
  await expect(voice).toContainText("Active");
  const email = page.getByRole("article").filter({ has: page.getByRole("heading", { name: "Email" }) });
  await email.getByLabel(/Warmup/).click();
  await until(async () => (await server.api("/channels")).data.find((one) => one.kind === "email").email_warmup, "warmup");
  await email.getByLabel(/Warmup/).click();
  await until(async () => !(await server.api("/channels")).data.find((one) => one.kind === "email").email_warmup, "no warmup");
});

test("webhooks: make one, keep its secret, switch it off, delete it", async ({ page, server }) => {
  await page.goto(`${server.url}/webhooks`);
  await page.getByRole("button", { name: "New webhook" }).first().click();
  await page.getByLabel("Address").fill("https://hooks.example.com/remit");
  await page.getByRole("button", { name: "Make it" }).click();
  await expect(page.getByRole("dialog", { name: "The webhook's secret" })).toContainText("whsec_");
  await page.getByRole("button", { name: "I have kept it" }).click();
  const card = page.getByRole("article").filter({ hasText: "hooks.example.com" });
  await card.getByRole("button", { name: "Switch off" }).click();
  await expect(card.getByRole("button", { name: "Switch on" })).toBeVisible();
  await card.getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(card).toHaveCount(0);
});

test("jobs, decisions and insights tell what was done, and lead to the conversation", async ({ page, server }) => {
  await page.goto(`${server.url}/jobs?state=waiting`);
  await expect(page.getByRole("row").filter({ hasText: "Aisha Noor" })).toContainText("Needs approval");
  await page.goto(`${server.url}/activity?outcome=escalate`);
  const lawyer = page.getByRole("row").filter({ hasText: "Lawyer" }).first();
  await expect(lawyer).toContainText("company-baseline.remit:21");
  await expect(lawyer).toContainText("Give to a person");
  await expect(page.getByRole("row").filter({ hasText: "Send automatically" })).toHaveCount(0);
  // Another outcome is asked of the server, not looked for among what is here.
  await page.getByLabel("Outcome", { exact: true }).selectOption("send");
  await expect(page.getByRole("row").filter({ hasText: "Opening hours" }).first()).toContainText(/Opening hours \d+%/);
  await expect(page.getByRole("row").filter({ hasText: "Give to a person" })).toHaveCount(0);
  await page.goto(`${server.url}/insights`);
  await expect(page.getByRole("img", { name: /Confidence of \d+ messages by outcome/ })).toBeVisible();
  await expect(page.getByText(/^\d+ of the last \d+ messages/)).toBeVisible();
});

test("signing in needs a good key; signing out forgets it", async ({ browser, server }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.url);
  const other = page.getByRole("button", { name: "Sign in with an API key" });
  await expect(page.getByRole("heading", { name: "Sign in to Remit" })).toBeVisible();
  if (await other.isVisible()) await other.click();
  await page.getByLabel("API key").fill("rk_not_a_key");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("This key is unknown or was revoked.")).toBeVisible();
  await page.getByLabel("API key").fill(server.key);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("listbox", { name: "Conversations" })).toBeVisible();
  await page.goto(`${server.url}/settings`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to Remit" })).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.getItem("remit.key"))).toBe(null);
  await context.close();
});
