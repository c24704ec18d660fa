// The posts as a calendar: a table of one week or of the weeks of a month. Arrow keys go from day to day.

import { counted, excerpt, icon, make, statusOf } from "./elements.js";
import { postsByDay, rows } from "./list.js";
import { dayWords, hour, monthWeeks, monthWords, shift, shiftMonth, today, week, weekStart, weekday } from "./time.js";

const SHOWN = { month: 3, week: 12 };
/** Which status a day of several is told by where there is room for one: the most pressing. */
const PRESSING = ["failed", "missed", "unknown", "partial", "awaiting_approval", "publishing", "queued", "scheduled", "draft", "published", "cancelled"];

export const weeksOf = (kind, day) => (kind === "month" ? monthWeeks(day) : [week(weekStart(day))]);

/** The calendar around the day that is chosen, and that day's posts below it where its cells are narrow. */
export function calendar(board, posts, kind) {
  const days = postsByDay(posts);
  const weeks = weeksOf(kind, board.day);
  const title = kind === "month" ? monthWords(board.day) : `Week of ${dayWords(weeks[0][0])}`;
  const table = make(
    "table",
    { data: { kind }, on: { keydown: (event) => byKey(event, board, kind) } },
    make("caption", { class: "hidden" }, `${title}. Arrow keys go from day to day, Page Up and Page Down further.`),
    make("thead", {}, make("tr", {}, weeks[0].map((day) => make("th", { scope: "col" }, make("abbr", { title: weekday(day, "long") }, weekday(day)))))),
    make("tbody", {}, weeks.map((row) => make("tr", {}, row.map((day) => cell(board, day, days.get(day) ?? [], kind))))),
  );
  const chosen = days.get(board.day) ?? [];
  const agenda = make(
    "section",
    { class: "agenda day" },
    make("h2", {}, dayWords(board.day), make("span", { class: "count" }, chosen.length ? counted(chosen.length, "post") : "Nothing on this day")),
    chosen.length ? rows(board, chosen, "agenda") : null,
  );
  return [table, agenda];
}

function cell(board, day, posts, kind) {
  const chosen = day === board.day;
  const out = kind === "month" && day.slice(0, 7) !== board.day.slice(0, 7);
  const shown = posts.length > SHOWN[kind] ? posts.slice(0, SHOWN[kind] - 1) : posts;
  const left = posts.length - shown.length;
  const reach = chosen ? null : "-1";
  const name = `${dayWords(day)}, ${posts.length ? counted(posts.length, "post") : "no posts"}`;
  return make(
    "td",
    { "aria-current": day === today() ? "date" : null, data: { ...(out && { out: "" }), ...(chosen && { chosen: "" }) } },
    make("button", { type: "button", class: "date", "aria-label": name, "aria-pressed": String(chosen), tabindex: reach, data: { key: `day-${day}`, day }, on: { click: () => board.choose(day) } }, String(Number(day.slice(8)))),
    posts.length ? tally(posts) : null,
    make("ul", { class: "slots" }, shown.map((post) => make("li", {}, slot(board, post, reach))), left > 0 ? make("li", {}, more(board, day, left, reach)) : null),
  );
}

function slot(board, post, reach) {
  const { word, tone } = statusOf(post.status);
  return make(
    "button",
    { type: "button", class: `slot ${tone}`, tabindex: reach, data: { key: `slot-${post.id}`, post: post.id, ...(board.opened === post.id && { open: "" }) }, on: { click: () => board.open(post.id) } },
    icon(post.status),
    make("span", { class: "hidden" }, `${word},`),
    make("b", {}, hour(post.at)),
    make("span", { class: "words" }, excerpt(post, 80)),
  );
}

function more(board, day, left, reach) {
  return make("button", { type: "button", class: "rest", tabindex: reach, data: { key: `more-${day}` }, on: { click: () => board.list(day) } }, `${left} more`, make("span", { class: "hidden" }, ` on ${dayWords(day)}`));
}

/** A narrow cell has room for a count alone; the button of the day says it in words. */
function tally(posts) {
  const [status] = PRESSING.filter((name) => posts.some((post) => post.status === name));
  return make("span", { class: `tally ${statusOf(status).tone}`, "aria-hidden": "true" }, icon(status), String(posts.length));
}

function byKey(event, board, kind) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const far = kind === "month" ? (ways) => shiftMonth(board.day, ways) : (ways) => shift(board.day, 7 * ways);
  const first = weekStart(board.day);
  const to = {
    ArrowLeft: () => shift(board.day, -1),
    ArrowRight: () => shift(board.day, 1),
    ArrowUp: () => shift(board.day, -7),
    ArrowDown: () => shift(board.day, 7),
    Home: () => first,
    End: () => shift(first, 6),
    PageUp: () => far(-1),
    PageDown: () => far(1),
  }[event.key];
  if (!to) return;
  event.preventDefault();
  board.choose(to());
}

