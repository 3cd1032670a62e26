// Checks the page in Chromium against a running hubd. See test-page.sh.
import fs from "node:fs";
import path from "node:path";
import { Daemon, Visit, check, failures, freePort, launch, place, sizes, sleep, small, until } from "./rig.mjs";
import { figures } from "./figures.mjs";
import { rude } from "./rude.mjs";
import { pictures } from "./pictures.mjs";
import { breath } from "./breath.mjs";
import { plainHome, tabs } from "./tabs.mjs";
import { wide } from "./wide.mjs";

const views = ["session", "me", "setup", "seen", "room", "system"];

async function everyView(browser, d) {
  for (const [size, options] of Object.entries(sizes)) {
    const v = await Visit.open(browser, d.url, options, d.tokens.a);
    check(`${size}: the first screen, axe-core`, (await v.violations()).length === 0, (await v.violations()).join(", "));
    await v.enter();
    for (const view of views) {
      await v.to(view);
      await sleep(view === "setup" ? 2500 : 700);
      const found = await v.violations();
      check(`${size}: ${view}, axe-core`, found.length === 0, found.join(", "));
      const wide = await v.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(`${size}: ${view} fits the width`, wide <= 0, wide > 0 ? `${wide} px too wide` : "");
      const pause = await v.page.locator(".pause").boundingBox();
      const inside = pause && pause.y >= 0 && pause.y + pause.height <= options.viewport.height && pause.width > 150 && pause.height > 60;
      check(`${size}: ${view}, Pause is on the screen`, inside);
    }
    check(`${size}: nothing on the console`, v.said.length === 0, v.said.join(" | "));
    check(`${size}: nothing asked of a third party`, v.asked.every((u) => u.startsWith(d.url) || u.startsWith("blob:")));
    await v.close();
  }
}

// aboveThePause looks whether the way in stands whole above the pause button, without a scroll.
async function aboveThePause(browser, d) {
  for (const [name, options] of Object.entries({ small, ...sizes })) {
    for (const token of [undefined, d.tokens.a]) {
      const v = await Visit.open(browser, d.url, options, token);
      const low = await v.page.evaluate(() => {
        const bar = document.querySelector(".pause").getBoundingClientRect().top;
        return [...document.querySelectorAll(".first input, .first .main")].map((e) => Math.round(e.getBoundingClientRect().bottom - bar));
      });
      check(`${name}: ${token ? "the way on" : "the login"} stands above Pause`, low.length === (token ? 1 : 2) && Math.max(...low) <= 0, `${low.join(", ")} px`);
      if (!token && name === "small") {
        await v.page.fill(".token", "wrong");
        await v.page.click(".first .main");
        await until("a wrong token is told", async () => (await v.page.innerText(".first .note")).includes("not known"), 5);
        const note = await v.page.evaluate(() => document.querySelector(".pause").getBoundingClientRect().top - document.querySelector(".first .note").getBoundingClientRect().bottom);
        check("small: and so does what is told of a wrong token", note >= 0, `${note.toFixed(0)} px`);
      }
      await v.close();
    }
  }
}

async function strangers(browser, d) {
  const v = await Visit.open(browser, d.url, sizes.phone);
  const text = await v.page.innerText("main");
  await sleep(300);
  check("without a token: nothing on the console", v.said.length === 0, v.said.join(" | "));
  check("without a token: the first screen says what hubd cannot tell", text.includes("hubd cannot tell whether someone wants this. Only they can."));
  await v.page.fill(".token", "wrong wrong wrong");
  await v.page.click(".first .main");
  check("a wrong token is told", await until("", async () => (await v.page.innerText(".first .note")).includes("not known"), 5));
  check("axe-core after that", (await v.violations()).length === 0, (await v.violations()).join(", "));
  await v.page.fill(".token", ` ${d.tokens.b.toUpperCase()} `);
  await v.page.press(".token", "Enter");
  check("a typed token opens", await until("", async () => (await v.page.locator(".session").count()) === 1, 5));
  await v.close();
  const old = await Visit.open(browser, d.url, small, "a".repeat(26));
  check("a link that no longer holds says so", await until("", async () => (await old.page.innerText(".first .note")).includes("not known"), 5));
  await old.close();
}

