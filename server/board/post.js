// One post in detail: each delivery with its state, its fix, and the post as its platform will show it.

import { chip, counted, excerpt, link, make, platformName, statusOf } from "./elements.js";
import { clock, isUtc, relative, whole } from "./time.js";

const AT = { scheduled: "Planned for", published: "Went out", created: "Made" };
const WAITING = ["scheduled", "queued"];
/** Deliveries whose previews are open from the start. */
const OPEN_PREVIEWS = 2;

export function detail(board, post) {
  return [
    make(
      "header",
      {},
      make("h2", { tabindex: "-1", data: { key: "detail" } }, excerpt(post, 120)),
      make("button", { type: "button", class: "quiet", data: { key: "close" }, on: { click: () => board.close() } }, "Close"),
      make("p", {}, chip(post.status)),
    ),
    facts(post),
    post.deliveries.map((sent, place) => delivery(board, post, sent, place)),
  ];
}

function facts(post) {
  const far = WAITING.includes(post.status) && new Date(post.at) > Date.now() ? ` (${relative(post.at)})` : "";
  const entries = [
    [AT[post.at_is] ?? "Time", `${whole(post.at)} ${isUtc() ? "UTC" : clock.zone}${far}`],
    !isUtc() && ["In UTC", whole(post.at, "UTC")],
    post.at_is !== "created" && post.created_at && ["Made", whole(post.created_at)],
    post.provider_status && post.provider_status !== post.status && [`At ${post.provider}`, post.provider_status],
    ["Caption", `${post.caption_characters.toLocaleString("en")} characters`],
    ["Id", make("code", {}, post.id)],
  ];
  return make("dl", { class: "facts" }, entries.filter(Boolean).map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]).flat());
}

function delivery(board, post, sent, place) {
  const key = `preview-${post.id}-${sent.account}`;
  return make(
    "section",
    { class: "delivery" },
    make("h3", {}, make("span", {}, sent.name, " ", make("span", { class: "platform" }, platformName(sent.platform))), chip(sent.status)),
    sent.fix || sent.error ? trouble(board, sent) : null,
    sent.published_at ? make("p", { class: "small soft" }, `Published ${whole(sent.published_at)}`) : null,
    sent.url ? make("p", { class: "small" }, link(sent.url, "See it on the platform"), make("span", { class: "hidden" }, ` (${sent.name})`)) : null,
    sent.preview
      ? make(
          "details",
          { open: board.unfolds(key, place < OPEN_PREVIEWS), on: { toggle: (event) => board.folded(key, event.target.open) } },
          make("summary", { data: { key } }, "Preview and limits", make("span", { class: "hidden" }, ` of ${sent.name}`)),
          mock(post, sent),
          make("div", { class: "meters" }, pressing(sent.preview.meters).map(meter)),
        )
      : null,
  );
}

const TROUBLES = { failed: "What went wrong", missed: "It was missed", unknown: "Nobody knows yet whether it went out" };

/** What went wrong, whose move it is, and the call that mends it, to be copied. */
function trouble(board, sent) {
  const { tone } = statusOf(sent.status);
  const next = sent.fix?.next;
  return make(
    "div",
    { class: `trouble ${tone === "amber" ? "amber" : "red"}` },
    make("h4", {}, TROUBLES[sent.status] ?? "The service says"),
    sent.error ? make("p", {}, sent.error) : null,
    sent.fix ? [make("h4", {}, next ? "Your agent can go on" : "A person has to act"), make("p", {}, sent.fix.advice)] : null,
    next ? call(board, next, sent) : null,
  );
}

function call(board, next, sent) {
  const told = JSON.stringify({ tool: next.tool, arguments: next.arguments }, null, 2);
  const text = make("pre", { tabindex: "0", role: "region", "aria-label": `The call for ${sent.name}` }, told);
  const copy = make("button", { type: "button", class: "copy", data: { key: `copy-${sent.account}` }, on: { click: () => board.copy(told, text) } }, "Copy the call");
  return [next.why ? make("p", { class: "small" }, next.why) : null, text, copy];
}

/** The post as its platform will show it: slides in their order, the caption up to where it folds, then the rest. */
function mock(post, sent) {
  const { shown, rest, fold } = sent.preview;
  const caption = [shown || (rest ? "" : make("span", { class: "none" }, "No caption"))];
  if (rest) caption.push(make("p", { class: "fold" }, foldWords(fold)), make("span", { class: "after" }, rest));
  return make(
    "div",
    { class: "mock" },
    make("p", { class: "by" }, sent.name),
    post.media.length ? slides(post.media) : null,
    make("div", { class: "caption" }, caption),
    !rest && fold ? make("p", { class: "hidden" }, "Nothing is folded.") : null,
  );
}

function foldWords(fold) {
  if (!fold) return "More";
  const most = [fold.limit !== null && amount(fold.limit, fold.unit), fold.lines !== null && counted(fold.lines, "line")].filter(Boolean).join(" or ");
  return `Behind \u201cmore\u201d, after ${fold.approximate ? "about " : ""}${most} (${fold.where})`;
}

/** All that is counted by a rule of its own is characters to a person. */
const UNITS = /^(graphemes|UTF-16 units|weighted characters|characters as .*)$/;
/** A number of what a limit counts, in words that say no more than they must. */
const amount = (count, unit) => `${count.toLocaleString("en")} ${UNITS.test(unit) ? "characters" : unit}`;

function slides(media) {
  const many = media.length > 1;
  return make(
    "ol",
    { class: "slides", tabindex: many ? "0" : null, "aria-label": many ? `${media.length} slides, in their order` : "Media" },
    media.map((item) =>
      make(
        "li",
        { class: "slide" },
        make("b", {}, many ? `${item.position}` : item.kind),
        make("span", {}, item.web ? link(item.link, item.name || item.kind) : item.name || item.kind),
        make("small", { class: "soft" }, measures(item) || item.kind),
      ),
    ),
  );
}

function measures(item) {
  const size = item.width && item.height ? `${item.width}\u00d7${item.height}` : null;
  const length = item.duration_seconds ? `${Math.round(item.duration_seconds)} s` : null;
  return [size, length].filter(Boolean).join(", ");
}

/** Of several limits on one thing the first presses most; the others matter where they are near. */
const pressing = (meters) => meters.filter((row, place) => row.state !== "ok" || meters.findIndex(({ metric }) => metric === row.metric) === place);

const STATES = { ok: ["green", ""], near: ["amber", "close to the limit"], over: ["red", "over the limit"] };

function meter(row) {
  const [tone, words] = STATES[row.state] ?? STATES.ok;
  const figure = `${row.used.toLocaleString("en")} of ${amount(row.limit, row.unit)}`;
  const name = row.metric[0].toUpperCase() + row.metric.slice(1).replaceAll("_", " ");
  const fill = make("span", { class: "fill" });
  fill.style.width = `${Math.min(row.share * 100, 100)}%`;
  const track = make("div", { class: "track", role: "meter", "aria-label": name, "aria-valuemin": "0", "aria-valuemax": String(Math.max(row.limit, row.used)), "aria-valuenow": String(row.used), "aria-valuetext": [figure, words].filter(Boolean).join(", ") }, fill);
  return make("div", { class: `meter ${tone}` }, make("span", {}, name), make("span", { class: "figure" }, words ? `${figure}, ${words}` : figure), track);
}
