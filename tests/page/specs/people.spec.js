import { randomUUID } from "node:crypto";
import { expect, openConversation, test, watch } from "../page.js";
import { until } from "../server.js";

// These need a server that signs people in; one that does not is told by its own document.
test.beforeEach(async ({ server }) => {
  const document = await (await fetch(`${server.url}/api/v1/openapi.json`)).json();
  test.skip(!document.paths["/api/v1/session"], "this server has no sessions");
});

/** A browser of somebody else, signed in with the demo's password. */
async function as(role, browser, server) {
  const page = await (await browser.newContext()).newPage();
  const complaints = watch(page, server);
  await page.goto(server.url);
  await page.getByLabel("Email").fill(`${role}@demo.example`);
  await page.getByLabel("Password").fill("try-remit-today");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("listbox", { name: "Conversations" })).toBeVisible();
  return { page, complaints };
}

test("people sign in with a password, and the session outlives the tab", async ({ browser, server }) => {
  const { page, complaints } = await as("approver", browser, server);
  const again = await page.context().newPage();
  await again.goto(server.url);
  await expect(again.getByRole("listbox", { name: "Conversations" })).toBeVisible();
  await again.goto(`${server.url}/settings`);
  await expect(again.getByText("Ana Prior")).toBeVisible();
  await again.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await expect(again.getByRole("heading", { name: "Sign in to Remit" })).toBeVisible();
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("roles: a closer replies but does not approve, a viewer only reads", async ({ browser, server }) => {
  const name = `Roles ${randomUUID().slice(0, 6)}`;
  await server.receive("email", { name, subject: `For ${name}`, text: "Could you send me a price list?" });
  const row = await until(async () => {
    const found = await server.conversation(name).catch(() => null);
    return found?.requires_action.reasons.includes("approval_pending") && found;
  }, "a draft");
  const closer = await as("closer", browser, server);
  await closer.page.goto(`${server.url}/c/${row.id}`);
  const card = closer.page.getByRole("article", { name: "AI draft, not sent" });
  await expect(card.getByRole("button", { name: "Use as my reply" })).toBeVisible();
  await expect(card.getByRole("button", { name: /Approve/ })).toHaveCount(0);
  await expect(closer.page.getByRole("textbox", { name: "Reply" })).toBeVisible();
  const viewer = await as("viewer", browser, server);
  await viewer.page.goto(`${server.url}/c/${row.id}`);
  await expect(viewer.page.getByText("To reply, you need the role Closer.")).toBeVisible();
  await expect(viewer.page.getByRole("textbox", { name: "Reply" })).toHaveCount(0);
  expect([...closer.complaints, ...viewer.complaints]).toEqual([]);
  await closer.page.context().close();
  await viewer.page.context().close();
});

test("a conversation is given to somebody and tagged; the tabs count", async ({ page, server }) => {
  const name = `Given ${randomUUID().slice(0, 6)}`;
  await server.receive("chat", { name, text: "My lawyer has a question" });
  await openConversation(page, server, name);
  await page.getByLabel("Given to").selectOption({ label: "Ana Prior" });
  // By keyboard: t goes to the tags.
  await page.getByRole("heading", { name }).click();
  await page.keyboard.press("t");
  await expect(page.getByLabel("Add a tag")).toBeFocused();
  await page.keyboard.type("contract");
  await page.keyboard.press("Enter");
  const row = page.getByRole("option").filter({ hasText: name });
  await expect(row).toContainText("Ana Prior");
  await expect(row).toContainText("contract");
  await expect(page.getByRole("navigation", { name: "Channels" }).getByRole("link", { name: /^All/ })).toContainText(/\d/);
  await page.getByRole("link", { name: "contract" }).click();
  await expect(page.getByRole("option")).toHaveCount(1);
});

test("an owner invites somebody, who chooses a password by the link", async ({ browser, page, server }) => {
  const email = `${randomUUID().slice(0, 8)}@demo.example`;
  await page.goto(`${server.url}/team`);
  await page.getByRole("button", { name: "Invite somebody" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Nina New");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const link = await page.getByRole("dialog", { name: "A link for Nina New" }).locator("code").textContent();
  await page.getByRole("button", { name: "I have it" }).click();
  await expect(page.getByRole("row").filter({ hasText: email })).toBeVisible();
  const fresh = await (await browser.newContext()).newPage();
  await fresh.goto(new URL(link, server.url).href);
  await fresh.getByLabel("New password").fill("a long enough password");
  await fresh.getByRole("button", { name: "Choose and sign in" }).click();
  await expect(fresh.getByRole("listbox", { name: "Conversations" })).toBeVisible();
  await fresh.context().close();
});