// byTouch starts, pauses with one touch in every view, and goes on.
async function byTouch(browser, d) {
  const v = await Visit.open(browser, d.url, sizes.phone, d.tokens.a);
  await v.enter();
  await v.page.tap('.kind:has-text("Together")');
  await until("the session runs", async () => (await v.page.innerText("h1")).includes("Together"));
  const slow = [];
  for (const view of views) {
    await v.to(view);
    const t0 = Date.now();
    await v.page.tap(".pause");
    await v.page.waitForSelector(".pause.is-off");
    slow.push(Date.now() - t0);
    const s = JSON.parse(await (await d.get("a", "/api/me")).text());
    check(`${view}: a touch on Pause, and the page says that sensing is off`, s.wearer === "a" && (await v.page.innerText(".pause")).includes("Sensing is off"), `${slow.at(-1)} ms`);
    await v.page.tap(".pause");
    await sleep(150);
    check(`${view}: a second touch resumes nothing`, (await v.page.locator(".pause.is-off").count()) === 1);
    await v.page.tap('.off button:has-text("Sense me")');
    await until("sensing is on again", async () => (await v.page.locator(".pause.is-off").count()) === 0, 5);
  }
  await v.page.focus(".pause");
  await v.page.keyboard.press("Enter");
  check("Pause by keyboard", await until("", async () => (await v.page.locator(".pause.is-off").count()) === 1, 3));
  await v.page.tap('.off button:has-text("Sense me")');
  await until("sensing is on again", async () => (await v.page.locator(".pause.is-off").count()) === 0, 5);
  await v.close();
}

// inStep compares the shape with the room's own breath, by the daemon's clock.
async function inStep(browser, d, options, name) {
  const v = await Visit.open(browser, d.url, { ...sizes.phone, ...options }, d.tokens.a);
  await v.enter();
  await v.page.click("summary:has-text('Follow a practice')");
  await v.page.click("button.practice:has-text('Slow breath')");
  await v.page.waitForSelector(".pacer:not([hidden])");
  await sleep(1500);
  const apart = await v.page.evaluate(async () => {
    const { breath } = await import("/pacer.js");
    const stream = new EventSource("/api/live");
    const pace = await new Promise((done) => { stream.onmessage = (e) => { const r = JSON.parse(e.data); if (r.type === "room" && r.pace) done(r.pace); }; });
    stream.close();
    const el = document.querySelector(".pacer");
    const out = [];
    for (let i = 0; i < 200 && out.length < 60; i++) {
      await new Promise((done) => requestAnimationFrame(done));
      const t0 = performance.now();
      const shown = Number(el.dataset.full);
      const now = (await (await fetch("/api/clock")).json()).now_s;
      const t1 = performance.now();
      if (t1 - t0 > 40) continue; // on a busy machine nobody knows at what moment within it that was
      const at = now - (t1 - t0) / 2000;
      // The least shift in time that makes the shape what it should be.
      let best = 1;
      for (let s = -0.5; s <= 0.5; s += 0.005) if (Math.abs(breath(pace, at + s).full - shown) < 0.004) best = Math.min(best, Math.abs(s));
      if (shown > 0.05 && shown < 0.95) out.push(best * 1000);
      await new Promise((done) => setTimeout(done, 50));
    }
    return out.sort((a, b) => a - b);
  });
  check(`${name}: the shape breathes with the room`, apart.length > 10 && apart[Math.floor(apart.length * 0.95)] <= 60, `p95 ${apart[Math.floor(apart.length * 0.95)]?.toFixed(0)} ms apart, ${apart.length} looks`);
  const moves = await v.page.evaluate(async () => {
    const seen = new Set();
    for (let i = 0; i < 20; i++) { seen.add(document.querySelector(".pacer-shape").style.transform); await new Promise((done) => setTimeout(done, 60)); }
    return seen.size;
  });
  const still = options.reducedMotion === "reduce";
  check(`${name}: ${still ? "it does not move" : "it moves"}`, still ? moves === 1 : moves > 5, `${moves} sizes seen`);
  await v.page.click("button:has-text('Stop the practice')");
  check(`${name}: nothing on the console`, v.said.length === 0, v.said.join(" | "));
  await v.close();
}

