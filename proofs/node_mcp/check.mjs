// The official MCP SDK for TypeScript against the tool gate: node check.mjs META URL | node check.mjs META COMMAND ARGS...
// Prints what it was shown as one line of JSON; what that should be is for proofs/mcp_clients.py to say.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [meta, target, ...rest] = process.argv.slice(2);
const _meta = JSON.parse(meta);
const transport = target.startsWith("http")
  ? new StreamableHTTPClientTransport(new URL(target))
  : new StdioClientTransport({ command: target, args: rest, env: { ...process.env } });
const client = new Client({ name: "proof", version: "1.0.0" });
await client.connect(transport);
const call = (name, given) => client.callTool({ name, arguments: given, _meta });
const refund = { order_id: "L-1", amount: 45, currency: "USD", reason: "damaged" };
const { tools } = await client.listTools();
const refused = await call("refund_order", refund);
const read = await call("get_order", { order_id: "L-1" });
const done = await call("refund_order", refund);
const again = await call("refund_order", refund);
console.log(JSON.stringify({
  tools, refused, read, done, again,
  protocol: transport.protocolVersion ?? transport._protocolVersion ?? null,
}));
await client.close();
