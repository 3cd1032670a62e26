// Many tabs of one browser, and the page as the home network reaches it: over plain http, under an address that no browser trusts.
import os from "node:os";
import { Visit, check, freePort, sizes, sleep, until } from "./rig.mjs";

const viewers = async (d) => (await (await d.get("a", "/api/system")).json()).page.viewers.find((v) => v.wearer === "a").pages;

// hide lets a page's tab lie behind others, or come to the front: in a browser without a screen every tab is in front.
const hide = (page, on) => page.evaluate((on) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => on });
  document.dispatchEvent(new Event("visibilitychange"));
}, on);

// tabs: a browser has six connections to one place for all its tabs.
export async function tabs(browser, d) {
  const v = await Visit.open(browser, d.url, sizes.desk, d.tokens.a);
  await v.enter();
  const all = [v.page];
  for (let i = 0; i < 7; i++) {
    await hide(all.at(-1), true);
    const page = await v.context.newPage();
    page.on("console", (m) => m.type() === "error" && v.said.push(m.text()));
    await page.goto(`${d.url}/#me`);
    all.push(page);
    await page.waitForSelector(".first .main, .session, .me");
  }
  check("of eight tabs the one in front alone is told anything", await until("", async () => (await viewers(d)) === 1, 10), `${await viewers(d)} streams`);
  const front = all.at(-1);
  const t0 = Date.now();
  await front.click(".pause");
  await front.waitForSelector(".pause.is-off", { timeout: 10_000 }).catch(() => {});
  check("and Pause is not kept waiting by the others", (await front.locator(".pause.is-off").count()) === 1, `${Date.now() - t0} ms`);
  check("a tab that lies behind shows nothing of before", !/\d/.test(await v.page.innerText("main")));
  await hide(front, true);
  await hide(v.page, false);
  check("the first is told again when it comes to the front", await until("", async () => (await v.page.locator(".lost[hidden]").count()) === 1 && (await v.page.locator(".off:not([hidden])").count()) === 1, 10));
  await v.page.click('.off button:has-text("Sense me")');
  await v.page.evaluate(() => { location.hash = "me"; });
  await v.page.click("button:has-text('Forget this browser')");
  await until("the first screen", async () => (await v.page.locator(".first").count()) === 1, 5);
  await hide(front, false);
  check("forgotten in one tab, it is in all", await until("", async () => (await front.locator(".first .token").count()) === 1, 10));
  await hide(v.page, true);
  await front.fill(".first .token", d.tokens.a);
  await front.press(".first .token", "Enter");
  await front.waitForSelector(".me, .session");
  await front.evaluate(() => { location.hash = "me"; });
  await until("a's page", async () => (await front.locator(".me").count()) === 1, 5);
  const field = () => front.locator("details label:has-text('Your id') ~ p").innerText({ timeout: 5000 }).catch(() => "");
  await hide(front, true);
  await v.page.evaluate((token) => fetch("/login", { method: "POST", body: token }), d.tokens.b);
  await hide(front, false);
  await front.click("summary:has-text('Erase everything')");
  check("another wearer comes in, in another tab: nothing of the first stays in any", await until("", async () => (await field()).includes("Type b"), 10), await field());
  check("tabs: nothing on the console", v.said.length === 0, v.said.join(" | "));
  await v.close();
}

// homeAddress is an address of this machine that a home network could have.
function homeAddress() {
  const all = Object.values(os.networkInterfaces()).flat().filter((a) => !a.internal).map((a) => a.address);
  return all.find((a) => /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|fd)/.test(a));
}

// certificateOnce opens the page with a certificate, and later without: one browser has to come in both ways.
async function certificateOnce(browser, d, at) {
  const opened = (...how) => /#([a-z2-7]{26})/.exec(d.ask("page", "open", "--wearer", "a", "--listen", at, ...how))[1];
  const v = await Visit.open(browser, `https://${at}`, { ...sizes.phone, ignoreHTTPSErrors: true }, opened("--certificate"));
  await v.enter("me");
  check("with a certificate of hubd's own: in, and nothing on the console", v.said.length === 0, v.said.join(" | "));
  const token = opened();
  await v.page.goto("about:blank");
  await v.page.goto(`http://${at}/#${token}`);
  await v.page.waitForSelector(".first, .session");
  const cookies = (await v.context.cookies()).map((c) => `${c.name}${c.secure ? " (secure)" : ""}`);
  check("and later over plain http the same browser comes in too", await until("", async () => (await v.page.evaluate(() => fetch("/api/me").then((r) => r.status))) === 200, 5), cookies.join(", "));
  await v.close();
}

// plainHome looks at the console where the page comes over plain http from another machine's address.
export async function plainHome(browser, d) {
  const address = homeAddress();
  if (!address) return console.log("--     the home network not tried: this machine has no address there");
  const at = `${address.includes(":") ? `[${address}]` : address}:${await freePort()}`;
  await certificateOnce(browser, d, at);
  const url = `http://${at}`;
  const stranger = await Visit.open(browser, url, sizes.phone);
  await sleep(500);
  check("over plain http, before any login: nothing on the console", stranger.said.length === 0, stranger.said.join(" | "));
  await stranger.close();
  const v = await Visit.open(browser, url, sizes.phone, d.token("a"));
  await v.enter("setup");
  await sleep(1500);
  check("over plain http, in: nothing on the console", v.said.length === 0, v.said.join(" | "));
  await v.close();
}