async function checkIn(browser, d) {
  const v = await Visit.open(browser, d.url, small, d.tokens.a);
  await v.enter();
  await v.page.evaluate(() => scrollTo(0, 10_000));
  await v.page.tap("button:has-text('Ask how it is')");
  await v.page.waitForSelector(".ask:not([hidden])");
  const answers = await v.page.locator(".answers button").allInnerTexts();
  const places = await v.page.evaluate(() => [".ask h2", ".answer:last-child", ".pause"].map((q) => document.querySelector(q).getBoundingClientRect()).map((b) => [b.top, b.bottom]));
  check("the question and its answers stand above Pause, on the smallest phone too", places[0][0] >= 0 && places[1][1] <= places[2][0], JSON.stringify(places.flat().map(Math.round)));
  check("a check-in has five answers", answers.length === 5, answers.join(", "));
  check("axe-core on the check-in", (await v.violations()).length === 0, (await v.violations()).join(", "));
  const numbers = /\d/.test(await v.page.innerText("main"));
  check("no number stands in the session", !numbers);
  await v.page.tap("button.answer:has-text('Fine for now')");
  check("an answer ends the question", await until("", async () => (await v.page.locator(".ask[hidden]").count()) === 1, 5));
  await v.close();
}

// shares looks at what each of two wearers sees of the other.
async function shares(browser, d) {
  for (const id of ["a", "b"]) await fetch(`${d.url}/api/command/${id}/start_session`, { method: "POST", body: "together", headers: { Authorization: `Bearer ${d.tokens[id]}` } });
  const a = await Visit.open(browser, d.url, sizes.phone, d.tokens.a);
  const b = await Visit.open(browser, d.url, sizes.phone, d.tokens.b);
  for (const v of [a, b]) await v.enter("room");
  const row = async (v, name) => (await v.page.locator(".rows li", { hasText: name }).allInnerTexts()).join(" ");
  check("b, to whom a shares everything, sees a's heart rate", await until("", async () => /heart rate \d/.test(await row(b, "Ada")), 40), await row(b, "Ada"));
  check("a, to whom b shares a word, sees no number of b", !/\d/.test(await row(a, "Bo")) && (await row(a, "Bo")).includes("sensed"), await row(a, "Bo"));
  await fetch(`${d.url}/api/command/a/share`, { method: "POST", body: "none", headers: { Authorization: `Bearer ${d.tokens.b}` } });
  check("lowered to none, by the other even, a is nothing but sensed", await until("", async () => (await row(b, "Ada")).trim().endsWith("sensed"), 5), await row(b, "Ada"));
  await a.to("me");
  check("a's own page still has a's own heart rate", await until("", async () => /\d\d/.test(await a.page.locator(".figure .value").first().innerText()), 20));
  await a.to("seen");
  await until("the ways out are told", async () => (await a.page.locator(".way").count()) > 4, 5);
  const seen = await a.page.innerText(".ways");
  check("Who can see me says so", seen.includes("whether your sensing is on, nothing else") && seen.includes("Bo, on their own page"));
  await fetch(`${d.url}/api/command/a/share`, { method: "POST", body: "full", headers: { Authorization: `Bearer ${d.tokens.a}` } });
  await a.close();
  await b.close();
}

