// Elements, made of text alone: nothing that comes from a post is ever read as markup.

/** Make an element: attributes (`class`, `on`, `data`, or by name; null and false are left out), then children. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") element.className = value;
    else if (key === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (key === "data") Object.assign(element.dataset, value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A link that leaves the board, or plain words where the address is not one of the web. */
export function link(address, words) {
  if (!/^https?:\/\//i.test(address ?? "")) return document.createTextNode(words);
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words);
}

/** Words for how many there are of something. */
export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

const CIRCLE = "M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 1 0 0-12.5z";
/** What each status is told with: a word, a tone, and a shape of its own, so that no state is told by colour alone. */
const STATUSES = {
  draft: ["Draft", "grey", "M3 13l.8-3L11 2.8 13.2 5 6 12.200z"],
  awaiting_approval: ["Awaiting approval", "amber", "M8 7a2.500 2.500 0 1 0 0-5a2.500 2.500 0 1 0 0 5M3 14a5 5 0 0 1 10 0"],
  scheduled: ["Scheduled", "blue", `${CIRCLE}M8 4.500V8l2.500 1.500`],
  queued: ["Queued", "blue", "M3 4h10M3 8h10M3 12h6"],
  publishing: ["Publishing", "blue", "M8 13V3M4 7l4-4 4 4"],
  published: ["Published", "green", "M3 8.500l3.500 3.500L13 4.500"],
  partial: ["Partly published", "amber", `${CIRCLE}M8 1.750v12.500M8 5h4M8 8h6M8 11h4`],
  failed: ["Failed", "red", "M4 4l8 8M12 4l-8 8"],
  unknown: ["Unknown", "amber", "M5.500 6a2.500 2.500 0 1 1 3.600 2.200C8.300 8.600 8 9 8 10M8 13v.1"],
  missed: ["Missed", "red", "M3 13.500L8 2.500l5 11zM8 7v3M8 12v.1"],
  cancelled: ["Cancelled", "grey", "M4 8h8"],
};

/** The word of a status, its tone, and what else there may be one day, told plainly. */
export function statusOf(status) {
  const [word, tone, shape] = STATUSES[status] ?? [status, "grey", CIRCLE];
  return { word, tone, shape };
}

export function icon(status) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", statusOf(status).shape);
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  picture.append(path);
  return picture;
}

export function chip(status) {
  const { word, tone } = statusOf(status);
  return make("span", { class: `chip ${tone}` }, icon(status), word);
}

/** The first words of a caption, on one line. */
export function excerpt(post, longest = 160) {
  const line = post.caption.replace(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest).trimEnd()}\u2026` : line || "No caption";
}

const PLATFORMS = { tiktok: "TikTok", youtube: "YouTube", linkedin: "LinkedIn", wordpress: "WordPress", x: "X" };

export function platformName(platform) {
  return PLATFORMS[platform] ?? (platform ? platform[0].toUpperCase() + platform.slice(1) : "Unknown platform");
}
