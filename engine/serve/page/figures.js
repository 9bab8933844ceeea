// Numbers, lengths and times as people read them.

const kMinus = "\u2212";
const kWhole = new Intl.NumberFormat("en");
const kDay = new Intl.DateTimeFormat("en-GB", {weekday: "short", day: "numeric", month: "short"});
const kDayOfYear = new Intl.DateTimeFormat("en-GB", {day: "numeric", month: "short", year: "numeric"});
// Days of the engine's tables are the person's own, whatever zone this browser is in.
const kTableDay = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const kTableMonth = new Intl.DateTimeFormat("en-GB", {month: "short", year: "numeric", timeZone: "UTC"});
const kClock = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit"});

/** 3,412 */
export function whole(number) {
  return kWhole.format(number).replace("-", kMinus);
}

/** Three figures that say something: 0.0423, 1.25, 147. */
export function short(number) {
  if (number === null || number === undefined || Number.isNaN(number)) return "not known";
  const size = Math.abs(number);
  if (size >= 1000) return whole(Math.round(number));
  const digits = size === 0 || Number.isInteger(number) ? 0 : Math.max(0, 2 - Math.floor(Math.log10(size)));
  const text = number.toFixed(Math.min(digits, 6));
  return (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace("-", kMinus);
}

/** +0.36, −0.03 */
export function signed(number) {
  return (number > 0 ? "+" : "") + short(number);
}

/** 78 % */
export function percent(share) {
  const text = 100 * share;
  return `${text > 0 && text < 1 ? "under 1" : Math.round(text)}\u00a0%`;
}

/** "1 track", "3 tracks" */
export function counted(number, noun, plural = `${noun}s`) {
  return `${whole(number)} ${number === 1 ? noun : plural}`;
}

/** 4:03 */
export function length(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "";
  const seconds = Math.round(milliseconds / 1000);
  const rest = String(seconds % 60).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${rest}`;
  return `${Math.floor(seconds / 3600)}:${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}:${rest}`;
}

/** 2 h 31 min */
export function duration(minutes) {
  const all = Math.round(minutes);
  if (all < 60) return `${all} min`;
  return `${Math.floor(all / 60)} h${all % 60 ? ` ${all % 60} min` : ""}`;
}

/** 2.1 ms, 340 ms, 3.2 s */
export function took(milliseconds) {
  if (milliseconds < 10) return `${short(Math.round(milliseconds * 10) / 10)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${short(Math.round(milliseconds / 100) / 10)} s`;
}

/** "today, 14:05", "Sat 28 Nov, 14:05", "28 Nov 2025" @param {string|number} time ISO text or Unix seconds */
export function when(time) {
  const date = new Date(typeof time === "number" ? time * 1000 : time);
  const now = new Date();
  const days = Math.round((midnight(date) - midnight(now)) / 86400000);
  if (days === 0) return `today, ${kClock.format(date)}`;
  if (days === -1) return `yesterday, ${kClock.format(date)}`;
  if (Math.abs(days) < 200) return `${kDay.format(date)}, ${kClock.format(date)}`;
  return kDayOfYear.format(date);
}

/** "Sat, 28 Nov 2026" @param {string} date 2026-11-28, of a table of days */
export function dayText(date) {
  return kTableDay.format(new Date(date));
}

/** "Nov 2026" */
export function monthText(date) {
  return kTableMonth.format(new Date(date));
}

/** "today", "Sat 28 Nov", "28 Nov 2025" @param {string|number} time ISO text or Unix seconds */
export function day(time) {
  return when(time).replace(/, \d\d:\d\d$/, "");
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}
