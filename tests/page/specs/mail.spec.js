import { expect, openConversation, test } from "../page.js";
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

test("what strangers write is text everywhere else: names, subjects, previews, attachments", async ({ page, server }) => {
  const evil = `<img src=x onerror="window.hacked=1">`;
  await server.receive("chat", { name: `Eve ${evil}`, text: `${evil}<script>window.hacked=2</script> hello` });
  await page.goto(`${server.url}/inbox`);
  const row = page.getByRole("option").filter({ hasText: "Eve" });
  await expect(row).toContainText(evil);
  await row.click();
  await expect(page.getByRole("region", { name: "Messages" })).toContainText("<script>window.hacked=2</script> hello");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});
