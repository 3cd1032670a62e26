// What the checks of the page have in common: a hubd, a browser, and a tally.
import { spawn, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const require = createRequire(path.join(process.env.HUBD_PAGE_MODULES, "x.js"));
const { chromium } = require("playwright-core");
export const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const hubd = path.resolve("bin/hubd");
export const place = fs.mkdtempSync(path.join(os.tmpdir(), "hubd-page-"));
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

let failed = 0;

export function check(what, holds, figure = "") {
  if (!holds) failed++;
  console.log(`${holds ? "ok    " : "FAILED"} ${what}${figure === "" ? "" : `: ${figure}`}`);
}

export function failures() {
  return failed;
}

export async function until(what, holds, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20)) {
    if (await holds()) return true;
  }
  check(what, false, `not within ${seconds} s`);
  return false;
}

export function freePort() {
  return new Promise((done) => {
    const s = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = s.address();
      s.close(() => done(port));
    });
  });
}

// Daemon is hubd run on simulated chips and two synthetic bodies.
export class Daemon {
  constructor(port, shares, scenario = "two-people") {
    this.port = port;
    this.scenario = scenario;
    this.socket = path.join(place, `s${port}`);
    this.config = path.join(place, `c${port}.yaml`);
    this.tokens = {};
    fs.writeFileSync(this.config, `
hub: {id: bedroom, name: Bedroom}
buses: {main: {i2c: "1"}}
chips: {one: {kind: ads1115, bus: main, address: 0x48}, two: {kind: ads1115, bus: main, address: 0x49}}
wearers:
  - {id: a, name: Ada, share: ${shares.a}, keep: journal, start_from: [page], pair: b, comfort: {steady: false}, pulse: {chip: one, channel: 0, kind: ppg}, eda: {chip: one, channel: 1, kind: grove}}
  - {id: b, name: Bo, share: ${shares.b}, keep: rest, start_from: [page], pair: a, comfort: {steady: false}, pulse: {chip: two, channel: 0, kind: ppg}, eda: {chip: two, channel: 1, kind: grove}}
history: {path: ${path.join(place, `h${port}`, "history.db")}}
web: {listen: "127.0.0.1:${port}"}
`);
    fs.mkdirSync(path.join(place, `h${port}`), { recursive: true });
  }

  async start() {
    this.log = fs.openSync(path.join(place, `log${this.port}`), "a");
    this.process = spawn(hubd, ["run", "--config", this.config, "--socket", this.socket, "--simulate", this.scenario], { stdio: ["ignore", this.log, this.log] });
    process.once("exit", () => this.process.kill("SIGKILL")); // whatever ends these checks, no daemon is left behind
    await until("hubd answers", async () => (await fetch(`${this.url}/healthz`).catch(() => null))?.ok);
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get settings() {
    return path.join(place, `h${this.port}`, "settings.json");
  }

  // stored is what stands in the settings. While a version takes the place of another, the one before it does.
  stored() {
    for (const name of [this.settings, `${this.settings}.previous`, this.settings]) {
      try {
        return JSON.parse(fs.readFileSync(name, "utf8"));
      } catch (e) {
        if (e.code !== "ENOENT") throw e;
      }
    }
    return { wearers: [] };
  }

  said() {
    return fs.readFileSync(path.join(place, `log${this.port}`), "utf8");
  }

  token(wearer) {
    const out = execFileSync(hubd, ["page", "open", "--here", "--wearer", wearer, "--socket", this.socket], { encoding: "utf8" });
    this.tokens[wearer] = /\/#([a-z2-7]{26})/.exec(out)[1];
    return this.tokens[wearer];
  }

  ask(...args) {
    return execFileSync(hubd, [...args, "--socket", this.socket], { encoding: "utf8" });
  }

  async get(wearer, where) {
    return fetch(this.url + where, { headers: { Authorization: `Bearer ${this.tokens[wearer]}` } });
  }

  // cpu is the processor time used so far, in seconds.
  cpu() {
    const f = fs.readFileSync(`/proc/${this.process.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(f[11]) + Number(f[12])) / 100;
  }

  // memory is the resident memory in MB.
  memory() {
    return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${this.process.pid}/status`, "utf8"))[1]) / 1024;
  }

  stop() {
    return new Promise((done) => {
      this.process.once("exit", done);
      this.process.kill("SIGTERM");
    });
  }
}

export async function launch() {
  return chromium.launch({
    executablePath: process.env.HUBD_CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

// small is the smallest phone that the page is made for.
export const small = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 };

export const sizes = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 },
  desk: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 },
};

// Visit is a browser's page, with everything that its console says.
export class Visit {
  // open comes to the first screen. prepare may do something to the browser before.
  static async open(browser, url, options, token, prepare = () => {}) {
    const v = new Visit();
    v.context = await browser.newContext(options);
    await prepare(v.context);
    v.page = await v.context.newPage();
    v.said = [];
    v.asked = [];
    v.page.on("console", (m) => ["error", "warning"].includes(m.type()) && v.said.push(m.text()));
    v.page.on("pageerror", (e) => v.said.push(e.message));
    v.page.on("request", (r) => v.asked.push(r.url()));
    await v.page.goto(token ? `${url}/#${token}` : url);
    await v.page.waitForSelector(".first");
    return v;
  }

  async enter(view = "session") {
    await this.page.click(".first .main");
    await this.page.waitForSelector(".session");
    await this.to(view);
  }

  async to(view) {
    await this.page.evaluate((v) => { location.hash = v; }, view);
    await this.page.waitForSelector(`body[data-view="${view}"]`);
  }

  // violations gives what axe-core finds, and where.
  async violations() {
    await this.page.evaluate(axe).catch(() => {});
    const r = await this.page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    return r.violations.map((x) => `${x.id} (${x.nodes.slice(0, 3).map((n) => `${n.target} ${n.any?.[0]?.message ?? ""}`).join("; ")})`);
  }

  close() {
    return this.context.close();
  }
}
