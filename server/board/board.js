// The board: what is shown, kept fresh, and never losing the place of whoever is reading.

import { attention } from "./attention.js";
import { calendar, weeksOf } from "./calendar.js";
import { counted, excerpt, make, platformName, statusOf } from "./elements.js";
import { connect } from "./host.js";
import { list } from "./list.js";
import { detail } from "./post.js";
import { clock, dayOf, dayWords, hour, isUtc, monthWords, setClock, shift, shiftMonth, today } from "./time.js";

/** Seconds until the page looks again, and while something is about to happen; services that are asked over the net get longer. */
const WAITS = { near: { soon: 10, else: 60 }, far: { soon: 30, else: 300 } };
const BEFORE_DAYS = 7;
const AFTER_DAYS = 30;

const part = (id) => document.getElementById(id);
const board = {
  view: "list",
  day: "",
  opened: null,
  origin: null,
  filters: { account: "", platform: "", status: "" },
  found: null,
  trouble: "",
  looked: null,
  folds: new Map(),
  host: null,
  timer: 0,
  ended: false,

  open(id) {
    board.origin = document.activeElement?.dataset.key ?? null;
    board.opened = id;
    show();
    focusOn("detail");
    part("detail").scrollIntoView({ block: "nearest" });
  },
  close() {
    board.opened = null;
    show();
    focusOn(board.origin) || part("main").focus();
  },
  choose(day) {
    const held = document.activeElement?.closest?.("table");
    board.day = day;
    show();
    if (held) focusOn(`day-${day}`);
    fit();
  },
  list(day) {
    board.view = "list";
    board.day = day;
    show();
    part("main").focus();
    fit();
  },
  unfolds: (key, otherwise) => board.folds.get(key) ?? otherwise,
  folded: (key, open) => board.folds.set(key, open),
  fold(key, open) {
    board.folds.set(key, open);
    show();
  },
  async copy(text, element) {
    try {
      await navigator.clipboard.writeText(text);
      say("The call was copied.");
    } catch {
      getSelection().selectAllChildren(element);
      say("The call is selected: copy it with your keyboard.");
    }
  },
};

/** The days that the view shows, first and last. */
function span() {
  if (board.view === "list") return [shift(board.day, -BEFORE_DAYS), shift(board.day, AFTER_DAYS)];
  const weeks = weeksOf(board.view, board.day);
  return [weeks[0][0], weeks.at(-1)[6]];
}

/** The same as instants, with a day on either side for zones far from UTC. */
function wanted() {
  const [first, last] = span();
  return { since: `${shift(first, -1)}T00:00:00Z`, until: `${shift(last, 2)}T00:00:00Z` };
}

let loaded = "";
const fit = () => (JSON.stringify(wanted()) === loaded ? undefined : look());

async function look() {
  clearTimeout(board.timer);
  const asked = wanted();
  const name = JSON.stringify(asked);
  const moved = name !== loaded;
  loaded = name;
  try {
    const found = await board.host.load(asked);
    if (name !== loaded) return;
    board.trouble = "";
    board.looked = Date.now();
    if (found) {
      const before = moved ? null : board.found;
      board.found = found;
      tellChanges(before, found);
    }
    show();
  } catch (error) {
    if (name !== loaded) return;
    board.trouble = error.message;
    loaded = "";
    show();
  }
  rest();
}

/** Look again in a while, but never while nobody sees the page. */
function rest() {
  clearTimeout(board.timer);
  if (board.ended || document.hidden) return;
  const close = Date.now() + 120000;
  const soon = board.found?.posts.some(({ status, at }) => status === "queued" || status === "publishing" || (status === "scheduled" && new Date(at) < close));
  const waits = board.found?.accounts.some(({ provider }) => provider !== "local") ? WAITS.far : WAITS.near;
  board.timer = setTimeout(look, waits[soon ? "soon" : "else"] * 1000);
}

function tellChanges(before, found) {
  if (!before) return;
  const were = new Map(before.posts.map((post) => [post.id, post.status]));
  const changed = found.posts.filter((post) => were.get(post.id) !== post.status);
  if (!changed.length) return;
  const [post] = changed;
  const one = `\u201c${excerpt(post, 60)}\u201d: ${statusOf(post.status).word.toLowerCase()}.`;
  say(changed.length === 1 ? one : `${counted(changed.length, "post")} changed. ${one}`);
}

