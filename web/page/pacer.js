// A large slow shape that breathes with the light and the sound: the same phase, from the same clock.
import { words } from "./words.js";
import { h, say } from "./dom.js";

// breath gives how full a breath is at stream time t, 0…1, and which part it is in. pace is the room's own.
export function breath(pace, t) {
  const period = 60 / pace.breaths_per_min;
  const into = (((t - pace.phase_zero_s) % period) + period) % period;
  const inhale = pace.inhale_share * period;
  if (into < inhale) return { full: ease(into / inhale), part: "in" };
  if (into < inhale + pace.hold_s) return { full: 1, part: "hold" };
  return { full: ease(1 - (into - inhale - pace.hold_s) / (period - inhale - pace.hold_s)), part: "out" };
}

function ease(x) {
  return 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, Math.max(0, x)));
}

export function pacer(hub) {
  const word = h("p", { class: "pacer-word", "aria-live": "off" });
  const shape = h("div", { class: "pacer-shape", "aria-hidden": "true" });
  const el = h("div", { class: "pacer", hidden: true }, shape, word);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const says = { in: words.session.breatheIn, hold: words.session.breatheHold, out: words.session.breatheOut };
  let pace = null;
  let frame = 0;
  const draw = () => {
    frame = pace ? requestAnimationFrame(draw) : 0;
    if (!pace) return;
    const b = breath(pace, hub.now());
    if (still.matches) {
      shape.style.transform = "scale(0.8)";
      shape.style.opacity = String(0.25 + 0.75 * b.full);
    } else {
      shape.style.transform = `scale(${(0.36 + 0.64 * b.full).toFixed(4)})`;
      shape.style.opacity = String(0.55 + 0.45 * b.full);
    }
    say(word, says[b.part]);
    el.dataset.full = b.full.toFixed(3);
  };
  return {
    el,
    follow(p) {
      pace = p;
      el.hidden = !p;
      if (p && !frame) frame = requestAnimationFrame(draw);
    },
    close() {
      pace = null;
      cancelAnimationFrame(frame);
    },
  };
}
