// The shape of a practice beside the lamp's own commands, as they arrive at the broker: one clock, one breath.
import { spawn, execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import { Daemon, check, freePort, sizes, sleep, until, Visit } from "./rig.mjs";

const topic = "zigbee2mqtt/bed";

// bulb is a lamp on a broker (MQTT 3.1.1, QoS 0) that is on, and does at once what it is asked.
class Bulb {
  constructor(port, heard) {
    this.state = { state: "ON", brightness: 150, color_mode: "color_temp", color_temp: 370 };
    this.heard = heard;
    this.c = net.connect(port, "127.0.0.1");
    this.c.on("error", () => {});
    this.c.on("connect", () => {
      this.send(0x10, text("MQTT"), Buffer.from([4, 2, 0, 0]), text("page-check"));
      this.send(0x82, Buffer.from([0, 1]), text(`${topic}/set`), Buffer.from([0]));
      this.says();
    });
    let rest = Buffer.alloc(0);
    this.c.on("data", (data) => {
      rest = Buffer.concat([rest, data]);
      for (let end = this.take(rest, Date.now()); end > 0; end = this.take(rest, Date.now())) rest = rest.subarray(end);
    });
  }

  send(kind, ...parts) {
    const body = Buffer.concat(parts);
    const size = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
    this.c.write(Buffer.concat([Buffer.from([kind, ...size]), body]));
  }

  says() {
    this.send(0x30, text(topic), Buffer.from(JSON.stringify(this.state)));
  }

  // take takes one whole packet and gives its length; 0: it is not whole.
  take(data, at) {
    let size = 0, head = 1;
    for (let shift = 0; ; shift += 7, head++) {
      if (head >= data.length) return 0;
      size |= (data[head] & 127) << shift;
      if (data[head] < 128) break;
    }
    const end = head + 1 + size;
    if (data.length < end) return 0;
    if (data[0] >> 4 === 3) {
      const body = data.subarray(head + 3 + data.readUInt16BE(head + 1), end).toString();
      if (body.startsWith("{")) this.obey(at, JSON.parse(body));
    }
    return end;
  }

  obey(at, asked) {
    this.heard({ at, ...asked });
    for (const key of ["brightness", "color_temp"]) if (asked[key] !== undefined) this.state[key] = asked[key];
    this.says();
  }
}

function text(s) {
  return Buffer.concat([Buffer.from([s.length >> 8, s.length & 255]), Buffer.from(s)]);
}

// startBroker starts mosquitto on a port; null where there is none.
async function startBroker(port) {
  try {
    execFileSync("mosquitto", ["-h"], { stdio: "ignore" });
  } catch (e) {
    if (e.code === "ENOENT") return null;
  }
  const broker = spawn("mosquitto", ["-p", String(port)], { stdio: "ignore" });
  process.once("exit", () => broker.kill("SIGKILL"));
  await until("the broker answers", () => new Promise((done) => {
    const c = net.connect(port, "127.0.0.1", () => { c.destroy(); done(true); });
    c.on("error", () => done(false));
  }));
  return broker;
}

// turnsOf notes when the word in the shape changes, for so long.
function turnsOf(v, ms) {
  return v.page.evaluate((ms) => new Promise((done) => {
    const word = document.querySelector(".pacer-word"), all = [], end = performance.now() + ms;
    let last = word.textContent;
    const look = () => {
      if (word.textContent !== last) {
        last = word.textContent;
        all.push(Date.now());
      }
      if (performance.now() < end) requestAnimationFrame(look);
      else done(all);
    };
    requestAnimationFrame(look);
  }), ms);
}

// jitter is how late this process's own timers are while it goes on, in ms.
function jitter() {
  const late = [];
  let due = Date.now() + 20;
  const timer = setInterval(() => { late.push(Math.max(0, Date.now() - due)); due = Date.now() + 20; }, 20);
  return () => { clearInterval(timer); return late.sort((a, b) => a - b)[Math.floor(late.length * 0.95)]; };
}

export async function breath(browser) {
  const port = await freePort();
  const broker = await startBroker(port);
  if (!broker) return console.log("--     lamp and shape not compared: mosquitto is not here");
  const d = new Daemon(await freePort(), { a: "full", b: "state" });
  // Two buses: then simulated time is the machine's own, as with real sensors, and does not stand still where the machine is busy.
  fs.writeFileSync(d.config, fs.readFileSync(d.config, "utf8").replace('buses: {main: {i2c: "1"}}', 'buses: {main: {i2c: "1"}, other: {i2c: "2"}}').replace("two: {kind: ads1115, bus: main", "two: {kind: ads1115, bus: other") +
    `mqtt: {url: "mqtt://127.0.0.1:${port}", insecure: true}\nroom: {lamps: [{id: bed, dialect: zigbee2mqtt, topic: ${topic}}]}\n`);
  const commands = [];
  const lamp = new Bulb(port, (c) => commands.push(c));
  try {
    await d.start();
    d.token("a");
    lamp.says();
    const v = await Visit.open(browser, d.url, sizes.phone, d.tokens.a);
    await v.enter();
    await sleep(1500);
    lamp.says();
    await v.page.click("summary:has-text('Follow a practice')");
    await v.page.click("button.practice:has-text('Slow breath')");
    await v.page.waitForSelector(".pacer:not([hidden])");
    await until("the lamp breathes", () => commands.filter((c) => c.transition > 3).length >= 3, 60);
    const [began, late] = [Date.now(), jitter()];
    const turns = await turnsOf(v, 45_000);
    judge(commands.filter((c) => c.at > began + 1000 && c.at < began + 44_000), turns, late());
    await v.close();
  } finally {
    lamp.c.destroy();
    await d.stop();
    broker.kill("SIGTERM");
  }
}

// judge compares each command with the turn of the shape that is nearest.
function judge(asked, turns, late) {
  check("the lamp is asked with each breath of the shape", asked.length >= 6 && Math.abs(asked.length - turns.length) <= 2, `${asked.length} commands, ${turns.length} turns`);
  const off = asked.map((c) => Math.min(...turns.map((t) => Math.abs(t - c.at)))).sort((a, b) => a - b);
  const [median, most, worst] = [off[off.length >> 1], off[Math.ceil(off.length * 0.75) - 1], off.at(-1)];
  const figure = `median ${median} ms, three of four within ${most} ms, worst ${worst} ms; this machine's own timers p95 ${late} ms late`;
  if (most > 100 && late > 40) console.log(`--     lamp and shape not judged, this machine is too busy: ${figure}`);
  else check("and both turn at the same moment: three of four within 100 ms", most <= 100, figure);
}