function say(words) {
  part("live").textContent = words;
}

function focusOn(key) {
  const found = key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  found?.focus({ preventScroll: key !== "detail" && board.view === "list" && !board.opened ? false : true });
  return Boolean(found);
}

/** Put elements in the place of others, and the focus back where it was. */
function put(place, children) {
  const held = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const scrolled = place.scrollTop;
  place.replaceChildren(...children.flat().filter(Boolean));
  place.scrollTop = scrolled;
  if (held) focusOn(held);
}

function matching(post) {
  const { account, platform, status } = board.filters;
  const reached = post.deliveries.some((sent) => (!account || sent.account === account) && (!platform || sent.platform === platform));
  return reached && (!status || post.status === status || post.deliveries.some((sent) => sent.status === status));
}

function show() {
  const [first, last] = span();
  const inSpan = (board.found?.posts ?? []).filter((post) => dayOf(post.at) >= first && dayOf(post.at) <= last);
  const filtering = Object.values(board.filters).some(Boolean);
  const posts = filtering ? inSpan.filter(matching) : inSpan;
  showBar(first, last);
  showFilters();
  put(part("notices"), notices());
  put(part("attention"), attention(board, posts));
  if (board.found) put(part("view"), view(posts, inSpan));
  else if (board.trouble) put(part("view"), [make("p", { class: "calm" }, "No posts to show.")]);
  const opened = board.found?.posts.find((post) => post.id === board.opened);
  if (!opened) board.opened = null;
  part("detail").hidden = !opened;
  part("columns").toggleAttribute("data-open", Boolean(opened));
  put(part("detail"), opened ? detail(board, opened) : []);
}

function view(posts, all) {
  if (board.view !== "list") return calendar(board, posts, board.view);
  if (posts.length) return list(board, posts);
  return all.length ? [make("p", { class: "calm" }, "No post in this period matches the filters.")] : empty();
}

const EMPTY = "Schedule a post for tomorrow at nine: \u201cHello from postwright\u201d. Check it first, and show me what it will look like.";

function empty() {
  const away = board.day !== today();
  if (away) return [make("p", { class: "calm" }, "Nothing in this period.")];
  if (board.found.warnings.length && !board.found.accounts.length) return [make("p", { class: "calm" }, "No posts could be read.")];
  return [
    make(
      "section",
      { class: "empty" },
      make("h2", {}, "Nothing is planned yet"),
      make("p", {}, board.found.accounts.length ? `${counted(board.found.accounts.length, "account is", "accounts are")} connected. Ask your agent for a first post, for instance:` : "No account is connected yet. Ask your agent to list the accounts, or run postwright doctor. Then ask for a first post, for instance:"),
      make("pre", {}, EMPTY),
      make("p", { class: "soft" }, "It appears here by itself, a week back and a month ahead."),
    ),
  ];
}

function notices() {
  const found = board.found;
  const warned = (found?.warnings ?? []).map((warning) => `${warning.provider}: ${warning.message}`);
  const more = found && (found.more.earlier || found.more.later) ? [found.more.note].filter(Boolean) : [];
  return [board.trouble, ...warned, ...more].filter(Boolean).map((words) => make("p", { class: "notice" }, words));
}

function showBar(first, last) {
  const year = { day: "numeric", month: "short", year: "numeric" };
  const from = first.slice(0, 4) === last.slice(0, 4) ? { day: "numeric", month: "short" } : year;
  part("label").textContent = board.view === "month" ? monthWords(board.day) : `${dayWords(first, from)} \u2013 ${dayWords(last, year)}`;
  for (const button of document.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === board.view));
  const zone = isUtc() ? "Times in UTC" : `Times in ${clock.zone}`;
  part("made").textContent = board.looked ? `${zone} \u00b7 as of ${hour(board.looked)}` : zone;
}

