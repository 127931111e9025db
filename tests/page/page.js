// What every test begins with: a page that is signed in, and that is watched for what must never happen.
import { expect, test as base } from "@playwright/test";
import { Server } from "./server.js";

export { expect };

export const test = base.extend({
  /** One server for all tests of a worker: they use different conversations. */
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  /** A page that is signed in. Ends the test when it logs an error, breaks its policy, or asks anybody but its server. */
  page: async ({ page, server }, use) => {
    const complaints = watch(page, server);
    await signedIn(page, server);
    await slowed(page);
    await use(page);
    expect(complaints, "the page must be quiet").toEqual([]);
  },
});

/** @param {import("@playwright/test").Page} page @param {Server} server */
export function watch(page, server) {
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A refusal that the test provokes is in the console, too; what the page makes of it is the test's subject.
    if (message.type() === "error" && !/status of (4\d\d|503)|ERR_(CONNECTION|INTERNET|FAILED|EMPTY|INCOMPLETE)/.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(server.url) && !/^(blob|data|about):/.test(request.url())) complaints.push(`remote request: ${request.url()}`);
  });
  return complaints;
}

/** With `REMIT_PAGE_SLOW=6` the page has a sixth of the processor: what only works on a fast machine shows. @param {import("@playwright/test").Page} page */
async function slowed(page) {
  const rate = Number(process.env.REMIT_PAGE_SLOW || 1);
  if (rate > 1) await (await page.context().newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate });
}

/** Puts the key where signing in puts it; by a script for every frame it would also run into the mails. @param {import("@playwright/test").Page} page @param {Server} server */
export async function signedIn(page, server) {
  await page.goto(`${server.url}/healthz`);
  await page.evaluate((key) => sessionStorage.setItem("remit.key", key), server.key);
}

/** Opens the conversation with this contact and waits until it is there. @param {import("@playwright/test").Page} page @param {Server} server @param {string} words */
export async function openConversation(page, server, words) {
  const row = await server.conversation(words);
  await page.goto(`${server.url}/c/${row.id}`);
  await expect(page.getByRole("complementary", { name: "Contact and details" })).toContainText("Activity");
  // Its code comes last: what is typed before is nobody's.
  await expect(page.locator(".composer, .composer-off")).toBeVisible();
  return row;
}
