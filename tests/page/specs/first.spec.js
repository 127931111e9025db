// As a new user: from the link that the server prints to the first reply that was approved.
import { expect, test as base } from "@playwright/test";
import { watch } from "../page.js";
import { Server, until } from "../server.js";

base("first run: the link makes the owner, demo messages are loaded, and the first reply is approved", async ({ page }) => {
  base.setTimeout(120_000);
  const server = await Server.empty();
  try {
    const complaints = watch(page, server);
    const begun = Date.now();
    await page.goto(server.setUp);
    await expect(page.getByRole("heading", { name: "Welcome to Remit" })).toBeVisible();
    await page.getByLabel("Your name").fill("Nora New");
    await page.getByLabel("Email").fill("nora@example.com");
    await page.getByLabel("Password").fill("a long password");
    await page.getByRole("button", { name: "Begin" }).click();
    await expect(page.getByRole("heading", { name: "Welcome, Nora" })).toBeVisible();
    await expect(page.getByRole("link", { name: /Connect a channel/ }).first()).toBeVisible();
    await page.getByRole("button", { name: /Load demo messages/ }).click();
    const list = page.getByRole("listbox", { name: "Conversations" });
    // Whoever does not know where to begin is led to what waits.
    await expect(page.getByRole("link", { name: /drafts of the AI to approve/ })).toHaveAttribute("href", "/approvals");
    await list.getByRole("option").filter({ hasText: "Draft needs approval" }).filter({ hasText: "Price for 50 seats" }).click();
    const card = page.getByRole("article", { name: "AI draft, not sent" });
    await expect(card).toContainText("thank you for asking about our prices");
    await card.getByRole("button", { name: /Approve & send/ }).click();
    await expect(page.getByRole("region", { name: "Messages" }).getByRole("article", { name: /^Reply by/ })).toContainText("thank you for asking about our prices");
    await until(async () => server.outbox().some((text) => text.includes("thank you for asking about our prices")), "the mail");
    // Without anybody who stops to read, well below the two minutes that a person has.
    console.log(`from the link to the first approved reply: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    // An inbox that holds something takes no demo.
    const again = await page.evaluate(async () => (await (await fetch("/api/v1/setup/demo", { method: "POST" })).json()).code);
    expect(again).toBe("not_empty");
    expect(complaints, "the page must be quiet").toEqual([]);
  } finally {
    await server.stop();
  }
});

base("an empty inbox on a telephone says how to begin", async ({ page }) => {
  const server = await Server.empty();
  try {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(server.setUp);
    await page.getByLabel("Your name").fill("Nora New");
    await page.getByLabel("Email").fill("nora@example.com");
    await page.getByLabel("Password").fill("a long password");
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByRole("link", { name: /Connect a channel/ }).first().click();
    await expect(page.getByRole("dialog", { name: "Add a channel" })).toBeVisible();
  } finally {
    await server.stop();
  }
});
