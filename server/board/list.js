// The posts as a list: by day, what is to come first, then what was.

import { chip, counted, excerpt, make, platformName } from "./elements.js";
import { dayOf, dayWords, hour, isUtc, nearness, today } from "./time.js";

export function postsByDay(posts) {
  const days = new Map();
  for (const post of posts) {
    const day = dayOf(post.at);
    days.set(day, [...(days.get(day) ?? []), post]);
  }
  return days;
}

/** The list of a span; `board` opens posts and knows which is open. */
export function list(board, posts) {
  const days = [...postsByDay(posts)].sort(([one], [other]) => (one < other ? -1 : 1));
  const coming = days.filter(([day]) => day >= today());
  const gone = days.filter(([day]) => day < today()).reverse();
  return [stretch("Today and later", coming, board), stretch("Earlier", gone, board)];
}

function stretch(words, days, board) {
  if (!days.length) return null;
  return make("section", { class: "part" }, make("h2", {}, words), days.map(([day, posts]) => dayPart(day, posts, board)));
}

function dayPart(day, posts, board) {
  const near = nearness(day);
  const year = day.slice(0, 4) === today().slice(0, 4) ? {} : { year: "numeric" };
  const words = dayWords(day, { weekday: "long", day: "numeric", month: "long", ...year });
  return make(
    "section",
    { class: "day" },
    make("h3", {}, words, near && make("span", { class: "near" }, near), make("span", { class: "count" }, counted(posts.length, "post"))),
    rows(board, posts, "post"),
  );
}

/** Posts as rows that open them; `scope` keeps apart the rows of one post in two places. */
export function rows(board, posts, scope) {
  return make("ul", { class: "posts" }, posts.map((post) => row(board, post, scope)));
}

function row(board, post, scope) {
  const open = make("button", { type: "button", class: "open", data: { key: `${scope}-${post.id}`, post: post.id }, on: { click: () => board.open(post.id) } }, words(post));
  return make(
    "li",
    { class: "post", data: board.opened === post.id ? { open: "" } : {} },
    make("p", { class: "when" }, make("time", { datetime: post.at }, hour(post.at)), isUtc() ? make("small", {}, "UTC") : make("small", {}, `${hour(post.at, "UTC")} UTC`)),
    make("div", { class: "what" }, open, make("p", { class: "where" }, where(post))),
    make("p", {}, chip(post.status)),
  );
}

function words(post) {
  return make("span", { class: post.caption.trim() ? "excerpt" : "excerpt none" }, excerpt(post));
}

/** Where a post goes, and with what. */
function where(post) {
  const shown = post.deliveries.slice(0, 3).map((sent) => `${platformName(sent.platform)} ${sent.name}`);
  const left = post.deliveries.length - shown.length;
  const media = post.media.length ? counted(post.media.length, post.media[0].kind === "video" ? "video" : "image") : null;
  return [shown.join(", ") + (left > 0 ? ` and ${left} more` : ""), media].filter(Boolean).join(" \u00b7 ");
}
