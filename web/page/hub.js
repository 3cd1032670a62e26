// The page's one link with hubd: who is here, what holds, what may be asked.
import { words } from "./words.js";

// silent is how long hubd may say nothing before it is away: it says at least that it is there every five seconds. A stream that the network
// has let fall ends without a word.
const silent = 12_000; // ms

const oldAfter = { heart_rate: 5, hrv: 20, respiration: 5, eda: 5, state: 15, "signal pulse": 15, "signal eda": 15, coherence: 15 }; // s

export class Hub {
  constructor() {
    this.me = null;
    this.live = false; // the stream is up
    this.asleep = false; // it is not, since nobody looks at this tab, or somebody only begins to
    this.room = null;
    this.people = [];
    this.values = new Map(); // wearer → kind → frame
    this.faults = new Map();
    this.listeners = new Set();
    this.moments = new Set();
    this.due = false;
    this.source = null;
    this.waves = false;
    this.clock = { offset: 0, speed: 1, known: false, within: Infinity, at: 0 };
    this.heard = 0; // when hubd last said anything, by performance.now()
  }

  on(f) {
    this.listeners.add(f);
    return () => this.listeners.delete(f);
  }

  // onMoment hears beats, responses and waves.
  onMoment(f) {
    this.moments.add(f);
    return () => this.moments.delete(f);
  }

  // changed tells the views once a frame, however much came.
  changed() {
    if (this.due) return;
    this.due = true;
    const tell = () => {
      this.due = false;
      for (const f of this.listeners) f();
    };
    if (document.hidden) setTimeout(tell, 0);
    else requestAnimationFrame(tell);
  }

  // now is stream time in seconds.
  now() {
    return this.clock.offset + (this.clock.speed * performance.now()) / 1000;
  }

  // value is the newest of a kind; nothing where it is old.
  value(wearer, kind) {
    const v = this.values.get(wearer)?.get(kind);
    const lasts = oldAfter[kind];
    if (!v || (lasts && this.now() - v.at_s > lasts * Math.max(1, this.clock.speed))) return null;
    return v;
  }

  own(kind) {
    return this.me ? this.value(this.me.wearer, kind) : null;
  }

  self() {
    return this.people.find((p) => p.wearer === this.me?.wearer) ?? null;
  }

  anySensed() {
    return this.people.some((p) => p.sensed);
  }

  nameOf(id) {
    if (id === this.me?.wearer) return this.me.name;
    return this.me?.others.find((o) => o.wearer === id)?.name ?? id;
  }

  async ask(method, path, body, seconds = 8) {
    let answer;
    try {
      answer = await fetch(path, { method, body, signal: AbortSignal.timeout(seconds * 1000), keepalive: method === "POST" && (body?.length ?? 0) < 1000 });
    } catch {
      return { ok: false, status: 0, error: words.unreached };
    }
    const text = await answer.text();
    let data = null;
    try {
      data = JSON.parse(text);
    } catch {
      data = { text };
    }
    return { ok: answer.ok, status: answer.status, data, text, error: data?.error ?? "" };
  }

