// What needs somebody: deliveries that failed, were missed, or of which nobody knows.

import { chip, counted, excerpt, make, platformName } from "./elements.js";
import { whole } from "./time.js";

const WRONG = ["failed", "missed", "unknown"];
/** So many are shown at first, in the list; above a calendar there is room for their number alone. */
const FEW = 2;

export function attention(board, posts) {
  const wrong = posts.flatMap((post) => post.deliveries.filter((sent) => WRONG.includes(sent.status)).map((sent) => [post, sent]));
  if (!wrong.length) return [];
  const few = board.view === "list" ? FEW : 0;
  const all = board.unfolds("attention", false) || wrong.length <= few;
  const shown = all ? wrong : wrong.slice(0, few);
  const turn = make(
    "button",
    { type: "button", class: "quiet", "aria-expanded": String(all), data: { key: "attention" }, on: { click: () => board.fold("attention", !all) } },
    all ? "Show fewer" : "Show all",
  );
  return [
    make(
      "section",
      { class: "wrong", "aria-labelledby": "wrong" },
      make("header", {}, make("h2", { id: "wrong" }, `${counted(wrong.length, "delivery needs", "deliveries need")} attention`), wrong.length > few ? turn : null),
      shown.length ? make("ul", {}, shown.map(([post, sent]) => entry(board, post, sent))) : null,
    ),
  ];
}

function entry(board, post, sent) {
  const open = make("button", { type: "button", class: "open", data: { key: `wrong-${post.id}-${sent.account}`, post: post.id }, on: { click: () => board.open(post.id) } }, `${platformName(sent.platform)} ${sent.name}`);
  const move = sent.fix ? (sent.fix.next ? "Your agent can go on: " : "A person has to act: ") : "";
  return make(
    "li",
    {},
    chip(sent.status),
    make("div", {}, open),
    make("p", { class: "small soft" }, `${whole(post.at)} \u00b7 ${excerpt(post, 70)}`),
    sent.error ? make("p", { class: "small" }, sent.error) : null,
    sent.fix ? make("p", { class: "small soft advice" }, move, sent.fix.advice) : null,
  );
}
