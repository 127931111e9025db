import { expect, openConversation, test } from "../page.js";
import { HOSTILE as CORPUS, shared } from "../hostile.js";
import { until } from "../server.js";

/** Written for this test: every way that we know of in which a mail could run, ask, cover or go. */
const HOSTILE = `<html><head><meta http-equiv="refresh" content="0;url=http://evil.example/refresh"><base href="http://evil.example/">
<link rel="stylesheet" href="http://evil.example/style.css"><style>@import "http://evil.example/import.css"; body { background: url(http://evil.example/bg.png) }</style>
<script>parent.hacked = 1; document.cookie = "a=b"</script></head><body onload="parent.hacked = 2" background="http://evil.example/back.png">
<h1 style="color:#b00020">A real heading</h1><p style="position:fixed;top:0;left:0;width:100vw;height:100vh;background-image:url(http://evil.example/cover.png)">covers the page</p>
<img src=x onerror="parent.hacked = 3"><img src="http://evil.example/pixel.gif"><img srcset="http://evil.example/set.png 2x"><svg onload="parent.hacked = 4"><script>parent.hacked = 5</script></svg>
<math><mtext><table><mglyph><style><img src=x onerror=parent.hacked=6></style></mglyph></table></mtext></math>
<a href="javascript:parent.hacked=7">a script link</a> <a href="http://evil.example/go" target="_top" ping="http://evil.example/ping">a real link</a>
<form action="http://evil.example/form"><input name="q" autofocus onfocus="parent.hacked=8"><button>send</button></form>
<iframe src="http://evil.example/frame"></iframe><iframe srcdoc="<script>top.hacked=9</script>"></iframe><object data="http://evil.example/o"></object><embed src="http://evil.example/e">
<video src="http://evil.example/v" autoplay onerror="parent.hacked=10"></video><audio src="http://evil.example/a"></audio><template><script>parent.hacked=11</script></template>
<details open ontoggle="parent.hacked=12"><summary>more</summary></details><noscript><img src="http://evil.example/noscript"></noscript><p>The last line</p></body></html>`;

test("email HTML is rendered inline, and a hostile mail runs nothing, asks nobody and goes nowhere", async ({ page, server, context }) => {
  server.drop(`From: Mallory <mallory@evil.example>\nTo: support@acme.example\nSubject: A hostile mail\nMessage-ID: <hostile-1@evil.example>\nDate: Tue, 3 Mar 2026 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n${HOSTILE}\n`);
  await until(async () => (await server.api("/conversations?limit=100")).data.some((row) => row.subject === "A hostile mail"), "the mail");
  const asked = [];
  context.on("request", (request) => request.url().includes("evil.example") && asked.push(request.url()));
  await openConversation(page, server, "A hostile mail");
  const address = page.url();
  const frame = page.frameLocator("iframe.mail");
  await expect(frame.getByText("A real heading")).toBeVisible();
  await expect(frame.getByText("The last line")).toBeAttached();
  // What is kept of its look is shown: this is the mail, not its text.
  expect(await frame.getByText("A real heading").evaluate((element) => getComputedStyle(element).color)).toBe("rgb(176, 0, 32)");
  const element = page.locator("iframe.mail");
  expect((await element.getAttribute("sandbox")).split(" ")).not.toContain("allow-scripts");
  expect((await element.getAttribute("sandbox")).split(" ")).not.toContain("allow-top-navigation");
  expect((await element.boundingBox()).height).toBeGreaterThan(80);
  for (const link of await frame.locator("a").all()) {
    expect((await link.getAttribute("href")) || "").not.toMatch(/^javascript/i);
    expect(await link.getAttribute("target")).not.toBe("_top");
  }
  expect(await frame.locator("script, form, iframe, object, embed, meta[http-equiv=refresh], link").count()).toBe(0);
  const left = await frame.locator("body *").evaluateAll((all) => all.flatMap((one) => [...one.attributes].filter((attribute) => /^on/i.test(attribute.name)).map((attribute) => attribute.name)));
  expect(left).toEqual([]);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 500)));
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  expect(page.url()).toBe(address);
  expect(asked).toEqual([]);
  await page.getByRole("button", { name: "Show as plain text" }).click();
  await expect(page.locator("iframe.mail")).toHaveCount(0);
});

