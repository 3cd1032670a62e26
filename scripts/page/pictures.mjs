// The pictures of docs/pictures, from a simulated evening.
import { spawn } from "node:child_process";
import { hubd, freePort, sizes, sleep, Visit } from "./rig.mjs";

const at = (name) => `docs/pictures/page-${name}.png`;

export async function pictures(browser) {
  const port = await freePort();
  const demo = spawn(hubd, ["demo", "--scenario", "two-people", "--listen", `127.0.0.1:${port}`, "--mqtt", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  demo.stdout.on("data", (b) => { if (said.length < 4000) said += b; });
  while (!/The page of b/.test(said)) await sleep(50);
  const token = /The page of a:.*\/#([a-z2-7]{26})/.exec(said)[1];
  const url = `http://127.0.0.1:${port}`;
  await sleep(75_000); // until a state is named
  const v = await Visit.open(browser, url, sizes.phone, token);
  await v.page.screenshot({ path: at("first") });
  await v.enter();
  for (const view of ["me", "setup", "seen", "room", "system"]) {
    await v.to(view);
    await sleep(view === "setup" ? 9000 : 1500);
    if (view === "me") await v.page.click(".why summary").catch(() => {});
    await v.page.screenshot({ path: at(view) });
  }
  await v.to("session");
  await v.page.tap("button:has-text('Ask how it is')");
  await sleep(1000);
  await v.page.screenshot({ path: at("check-in") });
  await v.page.tap("button.answer:has-text('Fine for now')");
  await v.page.click("summary:has-text('Follow a practice')");
  await v.page.click("button.practice:has-text('Slow breath')");
  await v.page.waitForFunction(() => Number(document.querySelector(".pacer")?.dataset.full) > 0.8);
  await v.page.screenshot({ path: at("session") });
  await v.page.tap(".pause");
  await sleep(1500);
  await v.page.screenshot({ path: at("paused") });
  await v.close();
  demo.kill("SIGTERM");
  const d = await Visit.open(browser, url, sizes.desk, token).catch(() => null);
  await d?.close();
}
