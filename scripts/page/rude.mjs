// Rude clients: malformed requests, huge headers, slow ones, wrong tokens. They come from another address; who is in must not notice.
import http from "node:http";
import net from "node:net";
import { Visit, check, sizes, sleep } from "./rig.mjs";

const elsewhere = "127.0.0.2";

// raw sends bytes and gives the first line of the answer; empty where the connection was closed without a word.
function raw(d, text, wait = 4000) {
  return new Promise((done) => {
    let got = "";
    const c = net.connect({ port: d.port, host: "127.0.0.1", localAddress: elsewhere });
    const end = () => { c.destroy(); done(got.split("\r\n")[0]); };
    c.on("connect", () => c.write(text));
    c.on("data", (b) => { got += b; end(); });
    c.on("error", end);
    c.on("close", end);
    setTimeout(end, wait);
  });
}

function login(d, token) {
  return new Promise((done) => {
    const r = http.request({ port: d.port, host: "127.0.0.1", localAddress: elsewhere, path: "/login", method: "POST" }, (a) => { a.resume(); a.on("end", () => done(a.statusCode)); });
    r.on("error", () => done(0));
    r.end(token);
  });
}

export async function rude(browser, d) {
  const v = await Visit.open(browser, d.url, sizes.phone, d.tokens.a);
  await v.enter("system");
  for (const [what, text, want] of [
    ["no HTTP at all", "\x16\x03\x01hello\r\n\r\n", /^(HTTP\/1.1 400.*)?$/],
    ["a huge header", `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${"x".repeat(64 << 10)}\r\n\r\n`, /^HTTP\/1.1 431/],
    ["a path out of the folder", "GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", /^HTTP\/1.1 404/],
    ["an escaped path out of the folder", "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", /^HTTP\/1.1 404/],
    ["two lengths", "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", /^HTTP\/1.1 400/],
    ["no host", "GET / HTTP/1.1\r\n\r\n", /^HTTP\/1.1 400/],
    ["a foreign host", "GET /api/me HTTP/1.1\r\nHost: evil.example\r\n\r\n", /^HTTP\/1.1 421/],
    ["a body far too long", `POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999\r\n\r\n${"x".repeat(99999)}`, /^HTTP\/1.1 400/],
  ]) {
    const said = await raw(d, text);
    check(`rude: ${what}`, want.test(said), said);
  }
  const codes = {};
  for (let i = 0; i < 1000; i++) {
    const code = await login(d, `wrong${i}`);
    codes[code] = (codes[code] ?? 0) + 1;
  }
  check("a wrong token 1,000 times: five looked at, then told to wait", codes[401] === 5 && codes[429] === 995, JSON.stringify(codes));
  const lines = d.said().split("\n").filter((l) => l.includes("wrong tokens"));
  check("and logged once", lines.length === 1, `${lines.length} lines`);
  await slow(d);
  check("who is in did not notice", (await v.page.locator(".lost[hidden]").count()) === 1 && v.said.length === 0, v.said.join(" | "));
  await v.close();
}

// slow opens many connections that send a letter now and then.
async function slow(d) {
  const all = [];
  let closed = 0;
  for (let i = 0; i < 60; i++) {
    const c = net.connect({ port: d.port, host: "127.0.0.1", localAddress: elsewhere });
    c.on("connect", () => c.write("GET / HTTP/1.1\r\nHost: 127."));
    c.on("close", () => closed++);
    c.on("error", () => {});
    c.on("data", () => {});
    all.push(c);
  }
  await sleep(500);
  const t0 = Date.now();
  const answer = await fetch(`${d.url}/healthz`).catch(() => null);
  check("while sixty slow clients hang on, hubd answers", answer?.ok === true, `${Date.now() - t0} ms`);
  await sleep(3500);
  check("and lets them go", closed === 60, `${closed} of 60 closed after 4 s`);
  for (const c of all) c.destroy();
}