  // follow asks for what is answered line by line, tells each, and gives the last; nothing where the answer broke off.
  async follow(path, tell, signal) {
    let last = null;
    try {
      const answer = await fetch(path, { method: "POST", signal });
      const parts = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = "", part = await parts.read(); !part.done; part = await parts.read()) {
        const lines = (text + part.value).split("\n");
        text = lines.pop();
        for (const line of lines.filter(Boolean)) tell(last = JSON.parse(line));
      }
    } catch {
      return null;
    }
    return last;
  }

  command(target, name, payload = "PRESS") {
    return this.ask("POST", `/api/command/${target}/${name}`, payload);
  }

  async login(token) {
    const r = await this.ask("POST", "/login", token);
    if (r.ok) this.welcome(r.data);
    return r;
  }

  // begin asks who we are: nobody so far, or no more, is an answer too.
  async begin() {
    const r = await this.ask("GET", "/login");
    if (r.ok && r.data) this.welcome(r.data);
    else if (r.ok) this.turnedAway();
    return r;
  }

  welcome(me) {
    this.me = me;
    this.listen();
    this.changed();
  }

  turnedAway() {
    this.me = null;
    this.hush();
    this.changed();
  }

  // showWaves opens the stream anew with waves, or without.
  showWaves(on) {
    if (this.waves === on) return;
    this.waves = on;
    if (this.me) this.listen();
  }

  hush() {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
    this.live = false;
    this.forgetAll();
  }

  forgetAll() {
    this.room = null;
    this.people = [];
    this.values.clear();
    this.faults.clear();
  }

  // look opens the stream while somebody looks, and closes it while nobody does: a browser has six connections to hubd for all its tabs, and in
  // the seventh a touch on Pause would wait for one.
  look(on) {
    if (!this.me) return;
    this.asleep = true;
    if (on) return this.source ? undefined : this.comeBack();
    this.hush();
    this.changed();
  }

  listen() {
    if (document.hidden) return;
    clearTimeout(this.retry);
    this.source?.close();
    const source = new EventSource(this.waves ? "/api/live?waves=1" : "/api/live");
    this.source = source;
    source.onmessage = (e) => {
      if (source !== this.source) return;
      this.heard = performance.now();
      this.take(JSON.parse(e.data));
    };
    source.onerror = () => source === this.source && this.lost();
  }

  // lost takes away what stood here, and tries to come back.
  lost() {
    this.hush();
    this.asleep = false;
    this.changed();
    this.retry = setTimeout(() => this.comeBack(), 1000);
  }

  // watch is asked now and then whether hubd is still there.
  watch() {
    if (this.live && performance.now() - this.heard > silent) this.lost();
  }

  // comeBack finds out whether hubd is away, or lets us in no more.
  async comeBack() {
    if (document.hidden) return; // until somebody looks
    const r = await this.begin();
    if (r.ok) return;
    this.asleep = false;
    this.changed();
    this.retry = setTimeout(() => this.comeBack(), 1500);
  }

  take(v) {
    switch (v.type) {
      case "hello":
        this.forgetAll();
        this.live = true;
        this.asleep = false;
        this.clock = { offset: v.now_s - (v.speed * performance.now()) / 1000, speed: v.speed, known: false, within: Infinity, at: 0 };
        this.measure();
        break;
      case "room":
        this.room = v;
        break;
      case "people":
        this.people = v.people;
        break;
      case "forget":
        this.values.delete(v.wearer);
        break;
      case "faults":
        this.faults = new Map(v.faults.map((f) => [f.source, f.reason]));
        break;
      case "here":
        return;
      case "beat":
      case "scr":
      case "wave":
      case "reminder":
        for (const f of this.moments) f(v);
        return;
      default:
        this.hold(v);
    }
    this.changed();
  }

  hold(v) {
    if (!v.wearer) return;
    if (!this.values.has(v.wearer)) this.values.set(v.wearer, new Map());
    this.values.get(v.wearer).set(v.type === "signal" ? `signal ${v.channel}` : v.type, v);
  }

  // measure finds how far stream time is from our own clock: of several tries, the quickest answer is the truest. It is tried again soon
  // after a bad one, and often while somebody breathes by it.
  async measure(tries = 5) {
    for (let i = 0; i < tries; i++) {
      const t0 = performance.now();
      const r = await this.ask("GET", "/api/clock");
      const t1 = performance.now();
      if (r.ok) this.set({ offset: r.data.now_s - (r.data.speed * (t0 + t1)) / 2000, speed: r.data.speed, known: true, within: t1 - t0, at: t1 });
      await new Promise((done) => setTimeout(done, 60));
    }
    clearTimeout(this.remeasure);
    this.remeasure = setTimeout(() => this.live && this.measure(3), this.clock.within > 50 ? 3000 : this.room?.pace ? 10_000 : 60_000);
  }

  // set takes a measurement that is better than the one that holds, or that says that the two clocks went apart: a busy machine's simulated
  // time stands still now and then.
  set(found) {
    const held = this.clock;
    const apart = (Math.abs(found.offset - held.offset) * 1000) / found.speed;
    const moved = apart > (found.within + held.within) / 2 + 10;
    if (!held.known || moved || found.at - held.at > 600_000 || found.within < held.within) this.clock = found;
  }
}