test("a corpus of hostile mails, each as HTML in a real browser: no script, no request, no navigation", async ({ page, server, context }) => {
  test.setTimeout(180_000);
  const asked = [];
  context.on("request", (request) => request.url().includes("evil.example") && asked.push(request.url()));
  const popups = [];
  context.on("page", (one) => popups.push(one.url()));
  for (const [index, body] of CORPUS.entries()) {
    const encoded = Buffer.from(`<html><body><p>begin ${index}</p>${body}`).toString("base64").replace(/.{76}/g, "$&\n");
    server.drop(`From: Mallory <mallory-${index}@evil.example>\nTo: support@acme.example\nSubject: Corpus ${index}.\nMessage-ID: <corpus-${index}@evil.example>\nDate: Tue, 3 Mar 2026 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${encoded}\n`);
  }
  const rows = await until(async () => {
    const found = new Map();
    for (let cursor = ""; cursor !== null; ) {
      const answer = await server.api(`/conversations?channel=email&limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      for (const row of answer.data) if (/^Corpus \d+\.$/.test(row.subject || "")) found.set(row.subject, row);
      cursor = answer.next_cursor;
    }
    return found.size === CORPUS.length && found;
  }, "all mails");
  for (const index of CORPUS.keys()) {
    const row = rows.get(`Corpus ${index}.`);
    await page.goto(`${server.url}/c/${row.id}`);
    const frame = page.locator("iframe.mail");
    await expect(frame.or(page.getByText(`begin ${index}`)).first()).toBeVisible();
    if (!(await frame.count())) continue;
    const inside = page.frameLocator("iframe.mail");
    await expect(inside.getByText(`begin ${index}`)).toBeAttached();
    const left = await inside.locator("html").evaluate((root) => ({
      elements: [...root.querySelectorAll("body script, body style, form, iframe, object, embed, base:not(head > base:first-of-type), link, frame, applet, svg animate, svg set, template, video, audio, input, textarea, select")].map((one) => one.localName),
      handlers: [...root.querySelectorAll("body, body *")].flatMap((one) => [...one.attributes].filter((attribute) => /^on/i.test(attribute.name) || /^\s*(javascript|vbscript|data:text)/i.test(attribute.value.replace(/[\s\u0000-\u0020]/g, ""))).map((attribute) => `${one.localName} ${attribute.name}`)),
    }));
    expect(left, `mail ${index}`).toEqual({ elements: [], handlers: [] });
    // Nothing of it leaves its frame, whatever it says about where it stands.
    const [outer, pane] = [await frame.boundingBox(), await page.getByRole("region", { name: "Messages" }).boundingBox()];
    expect(outer.x >= pane.x - 1 && outer.x + outer.width <= pane.x + pane.width + 1, `mail ${index} stays where it is`).toBe(true);
    expect(await page.evaluate(() => "hacked" in window), `mail ${index}`).toBe(false);
    expect(new URL(page.url()).pathname, `mail ${index}`).toBe(`/c/${row.id}`);
    await expect(page.getByRole("heading", { name: `Corpus ${index}.` })).toBeVisible();
  }
  expect(asked).toEqual([]);
  expect(popups).toEqual([]);
});

test("hostile HTML that others found: what the server leaves of it runs nothing and asks nobody", async ({ page, server, context }) => {
  const payloads = shared();
  test.skip(!payloads.length, "the shared fixtures are not here");
  test.setTimeout(120_000);
  const asked = [];
  context.on("request", (request) => !request.url().startsWith(server.url) && !/^(blob|data|about):/.test(request.url()) && asked.push(request.url()));
  context.on("dialog", (dialog) => asked.push(`dialog: ${dialog.message()}`));
  const per = 25;
  for (let from = 0; from < payloads.length; from += per) {
    const encoded = Buffer.from(`<html><body><p>batch ${from}</p>${payloads.slice(from, from + per).map((payload) => `<div>${payload}</div>`).join("\n")}`).toString("base64").replace(/.{76}/g, "$&\n");
    server.drop(`From: Others <others-${from}@evil.example>\nTo: support@acme.example\nSubject: Batch ${from}.\nMessage-ID: <batch-${from}@evil.example>\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${encoded}\n`);
  }
  for (let from = 0; from < payloads.length; from += per) {
    const row = await until(async () => server.conversation(`Batch ${from}.`).catch(() => null), `batch ${from}`);
    await page.goto(`${server.url}/c/${row.id}`);
    await expect(page.frameLocator("iframe.mail").getByText(`batch ${from}`, { exact: true })).toBeAttached();
    await page.waitForTimeout(200);
    expect(new URL(page.url()).pathname, `batch ${from}`).toBe(`/c/${row.id}`);
  }
  expect(asked).toEqual([]);
});

test("what strangers write is text everywhere else: names, subjects, previews, attachments", async ({ page, server }) => {
  const evil = `<img src=x onerror="window.hacked=1">`;
  await server.receive("chat", { name: `Eve ${evil}`, text: `${evil}<script>window.hacked=2</script> hello` });
  await page.goto(`${server.url}/inbox`);
  const row = page.getByRole("option").filter({ hasText: "Eve <img" });
  await expect(row).toContainText(evil);
  await row.click();
  await expect(page.getByRole("region", { name: "Messages" })).toContainText("<script>window.hacked=2</script> hello");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});