async function keeping(browser, d) {
  const v = await Visit.open(browser, d.url, sizes.desk, d.tokens.a);
  const night = { time: "2026-11-27T06:10:00Z", run: null, since_s: null, worn_s: 27_300, usable_s: 24_000, lowest_bpm: 51.4, median_bpm: 57.6, rmssd_ms: null, breathing_per_min: 13.2, restless_periods: 6 };
  await v.page.route("**/api/kept/a/mornings?*", (asked) => asked.fulfill({ body: `{"next":""}\n${JSON.stringify(night)}\n` })); // one takes a night
  await v.enter("me");
  const account = () => v.page.locator("section:has(h2:text-is('The last night')) dd").allInnerTexts();
  check("the last night is told, and what was not known in it is a dash", await until("", async () => (await account()).slice(1).join(", ") === "7 h 35 min, 6 h 40 min, 51 per minute, 58 per minute, –, 13 per minute, 6", 5), (await account()).join(", "));
  await v.page.fill("textarea", "A quiet evening.");
  await v.page.click("button:has-text('Keep the note')");
  check("a note is kept and shown", await until("", async () => (await v.page.locator(".rows .text").allInnerTexts()).includes("A quiet evening."), 5));
  await v.page.click("summary:has-text('With tags')");
  const put = (label, text) => v.page.getByLabel(label, { exact: true }).fill(text);
  await put("Where in the body", "chest, , jaw ");
  await put("What helped", "humming");
  await v.page.click("button:has-text('Keep the note')");
  check("tags are kept and shown", await until("", async () => (await v.page.locator(".rows .text").allInnerTexts()).includes("In the body: chest\nIn the body: jaw\nHelped: humming"), 5));
  await v.page.click("summary:has-text('With a result')");
  await put("What was measured", "oxytocin");
  await put("Value", "12,3");
  await v.page.click("button:has-text('Keep the note')");
  check("a result without a unit is refused, in words", await until("", async () => (await v.page.innerText("main")).includes("the result oxytocin has no unit"), 5));
  await put("Unit", "pg/ml");
  await put("How", "saliva");
  await v.page.click("button:has-text('Keep the note')");
  check("a result is kept and shown", await until("", async () => (await v.page.locator(".rows .text").allInnerTexts()).includes("oxytocin 12.3 pg/ml (saliva)"), 5));
  const remove = async () => {
    await v.page.locator("button:has-text('Remove')").first().click();
    await v.page.click("button:has-text('Remove it for good')");
  };
  await remove();
  const save = async (link) => {
    const [saved] = await Promise.all([v.page.waitForEvent("download"), link.click()]);
    return { name: saved.suggestedFilename(), text: fs.readFileSync(await saved.path(), "latin1") };
  };
  const link = v.page.locator("a:has-text('Save the file')");
  const all = JSON.parse((await save(link)).text);
  check("everything kept comes as one file", all.wearer === "a" && all.notes.some((n) => n.text === "A quiet evening."), Object.keys(all).join(" "));
  await v.page.selectOption("select:has(option[value='journal'])", "journal");
  const table = await save(link);
  check("a table comes as CSV", table.name === "hubd-a-journal.csv" && table.text.startsWith("time,note,kind") && table.text.includes("A quiet evening."), table.name);
  await v.page.locator("input[type=date]").first().fill("2001-01-01");
  await v.page.locator("input[type=date]").nth(1).fill("2001-01-31");
  const none = await save(link);
  check("of the days that are asked for alone", none.text.trim().split("\n").length === 1, none.text.trim());
  await v.page.selectOption("select:has(option[value='journal'])", "rr");
  const empty = await save(link);
  check("an empty file has its name", empty.name === "hubd-a-rr.txt" && empty.text === "", empty.name);
  await v.page.locator("input[type=date]").first().fill("2001-02-01");
  check("days the wrong way round are told, and lead nowhere", (await v.page.innerText("main")).includes("first day comes after the last") && (await link.isHidden()));
  await v.page.locator("input[type=date]").first().fill("2001-01-01");
  const edf = await save(v.page.locator("li:has-text('evening.csv') a"));
  check("a recording comes as EDF+", edf.name === "hubd-a-evening.edf" && edf.text.slice(0, 300).includes("EDF+C"), edf.name);
  await v.page.click("button:has-text('What a report')");
  check("what a report of the week would hold is told, or why there is none", await until("", async () => /It will hold|nothing is kept/.test(await v.page.innerText(".lines")), 10));
  for (const left of [1, 0]) {
    await remove();
    check("a note is taken back, with a second touch", await until("", async () => (await v.page.locator(".rows .text").count()) === left, 5), `${left} left`);
  }
  const wrong = v.said.filter((s) => !/409 \(Conflict\)/.test(s)); // what was refused above
  check("nothing on the console", wrong.length === 0, wrong.join(" | "));
  await v.close();
}

// erasing keeps more notes than one answer of hubd's holds, and erases everything.
async function erasing(browser, d) {
  const rude = "<b>x</b><img src=x onerror=\"document.title='rude'\">\u202Egnineve teiuq A\u2066";
  await fetch(`${d.url}/api/journal/a`, { method: "POST", body: JSON.stringify({ text: rude }), headers: { Authorization: `Bearer ${d.tokens.a}` } });
  for (let i = 0; i < 130; i++) await fetch(`${d.url}/api/journal/a`, { method: "POST", body: JSON.stringify({ text: `Note ${i}.` }), headers: { Authorization: `Bearer ${d.tokens.a}` } });
  const v = await Visit.open(browser, d.url, sizes.desk, d.tokens.a);
  await v.enter("me");
  const notes = v.page.locator(".rows .text");
  check("all notes of the last days are shown, the newest among them", await until("", async () => (await notes.count()) >= 130 && (await notes.allInnerTexts()).includes("Note 129."), 10), `${await notes.count()}`);
  check("what somebody wrote is text", (await notes.allTextContents()).includes(rude) && (await v.page.title()) !== "rude" && (await v.page.locator(".rows img, .rows b").count()) === 0);
  await v.page.click("summary:has-text('Erase everything')");
  await v.page.getByLabel("Your id").fill("a");
  await v.page.click(".button.stop");
  check("erased, the page says so", await until("", async () => (await v.page.innerText(".panel details .note")).startsWith("Erased."), 30), await v.page.innerText(".panel details .note"));
  check("and shows nothing of it any more", await until("", async () => (await notes.count()) === 0 && (await v.page.locator("li:has-text('evening.csv')").count()) === 0, 10));
  check("nothing on the console", v.said.length === 0, v.said.join(" | "));
  await v.close();
}

