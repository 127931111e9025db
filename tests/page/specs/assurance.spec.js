// Certificates and the blind spot checks that keep them honest; the audit trail.
import { randomUUID } from "node:crypto";
import { expect, test } from "../page.js";
import { until } from "../server.js";

const fresh = (words) => `${words} ${randomUUID().slice(0, 6)}`;

/** The policy in force, with a certificate that answers are counted for. */
async function certified(server) {
  const active = await server.api("/policies/active");
  if (active.files.some((file) => file.text.includes("certificate harmless"))) return;
  const files = active.files.map(({ path, text }) => ({ path, text: path === active.root ? `${text}\ncertificate harmless "Costs little when wrong" on thanks, opening_hours from 0.60\nguard unproved: approval when channel in [voice] and not certified harmless at 5%\n  because "Not proved yet"\n` : text }));
  const kept = await server.api("/policies/versions", { body: { root: active.root, files } });
  await server.api(`/policies/versions/${kept.digest}/activate`, { body: {} });
}

test("certificates: what labels prove is told, and asking before there are enough is refused with its reason", async ({ page, server }) => {
  await certified(server);
  const name = fresh("Labelled");
  await server.receive("chat", { name, text: "What are your opening hours?" });
  const row = await until(async () => server.conversation(name).catch(() => null), "the message");
  const [message] = (await until(async () => {
    const found = (await server.api(`/conversations/${row.id}/messages`)).data.filter((one) => one.direction === "inbound" && one.intent);
    return found.length && found;
  }, "what it was taken for"));
  await server.api(`/messages/${message.id}/intent`, { method: "PUT", body: { intent: "opening_hours" } });
  await page.goto(`${server.url}/assurance`);
  const card = page.getByRole("article", { name: "Certificate harmless" });
  await expect(card.getByRole("heading", { name: "Costs little when wrong" })).toBeVisible();
  await expect(card).toContainText(/[1-9]\d* answers? labelled/);
  await expect(card.getByText("Opening hours")).toBeVisible();
  await card.getByRole("button", { name: "Ask for it" }).click();
  await expect(page.getByRole("dialog", { name: "Ask for harmless all the same?" })).toContainText("Labels are missing");
  await page.getByRole("button", { name: "Ask now" }).click();
  await expect(page.getByRole("region", { name: "Notifications" })).toContainText(/Not granted|asks/);
});

test("a certificate belongs to one model: each has a card of its own, and is asked for by its own name", async ({ page, server }) => {
  await certified(server);
  const [own] = (await server.api("/certificates")).data;
  // The second is one that only a language model on the server would give: what is shown and what is asked is looked at here.
  const both = [{ ...own, model: "words/1" }, { ...own, model: "words/1 and gpt/2", asked: own.asked.map((asked) => ({ ...asked, missing: 0 })) }];
  const asked = [];
  await page.route("**/api/v1/certificates", (route) => route.fulfill({ json: { data: both } }));
  await page.route("**/api/v1/certificates/*/issue?**", (route) => {
    asked.push(new URL(route.request().url()).searchParams.get("model"));
    return route.fulfill({ json: { ...both[1], state: "granted" } });
  });
  await page.goto(`${server.url}/assurance`);
  const cards = page.getByRole("article", { name: `Certificate ${own.name}` });
  await expect(cards).toHaveCount(2);
  await cards.filter({ hasText: "words/1 and gpt/2" }).getByRole("button", { name: "Ask for it" }).click();
  await expect(page.getByRole("region", { name: "Notifications" })).toContainText("Granted");
  await cards.filter({ hasNotText: "gpt/2" }).getByRole("button", { name: "Ask for it" }).click();
  await page.getByRole("button", { name: "Ask now" }).click();
  await expect.poll(() => asked).toEqual(["words/1 and gpt/2", "words/1"]);
});

test("spot checks are blind: one says what a message is about, and only then hears what the AI took it for", async ({ page, server }) => {
  // Nothing is drawn before a certificate was granted, which takes many labels: what is shown and what is sent is looked at here.
  const check = { message_id: "msg_01m8d000000000000000000000", conversation_id: "cnv_01m8d000000000000000000000", channel: "chat", subject: null, body_text: "When do you close <b>today</b>?", language: "en", drawn_at: new Date().toISOString() };
  let waiting = [check];
  let said = null;
  await page.route("**/api/v1/spot-checks?**", (route) => route.fulfill({ json: { data: waiting, next_cursor: null } }));
  await page.route("**/api/v1/spot-checks/msg_*", (route) => {
    said = route.request().postDataJSON();
    waiting = [];
    return route.fulfill({ json: { classified: "pricing", intent: said.intent, wrong: true } });
  });
  await page.goto(`${server.url}/assurance?side=checks`);
  const card = page.getByRole("article", { name: /^Spot check/ });
  await expect(card).toContainText("When do you close <b>today</b>?");
  await expect(page.locator("#page")).not.toContainText("Pricing 9");
  await card.getByRole("button", { name: "Say so" }).click();
  await expect(card.getByRole("alert")).toHaveText("Choose what it is about first.");
  await card.getByLabel("What is it about?").selectOption("opening_hours");
  await card.getByRole("button", { name: "Say so" }).click();
  await expect(page.getByRole("region", { name: "Notifications" })).toContainText("The AI had taken it for Pricing");
  await expect(page.getByText("No spot check waits")).toBeVisible();
  expect(said).toEqual({ intent: "opening_hours" });
});

test("audit: who did what, also narrowed to one person", async ({ page, server }) => {
  const name = fresh("View");
  await server.api("/kill-switch/engage", { body: { reason: name } });
  await server.api("/kill-switch/release", { body: { reason: name } });
  await page.goto(`${server.url}/audit`);
  await expect(page.getByRole("row").filter({ hasText: "Kill switch: engage" }).first()).toContainText("Demo");
  await page.getByLabel("Person").selectOption({ label: "Vera Blum" });
  await expect(page).toHaveURL(/actor=usr_/);
  await expect(page.getByText("Nothing yet")).toBeVisible();
});

test("insights: volume by day and outcome, approvals by intent and by rule with rate and age, each also as a table", async ({ page, server }) => {
  await page.goto(`${server.url}/insights`);
  await expect(page.getByRole("img", { name: /messages in the last 14 days by outcome/ })).toBeVisible();
  await expect(page.getByRole("img", { name: /Confidence of \d+ messages by outcome/ })).toBeVisible();
  const answered = page.getByRole("region", { name: "Approvals" });
  await expect(answered.getByRole("columnheader", { name: "Intent" })).toBeVisible();
  for (const name of ["Approval rate", "Median wait", "Oldest waits"]) await expect(answered.getByRole("columnheader", { name })).toBeVisible();
  await expect(answered.getByRole("row").filter({ hasText: "Pricing" })).toContainText(/\d/);
  await answered.getByRole("button", { name: "By rule" }).click();
  await expect(answered.getByRole("columnheader", { name: "Rule" })).toBeVisible();
  await expect(answered.getByRole("row").filter({ hasText: "Voice call" })).toContainText(/\d/);
  await page.getByText("As a table").first().click();
  await expect(page.getByRole("columnheader", { name: "Send automatically" })).toBeVisible();
});
