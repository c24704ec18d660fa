// Puts a TypeScript SDK between two pipes: a line of JSON in (the params of a call, or null for the list of tools),
// a line out: the result as the SDK hands it over, or what it threw. Arguments: the SDK's number, the era, the server.
import { createInterface } from "node:readline";

const [number, era, server] = process.argv.slice(2);
const { type, url, command, args, env } = JSON.parse(server);

const SDKS = {
  1: async () => ({
    ...(await import("@modelcontextprotocol/sdk/client/index.js")),
    ...(await import("@modelcontextprotocol/sdk/client/stdio.js")),
    ...(await import("@modelcontextprotocol/sdk/client/streamableHttp.js")),
    ...(await import("@modelcontextprotocol/sdk/client/sse.js")),
  }),
  2: async () => ({
    ...(await import("@modelcontextprotocol/client")),
    ...(await import("@modelcontextprotocol/client/stdio")),
  }),
};
const sdk = await SDKS[number]();

const TRANSPORTS = {
  stdio: () => new sdk.StdioClientTransport({ command, args, env }),
  http: () => new sdk.StreamableHTTPClientTransport(new URL(url)),
  sse: () => new sdk.SSEClientTransport(new URL(url)),
};
const negotiation = era === "2026-07-28" ? { versionNegotiation: { mode: "auto" } } : {};
const client = new sdk.Client({ name: `typescript-sdk-${number}`, version: "0" }, negotiation);
await client.connect(TRANSPORTS[type]());

for await (const line of createInterface({ input: process.stdin })) {
  const params = JSON.parse(line);
  const answer = params ? client.callTool(params) : client.listTools();
  console.log(JSON.stringify(await answer.catch((error) => ({ thrown: `${error}` }))));
}
await client.close();