// board measures the skin-conductance board as a person with two resistors does. Across simulated electrodes lies what is typed.
async function board(browser, d) {
  await fetch(`${d.url}/api/command/b/resume`, { method: "POST", body: "PRESS", headers: { Authorization: `Bearer ${d.tokens.b}` } });
  const v = await Visit.open(browser, d.url, sizes.phone, d.tokens.b);
  await v.enter("setup");
  await until("the sensors are read", async () => (await v.page.innerText(".sensors")).includes("It sits well"), 20);
  const button = (text) => v.page.locator(`.board button:has-text("${text}")`);
  const step = async (text) => until(`the step: ${text}`, async () => (await v.page.innerText(".board .advice")).includes(text), 15);
  await v.page.click(".board summary");
  await button("Read it").click();
  check("a board is read, and how far it is shows", await until("", async () => Number(await v.page.locator(".board progress").getAttribute("value")) > 0.5, 8));
  check("what is not read meanwhile is no fault", await until("", async () => (await v.page.locator(".quality").allInnerTexts()).every((t) => t === "Not read now"), 5));
  await step("a known resistor");
  check("axe-core on a calibration", (await v.violations()).length === 0, (await v.violations()).join(", "));
  await v.page.fill(".board input", "a big one");
  await button("Read it").click();
  check("a resistor that is none is told", await until("", async () => (await v.page.innerText(".board .note")).includes("no resistor of use"), 5));
  await v.page.fill(".board input", "100k");
  await button("Read it").click();
  await sleep(700);
  await button("Stop").click();
  check("a reading can be stopped, and the bus is free at once", (await v.page.innerText(".board .note")).includes("Stopped"));
  await button("Read it").click();
  await step("a known resistor");
  await v.page.fill(".board input", "100k");
  await button("Read it").click();
  await step("Put another one");
  await v.page.fill(".board input", "1M");
  await button("Read it").click();
  await step("the level is true from now on");
  check("a calibration is stored, and says how well the resistors agree", /agree within \d\.\d %/.test(await v.page.innerText(".board .advice")));
  check("as hubd calibrate eda would", await until("", async () => d.stored().wearers[1]?.skin_scale > 0, 5), `scale ${d.stored().wearers[1]?.skin_scale}`);
  check("nothing on the console", v.said.length === 0, v.said.join(" | "));
  await v.close();
}

// sparing asks for less on Me, while a session runs, and takes it back.
async function sparing(browser, d) {
  const v = await Visit.open(browser, d.url, sizes.phone, d.tokens.a);
  await v.enter("me");
  const box = (text) => v.page.locator(`.choice label:has-text("${text}") input`);
  const spares = async () => d.stored().wearers[0]?.comfort ?? null;
  await until("the settings are told", async () => (await v.page.locator(".choice input[type=radio]:checked").count()) > 0, 5);
  await box("A voice").check();
  await box("Everything but one steady").check();
  await v.page.selectOption("select:has(option[value='20'])", "20");
  check("what is to be spared is stored, and stands there", await until("", async () => { const c = await spares(); return c?.steady && c.never.join() === "voice" && c.light_floor === 20; }, 5), JSON.stringify(await spares()));
  await v.to("room");
  await v.to("me");
  check("and is there again after another view", await until("", async () => (await box("A voice").isChecked()) && (await box("Everything but one steady").isChecked()), 5));
  await v.page.focus("input[type=range]");
  await v.page.keyboard.press("ArrowLeft");
  const ceiling = async () => (await v.page.locator("output").first().innerText());
  check("the night is made darker by a key", await until("", async () => (await ceiling()) === "14 %", 5), await ceiling());
  await v.page.keyboard.press("ArrowRight");
  for (const text of ["A voice", "Everything but one steady"]) await box(text).uncheck();
  await v.page.selectOption("select:has(option[value='20'])", "3");
  check("and all of it is taken back", await until("", async () => (await spares()) === null, 5), JSON.stringify(await spares()));
  await fetch(`${d.url}/api/command/a/comfort`, { method: "POST", body: "steady", headers: { Authorization: `Bearer ${d.tokens.b}` } });
  check("another cannot say what to spare", (await spares()) === null);
  await ownWishStays(v, d, box);
  check("nothing on the console", v.said.length === 0, v.said.join(" | "));
  await v.close();
}

