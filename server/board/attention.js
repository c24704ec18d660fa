// What needs somebody: deliveries that failed, were missed, or of which nobody knows.

import { chip, counted, make, platformName } from "./elements.js";

const WRONG = ["failed", "missed", "unknown"];
/** So many are shown at first. */
const FEW = 3;

export function attention(board, posts) {
  const wrong = posts.flatMap((post) => post.deliveries.filter((sent) => WRONG.includes(sent.status)).map((sent) => [post, sent]));
  if (!wrong.length) return [];
  const shown = board.unfolds("attention", false) ? wrong : wrong.slice(0, FEW);
  const more = wrong.length > FEW;
  const words = shown.length < wrong.length ? `Show all ${wrong.length}` : `Show ${FEW} alone`;
  return [
    make(
      "section",
      { class: "wrong", "aria-labelledby": "wrong" },
      make("h2", { id: "wrong" }, `${counted(wrong.length, "delivery needs", "deliveries need")} attention`),
      make("ul", {}, shown.map(([post, sent]) => entry(board, post, sent))),
      more
        ? make("button", { type: "button", class: "more quiet", "aria-expanded": String(shown.length === wrong.length), data: { key: "wrong-more" }, on: { click: () => board.fold("attention", shown.length < wrong.length) } }, words)
        : null,
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
    sent.error ? make("p", { class: "small" }, sent.error) : null,
    sent.fix ? make("p", { class: "small soft" }, move, sent.fix.advice) : null,
  );
}
