// Dates, as they are written and asked for here.

export const day = 24 * 3600 * 1000; // ms

// month is the moment from which the lists of the past begin.
export function month() {
  return new Date(Date.now() - 30 * day).toISOString();
}

export function when(time) {
  if (!time) return "";
  return new Date(time).toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
