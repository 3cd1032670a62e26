// Who can see me now: every open way out, in plain words, as it stands at this moment.
import { words } from "./words.js";
import { h, fill } from "./dom.js";

export function view(hub) {
  const w = words.seen;
  const list = h("div", { class: "ways" });
  const el = h("div", { class: "seen" }, h("h1", { tabindex: "-1" }, words.views.seen), h("p", { class: "hint" }, w.lead), list);
  let system = null;
  async function look() {
    const r = hub.live ? await hub.ask("GET", "/api/system") : null;
    system = r?.ok ? r.data : null;
    update();
  }
  function update() {
    if (!hub.me) return;
    const ways = system && hub.room && hub.self() ? waysOf(hub, system) : [];
    fill(list, ways, () => ways.map(way));
  }
  look();
  const timer = setInterval(look, 2000);
  return { el, update, close: () => clearInterval(timer) };
}

function way({ title, open, says }) {
  return h("section", { class: `panel way ${open ? "is-open" : "is-shut"}` },
    h("h2", {}, title, h("span", { class: "tag" }, open ? words.seen.open : words.seen.shut)), ...says.map((s) => h("p", {}, s)));
}

// waysOf gives every way out with what goes through it. Whether sensing is on is seen wherever anything is.
function waysOf(hub, system) {
  const w = words.seen;
  const self = hub.self();
  const hidden = hub.room.private === true && hub.room.member;
  return [
    { title: w.mqtt, open: system.broker.configured, says: [brokerSays(self, system, hidden)] },
    ...hub.me.others.map((o) => ({
      title: w.wearer(o.name), open: true, says: [`${w.one[self.share]}.`, w.looking(pagesOf(system, o.wearer))],
    })),
    ...(hub.me.others.length === 0 ? [{ title: w.pages, open: false, says: [w.nobody] }] : []),
    { title: w.home, open: system.page.open, says: homeSays(hub, system) },
    { title: w.history, open: self.keep !== "nothing" && !hidden, says: [hidden ? w.keptPrivate : w.keeps[self.keep]] },
    { title: words.room.lamps, open: hub.room.in_use, says: [w.room] },
    { title: w.logs, open: false, says: [w.logsSay] },
  ];
}

function brokerSays(self, system, hidden) {
  const w = words.seen;
  if (!system.broker.configured) return w.noBroker;
  if (hidden) return w.private;
  const gets = w.gets[self.share];
  return system.broker.connected ? `They ${gets}.` : `${w.brokerAway} ${gets}.`;
}

function homeSays(hub, system) {
  const w = words.seen;
  const mine = w.mine(pagesOf(system, hub.me.wearer));
  if (!system.page.open) return [w.homeShut, mine];
  return [system.page.tls ? w.homeTLS : w.homePlain, mine];
}

function pagesOf(system, wearer) {
  return system.page.viewers.find((v) => v.wearer === wearer)?.pages ?? 0;
}
