// How quick the page is, as JSON lines:  node speed.js
// A browser on this machine against a server on this machine: what is measured is the page and not the way to it.
import { chromium } from "@playwright/test";
import { Server, until } from "./server.js";

const say = (figure, value, unit, more = {}) => console.log(JSON.stringify({ bench: "page", figure, value: Math.round(value * 10) / 10, unit, ...more }));
const middle = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

const server = await Server.start();
const browser = await chromium.launch({ executablePath: process.env.REMIT_CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const signedIn = async () => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(`${server.url}/healthz`);
  await page.evaluate((key) => sessionStorage.setItem("remit.key", key), server.key);
  return page;
};

// From the address to rows that can be read, in a browser that has nothing of it yet.
const paints = [];
for (let turn = 0; turn < 5; turn++) {
  const page = await signedIn();
  await page.goto(`${server.url}/inbox`);
  await page.locator("[role=option]").first().waitFor();
  paints.push(await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))));
  await page.context().close();
}
say("first_useful_paint_ms", middle(paints), "ms", { all: paints.map(Math.round) });

// From the answer to who delivered a message to its row in the list.
const page = await signedIn();
await page.goto(`${server.url}/inbox`);
await page.locator("[role=option]").first().waitFor();
const seen = [];
for (let turn = 0; turn < 7; turn++) {
  const name = `Speed ${turn} ${Date.now()}`;
  await page.evaluate((wanted) => {
    window.shown = new Promise((done) => {
      const look = new MutationObserver(() => document.body.innerText.includes(wanted) && done(Date.now()));
      look.observe(document.body, { childList: true, subtree: true, characterData: true });
    });
  }, name);
  await server.receive("chat", { name, text: "My lawyer has a question" });
  const taken = Date.now();
  seen.push(Math.max(0, (await page.evaluate(() => window.shown)) - taken));
}
say("inbound_visible_ms", middle(seen), "ms", { all: seen });
await page.context().close();

// From the policy that was changed in the editor to the last 200 decisions under it: checked, decided again, and shown.
for (let count = 0; count < 200; count++) await server.receive("chat", { name: `Speed ${count}`, text: count % 2 ? "What are your opening hours?" : "Great, that worked, thank you!" });
await until(async () => !(await server.api("/jobs?state=working&limit=1")).data.length && !(await server.api("/jobs?state=queued&limit=1")).data.length, "all is decided");
const policies = await signedIn();
await policies.goto(`${server.url}/policies`);
const editor = policies.getByRole("textbox", { name: "Text of default.remit" });
await policies.getByText(/^\d+ ms$/).waitFor();
const text = await editor.inputValue();
const again = [];
for (let turn = 0; turn < 9; turn++) {
  const answered = policies.waitForResponse((response) => response.url().endsWith("/policies/replay"));
  await editor.fill(text.replace("autonomy controlled\n", `autonomy assisted # ${turn}\n`));
  await (await answered).finished();
  await policies.waitForTimeout(100);
  again.push(Number((await policies.getByText(/^\d+ ms$/).innerText()).replace(" ms", "")));
}
say("playground_200_ms", middle(again), "ms", { all: again });
await policies.context().close();

// 50,000 conversations, made up in the way of the API, scrolled from end to end; tasks over 50 ms are what one feels.
const long = await signedIn();
const [first] = (await server.api("/conversations?limit=1")).data;
await long.route("**/api/v1/conversations?**", (route) => {
  const from = Number(new URL(route.request().url()).searchParams.get("cursor") || 0);
  const data = Array.from({ length: from ? 12_500 : 50 }, (_, index) => ({ ...first, id: `cnv_${String(from + index).padStart(26, "0")}`, preview: `Message ${from + index}`, last_activity_at: new Date(Date.UTC(2026, 0, 1) - (from + index) * 60_000).toISOString() }));
  const next = from + data.length;
  return route.fulfill({ json: { data, next_cursor: next < 50_000 ? String(next) : null } });
});
await long.goto(`${server.url}/inbox`);
const list = long.getByRole("listbox", { name: "Conversations" });
await list.waitFor();
for (let count = 0; count < 50_000; ) {
  await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await long.waitForTimeout(200);
  count = await list.evaluate((element) => Math.round(element.scrollHeight / 84));
}
// On a machine that is busy with other things, a task is also long because it waits for its turn: the trace tells the time that it worked.
await browser.startTracing(long, { categories: ["disabled-by-default-devtools.timeline", "toplevel", "devtools.timeline"] });
const { tasks, frames } = await list.evaluate(async (element) => {
  const found = [];
  const watch = new PerformanceObserver((entries) => found.push(...entries.getEntries().map((entry) => entry.duration)));
  watch.observe({ entryTypes: ["longtask"] });
  let count = 0;
  const end = performance.now() + 5000;
  while (performance.now() < end) {
    element.scrollTo(0, ((count * 1777) % (element.scrollHeight - element.clientHeight)));
    count += 1;
    await new Promise(requestAnimationFrame);
  }
  await new Promise((done) => setTimeout(done, 200));
  watch.disconnect();
  return { tasks: found, frames: count };
});
const trace = JSON.parse((await browser.stopTracing()).toString());
const main = trace.traceEvents.find((event) => event.name === "thread_name" && event.args.name === "CrRendererMain" && trace.traceEvents.some((other) => other.pid === event.pid && other.name === "FunctionCall"));
const worked = trace.traceEvents.filter((event) => /RunTask/.test(event.name) && event.tdur && (!main || (event.pid === main.pid && event.tid === main.tid))).map((event) => event.tdur / 1000);
say("scroll_50000_longest_work_ms", Math.max(0, ...worked), "ms", { tasks: worked.length, over_50_ms: worked.filter((time) => time > 50).length });
say("scroll_50000_longest_task_ms", Math.max(0, ...tasks), "ms", { long_tasks: tasks.length, frames, mounted: await list.locator("[role=option]").count() });
await browser.close();
await server.stop();
