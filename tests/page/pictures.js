// Pictures of every view, in both themes, wide and as on a telephone, for somebody to look at:  node pictures.js [FOLDER] [WORDS]
// They are not compared with anything: what looks poor is seen by people.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { Server, until } from "./server.js";

const FOLDER = process.argv[2] || "target/pictures";
const WORDS = process.argv[3] || "";

const server = await Server.start();
mkdirSync(FOLDER, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.REMIT_CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9QzzCKRhWOKqRYIQBy1QoBc9Yw3QAAAABJRU5ErkJggg==";
server.drop(`From: Greta Files <greta@customer.example>\nTo: support@demo.example\nSubject: Our order form and a photograph\nMessage-ID: <files@customer.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nMy lawyer asked me to send both of these to you.\n--x\nContent-Type: image/png; name=photo.png\nContent-Disposition: attachment; filename=photo.png\nContent-Transfer-Encoding: base64\n\n${pixel}\n--x\nContent-Type: application/pdf; name=order.pdf\nContent-Disposition: attachment; filename=order.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n--x--\n`);
const files = await until(async () => server.conversation("Greta Files").catch(() => null), "the mail with files");
const priced = await server.conversation("Price for 50 seats");
const call = await server.conversation("Aisha Noor");
const [approval] = (await server.api("/approvals")).data;

/** @type {Array<[string, string, ((page: import("@playwright/test").Page) => Promise<unknown>)?]>} */
const VIEWS = [
  ["inbox", "/inbox"],
  ["inbox-views", "/inbox?action=1", (page) => page.getByRole("button", { name: "Views" }).click()],
  ["search", "/inbox?q=price"],
  ["search-nothing", "/inbox?q=zzzzzz"],
  ["conversation", `/c/${priced.id}`],
  ["conversation-files", `/c/${files.id}`],
  ["conversation-call", `/c/${call.id}`],
  ["composer", `/c/${priced.id}`, async (page) => { await page.keyboard.press("r"); await page.waitForTimeout(300); await page.keyboard.type("Dear Hugo,\n\nthank you. "); await page.getByRole("button", { name: "Bold" }).click(); await page.keyboard.type("Here is what we offer"); await page.waitForTimeout(900); }],
  ["note", `/c/${call.id}`, async (page) => { await page.keyboard.press("n"); await page.getByRole("textbox", { name: "Internal note" }).fill("@Ana is this ours?"); }],
  ["why", `/c/${priced.id}`, async (page) => { await page.keyboard.press("i"); await page.getByText("Checks").waitFor(); }],
  ["intent", `/c/${priced.id}`, async (page) => { await page.getByTitle("Say what it is about").first().click(); await page.getByRole("dialog").getByRole("radio").first().waitFor(); }],
  ["contact-menu", `/c/${priced.id}`, async (page) => { if (await page.getByRole("button", { name: "Contact and details" }).isVisible()) await page.getByRole("button", { name: "Contact and details" }).click(); await page.getByRole("button", { name: "Contact actions" }).click(); }],
  ["begin", "/inbox", async (page) => { await page.keyboard.press("c"); await page.getByRole("dialog", { name: "New conversation" }).waitFor(); }],
  ["approvals", `/approvals/${approval.id}`],
  ["approvals-list", "/approvals"],
  ["approvals-several", "/approvals?several=1", async (page) => { await page.getByRole("checkbox").first().check(); await page.getByRole("checkbox").nth(1).check(); }],
  ["approvals-approved", "/approvals?state=withdrawn"],
  ["policies", "/policies"],
  ["policies-changes", "/policies?side=changes"],
  ["policies-try", "/policies?side=try"],
  ["policies-versions", "/policies?side=versions"],
  ["policies-prove", "/policies?side=prove", async (page) => { await page.getByRole("button", { name: "Prove" }).click(); await page.getByText("Does not hold").waitFor(); }],
  ["agents", "/agents"],
  ["agents-change", "/agents", async (page) => { await page.getByRole("button", { name: "Change…" }).first().click(); await page.getByRole("dialog").waitFor(); }],
  ["inbox-bulk", "/inbox", async (page) => { await page.getByRole("button", { name: "Select conversations" }).click(); await page.locator(".convo").nth(1).click(); await page.locator(".convo").nth(3).click(); }],
  ["merge", `/c/${priced.id}`, async (page) => { await page.getByRole("button", { name: "More actions" }).click(); await page.getByRole("button", { name: "Merge into another…" }).click(); await page.getByRole("dialog").waitFor(); }],
  ["insights", "/insights"],
  ["assurance", "/assurance"],
  ["assurance-checks", "/assurance?side=checks"],
  ["audit", "/audit"],
  ["activity", "/activity"],
  ["channels", "/channels"],
  ["jobs", "/jobs?state=waiting"],
  ["webhooks", "/webhooks"],
  ["team", "/team"],
  ["settings", "/settings"],
  ["help", "/inbox", (page) => page.keyboard.press("?")],
  ["stop", "/inbox", (page) => page.getByRole("button", { name: "Stop AI" }).click()],
];

for (const [look, viewport, colorScheme] of /** @type {const} */ ([["light", [1440, 900], "light"], ["dark", [1440, 900], "dark"], ["phone", [390, 844], "light"]])) {
  const page = await (await browser.newContext({ viewport: { width: viewport[0], height: viewport[1] }, colorScheme, timezoneId: "Europe/Berlin", locale: "en-GB" })).newPage();
  await page.goto(`${server.url}/healthz`);
  await page.evaluate((key) => sessionStorage.setItem("remit.key", key), server.key);
  for (const [name, address, act] of VIEWS.filter(([view]) => `${view}-${look}`.includes(WORDS))) {
    await page.goto(server.url + address);
    await page.locator("#page").waitFor();
    await page.waitForTimeout(500);
    // One picture less is no reason to have none.
    await act?.(page).catch((error) => console.log(`${name} ${look}: ${String(error).split("\n")[0]}`));
    await page.waitForTimeout(350);
    await page.screenshot({ path: join(FOLDER, `${name}-${look}.png`) });
    await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("remit.writing")).forEach((key) => localStorage.removeItem(key)));
  }
}
await browser.close();
await server.stop();
