// What the page tells by itself: meetings, stages, mentions, and why the AI answered or did not.
import { createHmac, randomUUID } from "node:crypto";
import { expect, openConversation, test } from "../page.js";
import { freshAddress, until } from "../server.js";

const context = (page) => page.getByRole("complementary", { name: "Contact and details" });
const fresh = (words) => `${words} ${randomUUID().slice(0, 6)}`;

/** A channel that brings no messages but lines of the timeline, connected with this provider. */
async function source(server, provider, secrets) {
  const made = await server.api("/channels", { body: { kind: "email", name: fresh(provider), address: freshAddress("email") } });
  return server.api(`/channels/${made.id}/provider`, { method: "PUT", body: { provider, settings: {}, secrets } });
}

async function tell(server, channel, body, headers) {
  const answer = await fetch(server.url + channel.inbound_path, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
  if (!answer.ok) throw new Error(`${channel.provider}: ${answer.status} ${await answer.text()}`);
}

test("timeline: meetings booked and cancelled, and opportunities that changed their stage, to be filtered", async ({ page, server }) => {
  const [name, address] = [fresh("Meets"), freshAddress("email")];
  await server.receive("email", { name, address, subject: "Shall we meet?", text: "My lawyer would like to meet" });
  const row = await server.conversation(name);
  const calendar = await source(server, "cal_com", { secret: "calendar-secret" });
  for (const [trigger, createdAt] of [["BOOKING_CREATED", new Date(Date.now() - 2000)], ["BOOKING_CANCELLED", new Date(Date.now() - 1000)]]) {
    const body = JSON.stringify({ triggerEvent: trigger, createdAt: createdAt.toISOString(), payload: { uid: name, title: "First talk", startTime: "2030-05-06T09:00:00Z", attendees: [{ email: address, name }], cancellationReason: "fell ill" } });
    await tell(server, calendar, body, { "x-cal-signature-256": createHmac("sha256", "calendar-secret").update(body).digest("hex") });
  }
  const deals = await source(server, "pipedrive", { basic_auth: "remit:deal-password" });
  const body = JSON.stringify({ meta: { entity: "deal", action: "change", entity_id: "7", id: randomUUID(), timestamp: new Date().toISOString() }, data: { id: 7, title: "Fifty seats", stage_id: 3, person: { email: address } }, previous: { stage_id: 2 } });
  await tell(server, deals, body, { authorization: `Basic ${Buffer.from("remit:deal-password").toString("base64")}` });
  await until(async () => (await server.api(`/conversations/${row.id}/timeline?limit=100`)).data.filter((item) => /^(meeting|opportunity)_/.test(item.kind)).length >= 3, "three lines");
  await openConversation(page, server, name);
  const activity = context(page).getByRole("region", { name: "Activity timeline" });
  await expect(activity).toContainText("First talk booked");
  await expect(activity).toContainText("First talk cancelled: fell ill");
  await expect(activity).toContainText("Fifty seats moved from stage 2 to stage 3");
  await activity.getByLabel("Show").selectOption("Meetings");
  await expect(activity.getByRole("listitem")).toHaveCount(2);
  await activity.getByLabel("Show").selectOption("Opportunities");
  await expect(activity.getByRole("listitem")).toHaveCount(1);
  await activity.getByLabel("Show").selectOption("Messages");
  await expect(activity).not.toContainText("First talk");
  for (const channel of [calendar, deals]) await server.api(`/channels/${channel.id}/disable`, { body: { reason: "test" } });
});

test("a colleague is called in a note by @, from a list of names, and is told", async ({ page, server }) => {
  const name = fresh("Mentions");
  await server.receive("chat", { name, text: "My lawyer asks again" });
  const { id } = await openConversation(page, server, name);
  await page.keyboard.press("n");
  await page.keyboard.type("Could you look, @cle");
  const names = page.getByRole("listbox", { name: "Colleagues" });
  await expect(names.getByRole("option", { name: /Cleo Sand/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(names).toHaveCount(0);
  await page.keyboard.type("please?");
  await page.keyboard.press("Control+Enter");
  const note = await until(async () => (await server.api(`/conversations/${id}/notes`)).data[0], "the note");
  expect(note.body_text).toBe("Could you look, @CleoSand please?");
  await until(async () => (await server.api(`/conversations/${id}/timeline`)).data.some((item) => item.kind === "mention" && /Cleo/.test(item.summary)), "the mention");
});

/** Every way in which the AI's work on a message can stand, as the API's document names them. */
const OUTCOMES = ["responded", "held", "blocked", "paused", "not_applicable", "in_progress", "failed", "unknown"];

test("why: every outcome that the server can name is told, with what a person can do", async ({ page, server }) => {
  const document = await (await fetch(`${server.url}/api/v1/openapi.json`)).json();
  for (const outcome of OUTCOMES) expect(document.components.schemas.AiStatus.properties.outcome.description).toContain(`\`${outcome}\``);
  const { id } = await openConversation(page, server, "Tom Brandt");
  for (const outcome of OUTCOMES) {
    await page.route("**/ai-status**", (route) => route.fulfill({ json: {
      conversation_id: id, message_id: null, decision_id: null, job_id: null, outcome, primary: outcome, rule: null, summary: `It is so: \`${outcome}\`.`,
      checks: [{ id: "channel", status: "pass", says: "The channel is active." }, { id: "policy", status: outcome === "responded" ? "pass" : "fail", says: `Because of ${outcome}.` }, { id: "later", status: "skipped", says: "It did not come to that." }],
      remedies: outcome === "responded" ? [] : [{ label: `Do something about ${outcome}`, method: "POST", path: "/api/v1/x" }],
    } }));
    await page.keyboard.press("i");
    const dialog = page.getByRole("dialog", { name: "Why?" });
    await expect(dialog).toContainText(`It is so: ${outcome}.`);
    await expect(dialog).toContainText(`Because of ${outcome}.`);
    await expect(dialog).not.toContainText("It did not come to that.");
    if (outcome !== "responded") await expect(dialog).toContainText(`Do something about ${outcome}`);
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await page.unroute("**/ai-status**");
  }
});