function showFilters() {
  const accounts = (board.found?.accounts ?? []).map(({ id, name, platform }) => [id, `${name} (${platformName(platform)})`]);
  const platforms = [...new Set(board.found?.accounts.map((account) => account.platform))].sort().map((name) => [name, platformName(name)]);
  const statuses = Object.keys(board.found?.counts ?? {}).map((name) => [name, statusOf(name).word]);
  for (const [name, choices] of Object.entries({ account: accounts, platform: platforms, status: statuses })) {
    const select = part(`filter-${name}`);
    const given = board.filters[name];
    if (given && !choices.some(([value]) => value === given)) choices.push([given, given]);
    const made = [["", "All"], ...choices];
    if (JSON.stringify(made) === select.dataset.made) continue;
    select.dataset.made = JSON.stringify(made);
    select.replaceChildren(...made.map(([value, words]) => make("option", { value }, words)));
    select.value = given;
  }
  const active = Object.values(board.filters).filter(Boolean).length;
  part("filtering").textContent = active ? `Filters (${active})` : "Filters";
  part("clear").hidden = !active;
}

/** Go to the period before or after, or to today. */
function turn(ways) {
  const steps = { list: () => shift(board.day, ways * AFTER_DAYS), week: () => shift(board.day, ways * 7), month: () => shiftMonth(board.day, ways) };
  board.day = ways ? steps[board.view]() : today();
  show();
  fit();
}

function listen() {
  part("skip").addEventListener("click", (event) => {
    event.preventDefault();
    part("main").focus();
  });
  part("refresh").addEventListener("click", () => look().then(() => say(board.trouble || "The board is up to date.")));
  part("earlier").addEventListener("click", () => turn(-1));
  part("later").addEventListener("click", () => turn(1));
  part("today").addEventListener("click", () => turn(0));
  for (const button of document.querySelectorAll("[data-view]"))
    button.addEventListener("click", () => {
      board.view = button.dataset.view;
      show();
      fit();
    });
  part("filtering").addEventListener("click", () => part("filtering").setAttribute("aria-expanded", String(part("filters").toggleAttribute("data-open"))));
  part("filters").addEventListener("change", ({ target }) => {
    board.filters[target.name] = target.value;
    show();
  });
  part("filters").addEventListener("submit", (event) => event.preventDefault());
  part("filters").addEventListener("reset", () => {
    board.filters = { account: "", platform: "", status: "" };
    part("filter-account").focus();
    show();
  });
  part("main").addEventListener("keydown", walk);
  document.addEventListener("keydown", (event) => event.key === "Escape" && board.opened && board.close());
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(board.timer) : look()));
  document.addEventListener("click", leave);
}

/** In the list, the arrow keys go from post to post. */
function walk(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || !event.target.matches(".open")) return;
  const all = [...part("main").querySelectorAll(".open")].filter((button) => button.checkVisibility());
  const place = all.indexOf(event.target);
  const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all[to]?.focus();
}

/** In a client's frame, links are opened by the client. */
function leave(event) {
  const anchor = event.target.closest("a[target]");
  if (!anchor || !board.host?.opens) return;
  event.preventDefault();
  board.host.opens(anchor.href).catch(() => say("The client did not open the link."));
}

/** Take what the client around the page says of itself: light or dark, the zone, the language, the typeface. */
function take(context) {
  if (context.theme === "light" || context.theme === "dark") document.documentElement.style.colorScheme = context.theme;
  if (context.timeZone || context.locale || !board.day) setClock(context.timeZone, context.locale);
  const typeface = context.styles?.variables?.["--font-sans"];
  if (typeface) document.documentElement.style.setProperty("--font-sans", typeface);
}

/** What a client's frame says by itself; the result of list_posts means that there may be something new. */
function heard(method, params) {
  if (method === "ended") {
    board.ended = true;
    clearTimeout(board.timer);
  } else if (method === "ui/notifications/host-context-changed") {
    take(params);
    show();
  } else if (method === "ui/notifications/tool-result" && board.host) look();
}

async function start() {
  take({});
  board.day = today();
  listen();
  show();
  board.host = await connect(heard);
  take(board.host.context);
  board.day = today();
  await look();
}

start();
