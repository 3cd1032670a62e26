// The board of the skin-conductance sensor, measured: open, then with known resistors as far as they are at hand.
import { words } from "./words.js";
import { h, say, show, button, field } from "./dom.js";

export function board(hub) {
  const w = words.board;
  const id = hub.me.wearer;
  const steps = [w.open, w.first, w.second];
  const says = h("p", { class: "advice", role: "status" });
  const bar = h("progress", { max: "4", value: "0", "aria-label": w.progress });
  const ohm = h("input", { type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
  const resistor = field(w.resistor, ohm, w.resistorHint);
  const note = h("p", { class: "note", role: "status" });
  let step = 0, read = null, known = [], under = null; // under: what ends the reading under way

  const measure = button(w.read, look, "main");
  const without = button(w.none, keep);
  const cancel = button(w.cancel, () => begin(w.cancelled));
  const again = button(w.again, () => begin(""));
  const el = h("details", { class: "board" }, h("summary", {}, w.title), h("p", { class: "hint" }, w.hint), says, resistor, bar, measure,
    h("div", { class: "row" }, without, cancel, again), note);

  function begin(word) {
    under?.abort();
    under = null;
    step = 0;
    read = null;
    known = [];
    at(0);
    say(note, word);
  }

  // at shows a step; one after the last is the end.
  function at(next) {
    step = next;
    const over = step >= steps.length;
    if (!over) say(says, steps[step]);
    show(resistor, !over && step > 0);
    show(bar, false);
    show(measure, !over);
    show(without, !over && step > 0);
    show(cancel, step > 0 && !over);
    show(again, over);
  }

  async function look() {
    if (step > 0 && !isUseful(ohm.value)) {
      say(note, ohm.value.trim() === "" ? "" : w.noResistor(ohm.value.trim()));
      return ohm.focus();
    }
    const mine = new AbortController();
    under = mine;
    say(note, "");
    bar.value = 0;
    for (const [part, on] of [[bar, true], [cancel, true], [measure, false], [without, false]]) show(part, on);
    const q = step > 0 ? `?${new URLSearchParams({ resistor: ohm.value.trim() })}` : "";
    const last = await hub.follow(`/api/calibration/${id}/measure${q}`, (line) => {
      bar.max = line.of_s ?? bar.max;
      bar.value = line.read_s ?? bar.max;
    }, mine.signal);
    if (under !== mine) return; // it was ended meanwhile
    under = null;
    const share = last?.share;
    if (share === undefined) {
      at(step);
      return say(note, words.failed(last?.error ?? words.unreached));
    }
    if (step === 0) read = share;
    else known.push({ ohm: last.ohm, share });
    ohm.value = "";
    if (step + 1 < steps.length) at(step + 1);
    else keep();
  }

  async function keep() {
    const r = await hub.ask("POST", `/api/calibration/${id}`, JSON.stringify({ open: read, known }));
    at(steps.length);
    if (!r.ok) say(says, words.failed(r.error));
    else say(says, r.data.scale === null ? w.relative : w.kept(r.data.apart_percent.toFixed(1)));
    say(note, r.ok ? w.back : "");
  }

  begin("");
  return { el, close: () => under?.abort() };
}

// isUseful tells whether a resistor, as people write it, is one that hubd would measure with: whoever mistypes one is told before anything is asked.
function isUseful(text) {
  const [, figure, unit] = /^(.*?)\s*([kKM]?)\s*(?:Ω|ohms?|Ohm)?$/.exec(text.trim());
  const ohms = (figure === "" ? NaN : Number(figure)) * ({ k: 1e3, K: 1e3, M: 1e6 }[unit] ?? 1);
  return ohms >= 20e3 && ohms <= 5e6;
}
