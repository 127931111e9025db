// The chat box on a page of somebody else's site, in a real browser: written to, answered, seen to be written to, and sent by
// mail when it is left.
import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { expect, test } from "../page.js";

const fresh = (/** @type {string} */ words) => `${words} ${randomUUID().slice(0, 8)}`;
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An identity that the site vouches for. @param {Record<string, unknown>} claims @param {string} secret */
function jwt(claims, secret) {
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ ...claims, exp: Math.floor(Date.now() / 1000) + 600 })}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

test("a visitor writes on another site, sees who answers, and has the chat by mail", async ({ browser, page, server }) => {
  const name = fresh("Shop box");
  let script = "";
  const site = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(`<!doctype html><title>Shop</title><h1>Shop</h1>${script}`));
  await new Promise((done) => site.listen(0, "127.0.0.1", () => done(undefined)));
  const origin = `http://localhost:${/** @type {import("node:net").AddressInfo} */ (site.address()).port}`;
  const channel = await server.api("/channels", { body: { kind: "chat", name, address: fresh("shop") } });
  await server.api(`/channels/${channel.id}/provider`, { method: "PUT", body: { provider: "web_chat", settings: { allowed_origins: origin }, secrets: { identity_secret: "s" } } });
  const email = `${fresh("lena").replaceAll(/\W/g, "")}@customer.example`;
  const who = fresh("Lena");
  script = `<script async src="${server.url}/chat.js" data-channel="${channel.id}" data-jwt="${jwt({ sub: email, name: who, email, aud: channel.id }, "s")}"></script>`;

  const context = await browser.newContext();
  const visitor = await context.newPage();
  try {
    await visitor.goto(origin);
    await visitor.getByRole("button", { name: "Open the chat" }).click();
    const box = visitor.getByRole("dialog", { name: "Chat with us" });
    await box.getByLabel("Write a message").fill("Do you have this in blue?");
    await box.getByRole("button", { name: "Send" }).click();
    await expect(box.getByRole("listitem")).toHaveCount(1);

    // Somebody of ours opens it, and each sees that the other one writes.
    let conversation;
    await expect.poll(async () => (conversation = (await server.api("/conversations?channel=chat")).data.find((one) => one.contact.name === who))?.id).toBeTruthy();
    await page.goto(`${server.url}/c/${conversation.id}`);
    await expect(page.getByRole("region", { name: "Messages" })).toContainText("Do you have this in blue?");
    await box.getByLabel("Write a message").pressSequentially("And in", { delay: 40 });
    await expect(page.getByText("The visitor is writing")).toBeVisible();
    await server.api(`/conversations/${conversation.id}/presence`, { method: "PUT", body: { doing: "typing" } });
    await expect(box.getByRole("status")).toContainText("is writing…");
    await server.api(`/conversations/${conversation.id}/replies`, { body: { body_text: "Yes, we have." } });
    await expect(box.getByRole("listitem").filter({ hasText: "Yes, we have." })).toBeVisible();
    await expect(box.getByRole("status")).toHaveText("");

    await box.getByRole("button", { name: "End the chat" }).click();
    await box.getByLabel("Send me the chat by mail").check();
    await box.getByRole("button", { name: "End the chat" }).last().click();
    await expect(box).toBeHidden();
    await expect.poll(() => server.outbox().filter((mail) => mail.includes(email)).length).toBe(1);
    expect(server.outbox().find((mail) => mail.includes(email))).toMatch(/Auto-Submitted/i);
  } finally {
    await context.close();
    await server.api(`/channels/${channel.id}/disable`, { body: { reason: "test" } });
    site.close();
  }
});
