import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, openConversation, test } from "../page.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WEB = resolve(import.meta.dirname, "../../../api/web");
const PICTURES = resolve(import.meta.dirname, "../../../docs/pictures");
const ROUTES = ["inbox", "inbox?action=1", "inbox?q=price", "inbox?drafts=1", "inbox?status=closed", "approvals", "approvals?several=1", "approvals?state=approved", "policies", "policies?side=changes", "policies?side=try", "policies?side=prove", "agents", "policies?side=versions", "insights", "assurance", "assurance?side=checks", "audit", "activity", "channels", "jobs?state=waiting", "webhooks", "team", "settings", "c/cnv_nothing"];

/** @param {import("@playwright/test").Page} page @param {string} where */
async function accessible(page, where) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const said = violations.map((one) => `${one.id}: ${one.help}\n    ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message || ""}`).join("\n    ")}`);
  expect(said, `${where} must be accessible`).toEqual([]);
}

/** Until what loads is there. @param {import("@playwright/test").Page} page */
async function settled(page) {
  await expect(page.locator(".bones")).toHaveCount(0);
}

for (const theme of /** @type {const} */ (["light", "dark"])) {
  test(`every route is accessible (WCAG 2.2 AA, axe) in ${theme}`, async ({ page, server }) => {
    // Some thirty views, each looked through whole: long on a machine that has other things to do.
    test.setTimeout(300_000);
    await page.emulateMedia({ colorScheme: theme });
    for (const route of ROUTES) {
      await page.goto(`${server.url}/${route}`);
      await page.locator("#page").waitFor();
      await settled(page);
      await accessible(page, `/${route}`);
    }
    await page.goto(`${server.url}/inbox`);
    await page.getByRole("button", { name: "Select conversations" }).click();
    // The latest: other tests of this server may have put any number above the one that is opened below.
    await page.getByRole("listbox", { name: "Conversations" }).getByRole("option").first().click();
    await expect(page.getByRole("group", { name: "Selected conversations" })).toContainText("1 selected");
    await accessible(page, "conversations that are chosen");
    await openConversation(page, server, "Price for 50 seats");
    await accessible(page, "a conversation with a draft");
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("button", { name: "Merge into another…" }).click();
    await expect(page.getByRole("dialog")).toContainText("Nothing takes it apart again");
    await accessible(page, "merging");
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.getByRole("textbox", { name: "Internal note" }).fill("A note");
    await accessible(page, "a note being written");
    await page.keyboard.press("Escape");
    await page.keyboard.press("i");
    await expect(page.getByRole("dialog", { name: "Why?" })).toContainText("Checks");
    await accessible(page, "why?");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await accessible(page, "the help sheet");
    await page.keyboard.press("Escape");
    await page.evaluate(() => sessionStorage.clear());
    await page.goto(`${server.url}/sign-in`);
    await page.getByRole("heading", { name: "Sign in to Remit" }).waitFor();
    await accessible(page, "signing in");
  });
}

test("a telephone, 390 px wide: list, conversation, details, approvals; nothing is wider than the screen", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const fits = async (where) => expect(await page.evaluate(() => document.documentElement.scrollWidth), where).toBeLessThanOrEqual(390);
  await server.receive("chat", { name: "Telly Phone", text: "My lawyer was charged twice" });
  await page.goto(`${server.url}/inbox`);
  await page.getByRole("option").filter({ hasText: "Telly Phone" }).click();
  await expect(page.getByRole("listbox", { name: "Conversations" })).toBeHidden();
  await expect(page.getByRole("region", { name: "Messages" })).toContainText("My lawyer was charged twice");
  await fits("a conversation");
  await page.getByRole("button", { name: "Contact and details" }).click();
  await expect(page.getByRole("complementary", { name: "Contact and details" })).toContainText("Telly Phone");
  await page.getByRole("button", { name: "Close details" }).click();
  await page.getByRole("link", { name: "Back to the list" }).click();
  await expect(page.getByRole("listbox", { name: "Conversations" })).toBeVisible();
  await page.getByRole("link", { name: /^Approvals/ }).click();
  await page.getByRole("link", { name: /Aisha Noor/ }).click();
  await expect(page.getByRole("button", { name: /Approve & send/ })).toBeVisible();
  await fits("an approval");
  for (const route of ROUTES) {
    await page.goto(`${server.url}/${route}`);
    await page.locator("#page").waitFor();
    await settled(page);
    await fits(route);
  }
  const small = await page.locator("button:visible, .rail a:visible").evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 24).map((one) => one.textContent));
  expect(small, "targets of at least 24 px").toEqual([]);
});

/** Every script that a browser fetches for this one: itself and what it imports, directly or not. What is loaded on demand is not. @param {string[]} entries */
function fetched(entries) {
  const found = new Set();
  const open = entries.map((name) => join(WEB, "js", name));
  for (let path = open.pop(); path; path = open.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const [, name] of readFileSync(path, "utf8").matchAll(/^(?:import|export)[^(\n]* "(\.[^"]+)"/gm)) open.push(resolve(path, "..", name));
  }
  return [...found];
}

test("the page is small: at most 45 KB of packed script before the inbox is there, 60 KB with a conversation open, and small files", async () => {
  for (const [what, entries, most] of /** @type {const} */ ([
    ["the inbox", ["app.js"], 45],
    ["the inbox with a conversation open", ["app.js", "views/inbox/pane.js"], 60],
  ])) {
    const files = fetched([...entries]);
    const packed = files.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
    console.log(`${what}: ${files.length} files of script, ${packed} bytes packed`);
    expect(packed, what).toBeLessThanOrEqual(most * 1024);
  }
  for (const name of readdirSync(join(WEB, "js"), { recursive: true }).map(String).filter((file) => file.endsWith(".js"))) {
    expect(readFileSync(join(WEB, "js", name), "utf8").split("\n").length, name).toBeLessThanOrEqual(400);
  }
});

test("pictures for the README", async ({ page, server }) => {
  const shoot = async (name) => {
    await settled(page);
    await page.waitForTimeout(300);
    const path = process.env.REMIT_PICTURES === "1" ? join(PICTURES, `${name}.png`) : undefined;
    expect((await page.screenshot({ path })).length).toBeGreaterThan(20_000);
  };
  await openConversation(page, server, "Price for 50 seats");
  await shoot("conversation");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${server.url}/approvals`);
  await page.getByRole("link", { name: /Ines Keller/ }).click();
  await expect(page.getByRole("button", { name: /Approve & send/ })).toBeVisible();
  await shoot("approvals");
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(`${server.url}/policies?side=changes&file=default.remit&line=56`);
  const editor = page.getByRole("textbox", { name: "Text of default.remit" });
  await expect(editor).toHaveValue(/autonomy controlled/);
  await editor.fill((await editor.inputValue()).replace("reply send from 0.60, else approval\n  draft template opening_hours", "reply send from 0.90, else approval\n  draft template opening_hours"));
  await expect(page.getByRole("region", { name: "What is said of the policy" })).toContainText("when channel is");
  await expect(page.getByRole("region", { name: "What is said of the policy" })).toContainText("as before");
  await page.locator(".source").evaluate((element) => element.scrollTo(0, 36 * 20));
  await shoot("policies");
});
