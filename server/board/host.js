// Where the page is shown: by its own server in a browser, or in the frame of an MCP client (the extension MCP Apps).

const PROTOCOL = "2026-01-26";
const DATA = "postwright://board";
/** What moves with the clock alone. */
const MOVING = ["made_at", "now_local", "due"];

/** Whatever went wrong on the way to the posts; the message is for the person who looks. */
export class Unreachable extends Error {}

/** The host of this page: `load` gives the document of a span of time, or null where it is as it was. */
export const connect = (heard) => (window.parent === window ? inBrowser() : inClient(heard));

async function inBrowser() {
  const seen = new Map();
  return {
    context: {},
    opens: null,
    async load(span) {
      const address = `board.json?${new URLSearchParams(span)}`;
      let answer;
      try {
        answer = await fetch(address, { cache: "no-store", headers: seen.has(address) ? { "If-None-Match": seen.get(address) } : {} });
      } catch {
        throw new Unreachable("The board's server does not answer. Is postwright board still running?");
      }
      if (answer.status === 304) return null;
      if (!answer.ok) throw new Unreachable(`The board's server could not tell the posts (${answer.status}). Its terminal says why.`);
      seen.clear();
      seen.set(address, answer.headers.get("ETag"));
      return answer.json();
    },
  };
}

/** Speak JSON-RPC with the window around this one; `heard` is told what it says by itself. */
async function inClient(heard) {
  const open = new Map();
  let last = 0;
  let seen = "";
  const send = (message) => window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  const ask = (method, params) =>
    new Promise((resolve, reject) => {
      open.set((last += 1), { resolve, reject });
      send({ id: last, method, params });
    });
  const asked = (message) => {
    const known = message.method === "ping" || message.method === "ui/resource-teardown";
    if (message.method === "ui/resource-teardown") heard("ended", {});
    send({ id: message.id, ...(known ? { result: {} } : { error: { code: -32601, message: "Method not found" } }) });
  };
  window.addEventListener("message", ({ source, data }) => {
    if (source !== window.parent || data?.jsonrpc !== "2.0") return;
    if (data.method && data.id !== undefined) return asked(data);
    if (data.method) return heard(data.method, data.params ?? {});
    const waiting = open.get(data.id);
    open.delete(data.id);
    if (data.error) waiting?.reject(new Unreachable(String(data.error.message ?? "")));
    else waiting?.resolve(data.result);
  });
  const told = await ask("ui/initialize", {
    protocolVersion: PROTOCOL,
    appInfo: { name: "postwright-board", version: "1.0.0" },
    appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
  });
  send({ method: "ui/notifications/initialized", params: {} });
  tellSize(send, told.hostContext?.containerDimensions);
  return {
    context: told.hostContext ?? {},
    opens: told.hostCapabilities?.openLinks ? (url) => ask("ui/open-link", { url }) : null,
    async load(span) {
      let found;
      try {
        found = await ask("resources/read", { uri: `${DATA}?${new URLSearchParams(span)}` });
      } catch (error) {
        throw new Unreachable(`This client did not let the board read the posts (${error.message}). In a terminal, postwright board shows them.`);
      }
      const text = found?.contents?.[0]?.text;
      if (typeof text !== "string") throw new Unreachable("This client gave the board nothing to show. In a terminal, postwright board shows the posts.");
      const document = JSON.parse(text);
      const same = JSON.stringify(document, (name, value) => (MOVING.includes(name) ? undefined : value));
      if (same === seen) return null;
      seen = same;
      return document;
    },
  };
}

const TALLEST = 720;

/** Say how tall the page is, so that the frame fits it; what is taller scrolls. */
function tellSize(send, room) {
  if (room && "height" in room) return;
  const tallest = room?.maxHeight ?? TALLEST;
  let said = 0;
  new ResizeObserver(() => {
    const height = Math.min(Math.ceil(document.documentElement.getBoundingClientRect().height), tallest);
    if (height === said) return;
    said = height;
    send({ method: "ui/notifications/size-changed", params: { width: window.innerWidth, height } });
  }).observe(document.documentElement);
}