// ownWishStays lets the page believe that the config spares a voice, as the wearer once asked: touching something else must not take that back.
async function ownWishStays(v, d, box) {
  const post = (payload) => fetch(`${d.url}/api/command/a/comfort`, { method: "POST", body: payload, headers: { Authorization: `Bearer ${d.tokens.a}` } });
  await post("voice light_floor=10");
  await v.page.route("**/login", async (route) => {
    const me = await (await route.fetch()).json();
    await route.fulfill({ json: { ...me, comfort: { ...me.comfort, never: ["voice"], light_floor: 20 } } });
  });
  await v.page.reload();
  await v.page.waitForSelector(".me");
  await until("what is spared is told", async () => (await v.page.locator(".choice input[type=radio]:checked").count()) > 0, 5);
  await box("Rain").check();
  const now = () => d.stored().wearers[0]?.comfort ?? null;
  check("an own wish that the config spares too stays the wearer's", await until("", async () => { const c = now(); return c?.never.includes("rain") && c.never.includes("voice") && c.light_floor === 10; }, 5), JSON.stringify(now()));
  await v.page.unroute("**/login");
  await post("none");
}

// preview looks at a scene while nobody is in a session, and has no way back any more once somebody is.
async function preview(browser, d) {
  const post = (wearer, where, body) => fetch(`${d.url}/api/command/${where}`, { method: "POST", body, headers: { Authorization: `Bearer ${d.tokens[wearer]}` } });
  for (let i = 0; i < 2; i++) await post("a", "room/end_session", "PRESS");
  const v = await Visit.open(browser, d.url, sizes.desk, d.tokens.a);
  await v.enter("me");
  const back = v.page.locator("button:has-text('Back to how it was')");
  await v.page.click("button:has-text('Show it')");
  check("a scene that is looked at has a way back", await until("", async () => back.isVisible(), 5));
  await post("b", "b/start_session", "alone");
  check("and none once somebody has begun a session", await until("", async () => !(await back.isVisible()), 5));
  for (let i = 0; i < 2; i++) await post("b", "room/end_session", "PRESS");
  await v.page.click("button:has-text('Show it')");
  await until("the way back", async () => back.isVisible(), 5);
  await back.click();
  check("the way back ends what was looked at", await until("", async () => !(await back.isVisible()), 5));
  check("nothing on the console", v.said.length === 0, v.said.join(" | "));
  await v.close();
}

// silence stops hubd in the middle of a stream, as a Wi-Fi that goes does: nothing ends, and nothing comes any more.
async function silence(browser, d) {
  const v = await Visit.open(browser, d.url, sizes.phone, d.tokens.a);
  await v.enter("room");
  await fetch(`${d.url}/api/command/room/pause`, { method: "POST" });
  await sleep(14_000);
  check("a paused hub that says nothing new is there all the same", (await v.page.locator(".lost[hidden]").count()) === 1);
  d.process.kill("SIGSTOP");
  check("a hub that is silent is away, and nothing of before stands there", await until("", async () => (await v.page.locator(".lost:not([hidden])").count()) === 1, 20));
  await v.page.tap(".pause");
  check("and a pause that is not heard is told within four seconds", await until("", async () => (await v.page.innerText(".pause-note")).includes("not reached"), 4));
  d.process.kill("SIGCONT");
  check("it comes back by itself", await until("", async () => (await v.page.locator(".lost[hidden]").count()) === 1, 20));
  await v.close();
}

