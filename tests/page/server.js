// A server of the tests' own: the binary, on a fresh SQLite file, with the demo. Everything the tests do besides clicking
// goes through the public API and the signed inbound address.
import { execFileSync, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const BINARY = process.env.REMIT_BINARY || resolve(import.meta.dirname, "../../target/debug/remit");

export class Server {
  static async start() {
    const server = new Server();
    server.data = mkdtempSync(join(tmpdir(), "remit-page-"));
    server.mails = join(server.data, "mails");
    mkdirSync(server.mails);
    server.args = ["serve", "--demo", "--data", server.data, "--port", "0", "--maildir", server.mails];
    await server.run();
    return server;
  }

  /** One that nobody has set up yet: an empty inbox, and `setUp`, the link that makes the first owner. */
  static async empty() {
    const server = new Server();
    server.data = mkdtempSync(join(tmpdir(), "remit-page-"));
    server.isDemo = false;
    server.args = ["serve", "--data", server.data, "--port", "0"];
    await server.run();
    return server;
  }

  isDemo = true;

  async run() {
    // With a server of PostgreSQL beside the tests (tests/postgres), each has a database of its own there.
    const database = process.env.REMIT_TEST_POSTGRES_URL ? await ownDatabase(process.env.REMIT_TEST_POSTGRES_URL) : null;
    this.folder = this.isDemo && !database ? join(this.data, "demo") : this.data;
    this.database = database ? ["--database", database] : [];
    this.child = spawn(BINARY, [...this.database, ...this.args], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    const ready = new Promise((done, failed) => {
      this.child.stdout.on("data", (part) => {
        out += part;
        const found = this.isDemo ? out.match(/ready (http:\S+) key=(\S+)/) : out.match(/ready (http:\S+)/);
        if (found) done(found);
      });
      this.child.stderr.on("data", (part) => {
        out += part;
        this.setUp ||= out.match(/set up\s+(http\S+)/)?.[1];
      });
      this.child.on("exit", (code) => failed(new Error(`remit ended with ${code}:\n${out}`)));
      setTimeout(() => failed(new Error(`remit is not ready after a minute:\n${out}`)), 60_000).unref();
    });
    [, this.url, this.key] = await ready;
  }

  async stop() {
    this.child.removeAllListeners("exit");
    const gone = new Promise((done) => this.child.once("exit", done));
    this.child.kill("SIGKILL");
    await gone;
    rmSync(this.data, { recursive: true, force: true });
  }

  /** @param {string} path @param {{ method?: string, body?: unknown }} [call] */
  async api(path, call = {}) {
    const method = call.method || (call.body === undefined ? "GET" : "POST");
    const headers = { authorization: `Bearer ${this.key}`, accept: "application/json", ...(call.body === undefined ? {} : { "content-type": "application/json" }), ...(method === "GET" ? {} : { "idempotency-key": randomUUID() }) };
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: call.body === undefined ? undefined : JSON.stringify(call.body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** The conversation with this contact, or with this in its subject. @param {string} words */
  async conversation(words) {
    // What many tests left on one server is more than a page.
    for (let cursor = ""; cursor !== null; ) {
      const page = await this.api(`/conversations?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      const found = page.data.find((row) => [row.contact.name, row.subject].some((text) => text && text.includes(words)));
      if (found) return found;
      cursor = page.next_cursor;
    }
    throw new Error(`no conversation ${words}`);
  }

  /** A message that comes in, signed as a provider signs it. @param {string} kind @param {{ text: string, name?: string, address?: string, subject?: string, external_id?: string }} message */
  async receive(kind, message) {
    const channel = (await this.api("/channels")).data.find((one) => one.kind === kind);
    const secret = this.secret(channel.id);
    const { name, address, ...rest } = message;
    const body = JSON.stringify({ external_id: randomUUID(), from: { address: address || freshAddress(kind), name }, ...rest });
    const id = `msg_${randomUUID()}`;
    const at = String(Math.floor(Date.now() / 1000));
    const signature = createHmac("sha256", Buffer.from(secret.replace("whsec_", ""), "base64")).update(`${id}.${at}.${body}`).digest("base64");
    const answer = await fetch(this.url + channel.inbound_path, { method: "POST", body, headers: { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": at, "webhook-signature": `v1,${signature}` } });
    if (!answer.ok) throw new Error(`inbound: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** @param {string} channel */
  secret(channel) {
    this.secrets ||= new Map();
    if (!this.secrets.has(channel)) {
      const said = execFileSync(BINARY, [...this.database, "--data", this.folder, "channel", "secret", channel], { encoding: "utf8" });
      this.secrets.set(channel, said.match(/whsec_\S+/)[0]);
    }
    return this.secrets.get(channel);
  }

  /** A mail, as bytes, dropped where mails are taken in. @param {string} text */
  drop(text) {
    writeFileSync(join(this.mails, `${randomUUID()}.eml`), text.replaceAll("\n", "\r\n"));
  }

  /** Everything that has left, as text: mails and what goes to providers alike. */
  outbox() {
    const folder = join(this.folder, "outbox");
    const read = (at) => readdirSync(at, { withFileTypes: true }).map((entry) => (entry.isDirectory() ? read(join(at, entry.name)) : readFileSync(join(at, entry.name), "utf8"))).flat();
    try {
      return read(folder);
    } catch {
      return [];
    }
  }
}

/** A new database beside the one that this address names. @param {string} url @returns {Promise<string>} Its address. */
async function ownDatabase(url) {
  const name = `page_${randomUUID().replaceAll("-", "")}`;
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql").map((version) => `/usr/lib/postgresql/${version}/bin/psql`) : [];
  const psql = versions.filter((path) => existsSync(path)).at(-1) || "psql";
  execFileSync(psql, [url, "-q", "-c", `CREATE DATABASE ${name}`]);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

/** Where nobody has written from before. @param {string} kind */
export function freshAddress(kind) {
  if (kind === "email") return `${randomUUID().slice(0, 12)}@customer.example`;
  return kind === "chat" ? `visitor-${randomUUID()}` : `+4179${Math.floor(1e6 + Math.random() * 9e6)}`;
}

/** Waits until this is true of the server. @param {() => Promise<unknown>} look @param {string} what */
export async function until(look, what) {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
