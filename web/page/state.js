// A State in words, and why. Strength and change, never what it means.
import { words } from "./words.js";

const slight = 0.3; // |z| under which a feature is as at rest
const doubted = 0.5; // confidence under which a name is told with perhaps

// named gives the name of a state and what has to be said with it.
export function named(state) {
  const [name, alike] = words.states[state.state];
  if (state.state === "unknown") return { name, also: words.unknownReasons[state.unknown_reason] ?? "" };
  return { name: state.confidence < doubted ? words.perhaps + name.toLowerCase() : name, also: alike };
}

// reasons gives each feature that moved the state as a sentence.
export function reasons(state) {
  return state.reasons.map((text) => {
    const [feature, figure] = text.split(" ");
    const [what, more, less] = words.features[feature] ?? [feature, "higher", "lower"];
    const z = Number(figure);
    if (Math.abs(z) < slight) return `${what}: ${words.asAtRest}`;
    return `${what}: ${z > 0 ? more : less} ${words.thanAtRest}`;
  });
}

// grade is a signal's quality in a word.
export function grade(signal) {
  if (!signal) return "";
  if (!signal.contact) return "none";
  if (signal.quality >= 0.8) return "good";
  return signal.quality >= 0.5 ? "fair" : "poor";
}