// standing is what the views told of now, and stands there.
const standing = {
  system: ".system .rows li, .facts-list dd", room: ".room .rows li, .facts-list dd", seen: ".way",
  setup: ".setup > .panel :is(.advice:not(:empty), .facts:not(:empty, [hidden]), progress:not([hidden]))",
};

// away looks at every view that tells how things stand while hubd is not there.
async function away(browser, d) {
  await fetch(`${d.url}/api/command/room/pause`, { method: "POST" });
  const v = await Visit.open(browser, d.url, sizes.phone, d.tokens.a);
  await v.enter();
  for (const [view, what] of Object.entries(standing)) {
    await v.to(view);
    const told = () => until(`${view} tells how things stand`, async () => (await v.page.locator(what).count()) > 0, 20);
    await told();
    if (view === "system") {
      const says = await v.page.locator(".system .panel:has(h2:text-is('Sensors’ chips')) .says").allInnerTexts();
      check("while nobody is sensed the page calls no chip answering", says.length === 2 && says.every((s) => s === "not asked now"), says.join(" | "));
    }
    await d.stop();
    await until("the page notices", async () => (await v.page.locator(".lost:not([hidden])").count()) === 1, 10);
    await sleep(300);
    const left = await v.page.locator(what).allTextContents();
    check(`while hubd is away nothing of before stands in ${view}`, left.length === 0, left.join(" | "));
    await d.start();
    check("and when it is back it does", await told());
  }
  await v.close();
}

async function restart(browser, d) {
  const v = await Visit.open(browser, d.url, sizes.phone, d.tokens.a);
  await v.enter("me");
  await d.stop();
  check("while hubd is away the page says so, and shows no old value", await until("", async () => (await v.page.locator(".lost:not([hidden])").count()) === 1 && (await v.page.locator(".figure .value").first().innerText()) === "–", 10));
  await v.page.tap(".pause");
  check("a pause that is not heard is told", await until("", async () => (await v.page.innerText(".pause-note")).includes("not reached"), 10));
  await d.start();
  check("it comes back by itself, without a new login, and the pause is heard", await until("", async () => (await v.page.locator(".lost[hidden]").count()) === 1 && (await v.page.locator(".pause.is-off").count()) === 1, 20));
  const wrong = v.said.filter((s) => !/Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|net::ERR/.test(s));
  check("nothing on the console but that the network was away", wrong.length === 0, wrong.join(" | "));
  execClose(d);
  check("closed over the socket, the page asks for a token again", await until("", async () => (await v.page.locator(".first").count()) === 1, 10));
  await v.close();
}

function execClose(d) {
  d.ask("page", "close");
}

// recorded puts a recording where hubd record leaves a's.
function recorded(d) {
  const folder = path.join(path.dirname(d.settings), "captures", "a");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "evening.csv"), ["t_s,ppg", ...Array.from({ length: 500 }, (_, i) => `${(i / 50).toFixed(3)},${Math.sin(i / 8).toFixed(4)}`)].join("\n") + "\n");
}

const browser = await launch();
const d = new Daemon(await freePort(), { a: "full", b: "state" });
try {
  recorded(d);
  await d.start();
  for (const id of ["a", "b"]) d.token(id);
  const parts = {
    aboveThePause, strangers, byTouch, checkIn,
    inStep: () => inStep(browser, d, {}, "a practice"),
    inStepStill: () => inStep(browser, d, { reducedMotion: "reduce" }, "with reduced motion"),
    breath, everyView, wide, shares, keeping, board, sparing, preview, tabs, plainHome, figures, rude, silence, away, erasing, restart,
  };
  const only = (process.env.HUBD_PAGE_ONLY ?? "").split(",").filter(Boolean);
  for (const [name, part] of Object.entries(parts)) if (only.length === 0 || only.includes(name)) await part(browser, d);
  if (process.argv.includes("--picture")) await pictures(browser);
} finally {
  await browser.close();
  if (d.process.exitCode === null) await d.stop();
  const odd = d.said().split("\n").filter((l) => /level=(ERROR|WARN)/.test(l) && !/wrong tokens|simulated chips|plain http|start_from|private/.test(l));
  if (odd.length > 0) console.log(odd.slice(0, 20).join("\n"));
  fs.rmSync(place, { recursive: true, force: true });
}
console.log(failures() === 0 ? "the page: every check holds" : `the page: ${failures()} checks failed`);
process.exit(failures() === 0 ? 0 : 1);
