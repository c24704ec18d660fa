// Days and hours in the viewer's zone. A day is "2026-11-27"; an instant is what the document has, in UTC.

export const clock = { zone: "UTC", firstDay: 1 };

/** Take the viewer's zone and language: the host's where it tells them, else the browser's. */
export function setClock(zone, locale) {
  const told = Intl.DateTimeFormat().resolvedOptions().timeZone;
  clock.zone = valid(zone) ? zone : told || "UTC";
  formats.clear();
  try {
    const found = new Intl.Locale(locale || navigator.language);
    clock.firstDay = (found.getWeekInfo?.() ?? found.weekInfo)?.firstDay ?? 1;
  } catch {
    clock.firstDay = 1;
  }
}

function valid(zone) {
  try {
    return Boolean(zone && new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}

const formats = new Map();

function format(moment, zone, options) {
  const key = `${zone} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }));
  return formats.get(key).format(moment);
}

const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DAY = { weekday: "short", day: "numeric", month: "short", year: "numeric" };

export function dayOf(moment) {
  const [day, month, year] = format(new Date(moment), clock.zone, { day: "2-digit", month: "2-digit", year: "numeric" }).split("/");
  return `${year}-${month}-${day}`;
}

export const today = () => dayOf(Date.now());
export const hour = (moment, zone = clock.zone) => format(new Date(moment), zone, HOUR);
export const whole = (moment, zone = clock.zone) => `${format(new Date(moment), zone, DAY)}, ${hour(moment, zone)}`;
export const isUtc = () => ["UTC", "Etc/UTC", "Etc/GMT", "GMT"].includes(clock.zone);

const noon = (day) => new Date(`${day}T12:00:00Z`);

export function shift(day, days) {
  const moved = noon(day);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

export function shiftMonth(day, months) {
  const first = noon(`${day.slice(0, 8)}01`);
  first.setUTCMonth(first.getUTCMonth() + months);
  return first.toISOString().slice(0, 10);
}

export const dayWords = (day, options = { weekday: "long", day: "numeric", month: "long" }) => format(noon(day), "UTC", options);
export const weekday = (day, length = "short") => format(noon(day), "UTC", { weekday: length });
export const monthWords = (day) => format(noon(day), "UTC", { month: "long", year: "numeric" });

export function weekStart(day) {
  const from = clock.firstDay % 7;
  return shift(day, -((noon(day).getUTCDay() - from + 7) % 7));
}

/** The weeks that a month touches, each of seven days. */
export function monthWeeks(day) {
  const weeks = [];
  for (let first = weekStart(`${day.slice(0, 8)}01`); first < shiftMonth(day, 1); first = shift(first, 7)) weeks.push(week(first));
  return weeks;
}

export const week = (first) => Array.from({ length: 7 }, (_, place) => shift(first, place));

/** How far a day is from today, in words; nothing for one that is far. */
export function nearness(day) {
  return { [shift(today(), -1)]: "yesterday", [today()]: "today", [shift(today(), 1)]: "tomorrow" }[day] ?? null;
}

/** How far an instant is from now: "in 3 h 12 min", "5 min ago". */
export function relative(moment) {
  const minutes = Math.round((new Date(moment) - Date.now()) / 60000);
  const size = Math.abs(minutes);
  if (size < 1) return "now";
  const [days, hours, rest] = [Math.floor(size / 1440), Math.floor((size % 1440) / 60), size % 60];
  const words = days >= 3 ? `${days} days` : [days * 24 + hours && `${days * 24 + hours} h`, rest && `${rest} min`].filter(Boolean).join(" ");
  return minutes > 0 ? `in ${words}` : `${words} ago`;
}
