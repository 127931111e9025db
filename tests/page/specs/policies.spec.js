import { randomUUID } from "node:crypto";
import { expect, openConversation, test } from "../page.js";
import { until } from "../server.js";

// These put other policies in force on the server that the tests share. Files run by name, so no other comes after them.

const editor = (page) => page.getByRole("textbox", { name: "Text of default.remit" });
const side = (page) => page.getByRole("region", { name: "What is said of the policy" });
const replace = async (page, from, to) => {
  await expect(editor(page)).toHaveValue(/policy default/);
  await editor(page).fill((await editor(page).inputValue()).replace(from, to));
};

test("a policy is checked as one types, and the playground decides the last decisions again", async ({ page, server }) => {
  await page.goto(`${server.url}/policies`);
  await expect(side(page)).toContainText("It checks, and all");
  await replace(page, "autonomy controlled\n", "autonomy controled\n");
  await expect(side(page)).toContainText("it cannot come into force");
  await side(page).getByRole("button", { name: /^error/ }).first().click();
  await expect(page).toHaveURL(/line=9/);
  await expect(page.locator(".gutter .has-error")).toHaveText("9");
  await replace(page, "autonomy controled\n", "autonomy assisted\n");
  await expect(side(page)).toContainText(/stricter/);
  await side(page).getByRole("article").filter({ hasText: "stricter" }).getByRole("link").first().click();
  await expect(page).toHaveURL(/\/c\/cnv_/);
  // What was written is still there.
  await page.goBack();
  await expect(editor(page)).toHaveValue(/autonomy assisted\n/);
});

test("what changes is told exactly; what lets more leave must be acknowledged; then it is in force", async ({ page, server }) => {
  await page.goto(`${server.url}/policies?side=changes`);
  await replace(page, "reply send from 0.60, else approval\n  draft template opening_hours", "reply send from 0.40, else approval\n  draft template opening_hours");
  await expect(side(page)).toContainText("Some messages would leave more freely");
  await expect(side(page)).toContainText("confidence 0.4..0.6");
  await expect(side(page).locator(".lines .added")).toContainText("0.40");
  await page.getByRole("button", { name: "Put in force…" }).click();
  const dialog = page.getByRole("dialog", { name: "Put this policy in force" });
  await expect(dialog).toContainText("Some messages would leave more freely");
  await expect(dialog.getByRole("button", { name: "Put in force" })).toBeDisabled();
  await dialog.getByLabel(/I have read/).check();
  await dialog.getByRole("button", { name: "Put in force" }).click();
  await expect(dialog).toHaveCount(0);
  expect((await server.api("/policies/active")).files.find((file) => file.path === "default.remit").text).toContain("0.40, else approval");
  await page.getByRole("link", { name: "Versions" }).click();
  await expect(side(page)).toContainText("Freer, acknowledged");
  await side(page).getByRole("button", { name: "Load" }).first().click();
  await expect(editor(page)).not.toHaveValue(/send from 0\.40/);
});

test("a policy whose own cases do not hold is refused, with the place", async ({ page, server }) => {
  await page.goto(`${server.url}/policies`);
  await replace(page, "reply send from 0.60, else approval", "reply send from 0.99, else approval");
  await expect(side(page)).toContainText("written in it do not hold");
  await page.getByRole("button", { name: "Put in force…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Put in force" }).click();
  await expect(page.getByRole("dialog")).toContainText(/default\.remit:\d+:\d+/);
});

test("a message is tried without being sent", async ({ page, server }) => {
  await page.goto(`${server.url}/policies?side=try`);
  await page.getByLabel("Somebody writes").fill("My lawyer will hear of this");
  await expect(side(page).getByRole("article")).toContainText("Give to a person");
  await page.getByLabel("Somebody writes").fill("What are your opening hours?");
  await page.getByRole("combobox", { name: "By" }).selectOption("chat");
  await expect(side(page).getByRole("article")).toContainText("Send automatically");
  expect(server.outbox().some((text) => text.includes("hear of this"))).toBe(false);
});

test("Assisted queues every message", async ({ page, server }) => {
  const { root, files } = await server.api("/policies/active");
  // The demo's policy, stricter: its cases would not hold, so they stay behind.
  const stricter = (/** @type {string} */ text) => text.slice(0, text.indexOf("# ---- tests")).replace("autonomy controlled", "autonomy assisted").replace(/autonomy full .*\n/, "");
  const { digest } = await server.api("/policies/versions", { body: { root, files: files.map((file) => (file.path === root ? { ...file, text: stricter(file.text) } : file)) } });
  await server.api(`/policies/versions/${digest}/activate`, { body: {} });
  const name = `Assisted ${randomUUID().slice(0, 6)}`;
  await server.receive("chat", { name, text: "What are your opening hours?" });
  await until(async () => {
    const found = await server.conversation(name).catch(() => null);
    return found?.requires_action.reasons.includes("approval_pending") && found;
  }, "a draft in the queue");
  await openConversation(page, server, name);
  await expect(page.getByRole("article", { name: "AI draft, not sent" })).toContainText("Needs approval");
  await page.keyboard.press("i");
  await expect(page.getByRole("dialog", { name: "Why?" })).toContainText("Assisted");
});
