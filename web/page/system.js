// System: the machine's own parts. Nothing here is about a body.
import { words } from "./words.js";
import { h, say, show, fill, panel, button, field } from "./dom.js";

export function view(hub) {
  const w = words.system;
  const sources = h("ul", { class: "rows" });
  const buses = h("ul", { class: "rows" });
  const facts = h("dl", { class: "facts-list" });
  const el = h("div", { class: "system" }, h("h1", { tabindex: "-1" }, words.views.system), panel(w.sources, sources), panel(w.buses, buses), panel("hubd", facts));
  const lock = locked(hub);
  el.children[0].after(lock.el);
  let before = null;
  async function look() {
    lock.look();
    const r = hub.live ? await hub.ask("GET", "/api/system") : null;
    if (!r?.ok || !hub.live) return;
    const s = { ...r.data, at: performance.now() / 1000 };
    draw(s, before);
    before = s;
  }
  // forget takes away what stood here: while hubd is away nobody knows whether it still holds.
  function forget() {
    before = null;
    for (const list of [sources, buses, facts]) fill(list, null, () => []);
    lock.look();
  }
  function draw(s, old) {
    const chips = s.sources.map((c) => [c.source, hub.faults.get(c.source) ?? (!c.asked ? w.unasked : c.told ? w.answers : w.untold), hub.faults.has(c.source)]);
    fill(sources, chips, () => chips.map(([name, says, wrong]) => h("li", { class: wrong ? "is-fault" : "" }, h("span", {}, name), h("span", { class: "says" }, says))));
    const loops = s.buses.map((b) => [b.bus, busSays(b, old?.buses.find((o) => o.bus === b.bus), old ? s.at - old.at : 0)]);
    fill(buses, loops, () => loops.map(([name, says]) => h("li", {}, h("span", {}, name), h("span", { class: "says" }, says))));
    const rows = factsOf(s);
    fill(facts, rows, () => rows.flatMap(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]));
  }
  look();
  const timer = setInterval(look, 2000);
  return { el, update() { if (!hub.live) forget(); }, close: () => clearInterval(timer) };
}

function busSays(b, old, seconds) {
  const w = words.system;
  const says = [];
  if (old && seconds > 0) says.push(`${Math.round((b.samples - old.samples) / seconds)} ${w.rate}`);
  says.push(`${b.late} ${w.late}`, `${b.skipped + b.lost} ${w.missing}`, `${b.errors} ${w.errors}`, `${w.latest} ${b.lateness_max_ms} ${w.ms}`);
  return says.join(" · ");
}

function factsOf(s) {
  const w = words.system;
  const broker = !s.broker.configured ? w.brokers.none : s.broker.connected ? w.brokers.on : w.brokers.off;
  const pages = s.page.viewers.reduce((n, v) => n + v.pages, 0);
  return [
    [w.version, s.version], [w.uptime, w.minutes(Math.floor(s.uptime_s / 3600), Math.floor((s.uptime_s % 3600) / 60))],
    [w.broker, broker], [w.settings, s.storage.settings ?? w.fine], [w.history, s.storage.history ?? w.fineOne], [w.page, w.pages(pages)],
  ];
}

// locked asks for the secret of a sealed history, where one is locked.
function locked(hub) {
  const w = words.system;
  const secret = h("input", { type: "password", autocomplete: "off" });
  const note = h("p", { class: "note", role: "status" });
  const says = h("p", {});
  const open = button(w.unlockNow, async () => {
    const r = await hub.ask("POST", "/api/history/unlock", secret.value, 60); // a passphrase is stretched
    secret.value = "";
    say(note, r.ok ? w.unlocked : words.failed(r.error));
  }, "main");
  const el = panel(w.unlock, says, h("p", { class: "hint" }, w.unlockHint), field(w.secret, secret), open, note);
  show(el, false);
  return {
    el,
    async look() {
      const r = hub.live && hub.me.history ? await hub.ask("GET", "/api/history") : null;
      const isLocked = Boolean(r?.ok && r.data.locked);
      say(says, isLocked ? r.data.locked : "");
      show(el, isLocked || note.textContent !== "");
    },
  };
}
