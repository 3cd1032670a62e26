// Text of any length, as a package's version, people's names, a maker's lamps and scenes or an error can bring it: nothing is wider than the screen.
import { Visit, check, sizes, sleep, small } from "./rig.mjs";

const version = "0~202611281908.35619a3af153";
const long = "m".repeat(80); // without a place to break

// free are the keys under which hubd sends what a person, a maker or the machine has named.
const free = {
  version, name: long, hub: long, lamp: long, says: long, scene: long, scenes: [long, `${long}o`], why: long, practice: long, practices: [long], step: long,
  source: long, reason: long, bus: long, error: long, locked: long, text: long, settings: long, history: long,
};

// lengthen makes every free text long as the page reads it, whatever the hub under it says.
function lengthen(free) {
  const parse = JSON.parse;
  JSON.parse = (text) => parse(text, (key, v) => {
    if (key === "faults" && Array.isArray(v)) return [{ source: free.source, reason: free.reason }];
    const other = free[key];
    if (other === undefined || typeof v === "boolean" || typeof v === "number") return v;
    return Array.isArray(other) ? (Array.isArray(v) ? other : v) : v !== null && typeof v === "object" ? v : other;
  });
}

// beyond gives what stands, in whole or in part, beside the screen: every visible text, and everything that is touched.
function beyond(width) {
  const out = [];
  const look = (what, boxes) => {
    for (const b of boxes) if (b.width > 0 && (b.left < -0.5 || b.right > width + 0.5)) return out.push(`${what} ${Math.round(b.left)} to ${Math.round(b.right)}`);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const el = texts.currentNode.parentElement;
    if (!el.checkVisibility() || el.closest(".skip, select, script, noscript")) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    look(`${el.tagName} ${el.className} ${el.textContent.slice(0, 20)}`, range.getClientRects());
  }
  for (const el of document.querySelectorAll("button, a, input, select, textarea, canvas, section, fieldset")) {
    if (el.checkVisibility() && !el.matches(".skip")) look(`${el.tagName} ${el.className}`, [el.getBoundingClientRect()]);
  }
  if (innerWidth !== width || document.documentElement.scrollWidth > width) out.push(`the page is ${document.documentElement.scrollWidth} wide, seen at ${innerWidth}`);
  return [...new Set(out)].slice(0, 5);
}

// broken gives the words of hubd's own that go on in another line without need.
function broken() {
  const out = [];
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (!node.parentElement.checkVisibility() || node.parentElement.closest("select")) continue;
    for (const word of node.data.matchAll(/\p{L}+/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((b) => Math.round(b.top))).size > 1) out.push(word[0]);
    }
  }
  return out.slice(0, 5);
}

async function holds(v, { width, height }, where) {
  const wide = await v.page.evaluate(beyond, width);
  check(`${where}: nothing is wider than the screen`, wide.length === 0, wide.join("; "));
  const cut = await v.page.evaluate(([width, height]) => [...document.querySelectorAll(".pause, .menu-button")].filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect())
    .filter((b) => b.left < 0 || b.top < 0 || b.right > width || b.bottom > height).map((b) => JSON.stringify(b)), [width, height]);
  check(`${where}: Pause and Menu are on the screen, whole`, cut.length === 0, cut.join("; "));
}

// views opens everything that a view can unfold, and looks.
async function views(v, size, name, list, whole) {
  for (const view of list) {
    await v.to(view);
    await sleep(view === "setup" ? 2500 : 1000);
    await v.page.evaluate(() => { for (const d of document.querySelectorAll("details")) d.open = true; });
    await holds(v, size, `${name}: ${view}`);
    if (!whole) continue;
    const words = await v.page.evaluate(broken);
    check(`${name}: ${view}: no word is broken`, words.length === 0, words.join(", "));
  }
}

export async function wide(browser, d) {
  const list = ["session", "me", "setup", "seen", "room", "system"];
  const packaged = { ...sizes.phone, viewport: { width: 420, height: 850 } };
  for (const [name, options, texts] of [["usual texts, small", small, {}], ["a package's version", packaged, { version }], ["long texts, small", small, free], ["long texts, phone", packaged, free]]) {
    const v = await Visit.open(browser, d.url, options, d.tokens.a, (context) => context.addInitScript(lengthen, texts));
    await holds(v, options.viewport, `${name}: the first screen`);
    await v.enter();
    if (texts === free) {
      await v.page.route("**/api/command/room/scene", (asked) => asked.fulfill({ status: 409, body: '{"error":"no"}' }));
      await v.page.route("**/api/history", (asked) => asked.fulfill({ body: '{"locked":"sealed"}' }));
    }
    await views(v, options.viewport, name, list, Object.keys(texts).length === 0);
    if (texts === free) {
      await v.to("room");
      await v.page.click(".room summary");
      await v.page.click(".practices button:nth-child(2)");
      await holds(v, options.viewport, `${name}: what was refused`);
      await v.page.tap(".menu-button");
      await holds(v, options.viewport, `${name}: the menu`);
    }
    await v.close();
  }
  const v = await Visit.open(browser, d.url, small, undefined, (context) => context.addInitScript(lengthen, free));
  await v.page.fill(".token", "wrong");
  await v.page.click(".first .main");
  await v.page.waitForSelector(".first .note:not(:empty)");
  await holds(v, small.viewport, "long texts: a wrong token");
  await v.close();
}
