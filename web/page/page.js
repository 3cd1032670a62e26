// The frame of the page: the menu, the view, and Pause, which is always there.
import { words } from "./words.js";
import { h, say, show, mark, button } from "./dom.js";
import { Hub } from "./hub.js";
import { first, firstSeen } from "./first.js";

const views = {
  session: () => import("./session.js"),
  me: () => import("./me.js"),
  setup: () => import("./setup.js"),
  seen: () => import("./seen.js"),
  room: () => import("./room.js"),
  system: () => import("./system.js"),
};

const hub = new Hub();
let view = null;
let shown = "";
let stale = ""; // what hubd said of a link's token
let whose = ""; // the shown view is: nobody's while nobody is in

const main = h("main", { id: "main" });
const links = new Map(Object.keys(views).map((name) => [name, h("a", { href: `#${name}` }, words.views[name])]));
const menu = h("nav", { class: "menu", "aria-label": words.menu }, ...links.values());
const menuButton = h("button", { type: "button", class: "menu-button", "aria-expanded": "false", onclick: () => openMenu(!document.body.classList.contains("menu-open")) }, words.menu);
const lost = h("div", { class: "lost", role: "status", hidden: true }, words.lost);
const off = offBanner();
const pause = pauseBar();

function openMenu(on) {
  mark(document.body, "menu-open", on);
  menuButton.setAttribute("aria-expanded", String(on));
  say(menuButton, on ? words.close : words.menu);
  if (on) (links.get(shown) ?? links.get("session")).focus();
}

// pauseBar is one touch from everywhere. It never resumes, however often it is pressed.
function pauseBar() {
  const big = h("span", { class: "big" }, words.pause);
  const small = h("span", { class: "small" }, words.pauseHint);
  const note = h("p", { class: "pause-note", role: "alert" });
  let asked = 0;
  const press = async () => {
    const mine = ++asked;
    say(big, words.pausing);
    for (let i = 0; ; i++) {
      const r = await hub.ask("POST", "/api/command/room/pause", "PRESS", 3);
      if (mine !== asked) return;
      if (r.ok) break;
      say(note, words.pauseFailed);
      await new Promise((done) => setTimeout(done, Math.min(300 * 2 ** i, 3000)));
      if (mine !== asked) return;
    }
    asked = 0;
    say(note, "");
    pause.confirmed = performance.now();
    pause.update();
  };
  const touch = h("button", { type: "button", class: "pause", onclick: press }, big, small);
  const el = h("div", { class: "bar" }, note, h("div", { class: "bar-row" }, menuButton, touch));
  return {
    el,
    confirmed: -Infinity,
    update() {
      if (asked) return;
      // Right after a pause hubd has said yes to, the page says so, also before the stream does, and where nobody is logged in.
      const known = hub.live && hub.people.length > 0;
      const isOff = (known && !hub.anySensed()) || (!known && performance.now() - this.confirmed < 60_000);
      mark(touch, "is-off", isOff);
      say(big, isOff ? words.off : words.pause);
      say(small, isOff ? words.offHint : words.pauseHint);
    },
  };
}

// offBanner says whose sensing is off, and lets the wearer go on: far from the thumb that paused.
function offBanner() {
  const says = h("p", {}, words.youOff);
  const elsewhere = h("p", { class: "hint" }, words.youOnElsewhere);
  const note = h("p", { class: "note", role: "status" });
  const on = button(words.youOn, async () => {
    const r = await hub.command(hub.me.wearer, "resume");
    say(note, r.ok ? "" : words.failed(r.error));
  }, "quiet");
  const el = h("div", { class: "off", hidden: true }, says, on, elsewhere, note);
  return {
    el,
    update() {
      const self = hub.self();
      const isOff = shown !== "first" && hub.live && self !== null && !self.sensed; // nobody is sensed by a touch before the first screen is read
      show(el, isOff);
      if (!isOff) return say(note, "");
      show(on, hub.me.may_start);
      show(elsewhere, !hub.me.may_start);
    },
  };
}

function update() {
  pause.update();
  off.update();
  show(lost, hub.me !== null && !hub.live && !hub.asleep);
  mark(document.body, "in", hub.me !== null);
  show(menuButton, hub.me !== null && firstSeen());
  show(menu, hub.me !== null && firstSeen());
  if (shown !== "" && whose !== who()) go(); // taken back, or another wearer came in, in another tab
  view?.update();
}

function who() {
  return hub.me?.wearer ?? "";
}

async function go() {
  const asked = location.hash.slice(1);
  if (hub.me) stale = "";
  const name = hub.me && firstSeen() ? (asked in views ? asked : "session") : "first";
  if (name === shown && name !== "first" && whose === who()) return;
  whose = who();
  const made = name === "first" ? first(hub, go, stale) : (await views[name]()).view(hub);
  view?.close();
  view = made;
  shown = name;
  openMenu(false);
  for (const [n, a] of links) {
    if (n === name) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  document.body.dataset.view = name;
  document.title = name === "first" ? "hubd" : `${words.views[name]} · hubd`;
  main.replaceChildren(lost, off.el, view.el);
  window.scrollTo(0, 0);
  update();
}

// A link from hubd page open brings the token behind the #, where no server and no log sees it; it goes out of the address at once.
async function begin() {
  const token = /^#([a-z2-7]{26})$/.exec(location.hash)?.[1];
  if (token) {
    history.replaceState(null, "", "/");
    const r = await hub.login(token);
    if (!r.ok) await hub.begin();
    if (!hub.me) stale = r.error || words.first.wrong;
  } else {
    await hub.begin();
  }
  await go();
}

document.getElementById("hello").remove();
document.body.append(h("a", { class: "skip", href: "#main", onclick: (e) => { e.preventDefault(); main.querySelector("h1")?.focus(); } }, words.skip), menu, main, pause.el);
addEventListener("hashchange", go);
document.addEventListener("visibilitychange", () => hub.look(!document.hidden));
addEventListener("keydown", (e) => { if (e.key === "Escape") openMenu(false); });
hub.on(update);
setInterval(() => {
  hub.watch();
  if (hub.me) update(); // values grow old without a word
}, 2000);
pause.update();
begin();
