// The official OpenAI client for Node, unchanged, against the gateway: node check.mjs < plan.json
//
// The plan (from proofs/node_client.py) holds the gateway's URL and requests whose replies are known:
// `refused` gets a false promise, `released` a true one, `offered` no promise at all, `acts` a tool call.
// Prints a line for each check on stderr, and on stdout, as JSON, every text that was shown and
// its trace, so that the other side can hold them against the ledger.

import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import OpenAI from "openai";

const plan = JSON.parse(await text(process.stdin));
const client = new OpenAI({ baseURL: plan.url, apiKey: "none", maxRetries: 0, timeout: 20_000 });
const shown = []; // {trace, texts: [text of choice 0, …]}
const results = { checks: [], shown, left: null };

async function check(name, run) {
  try {
    await run();
    results.checks.push({ name, held: true });
    console.error(`  ✓ ${name}`);
  } catch (error) {
    results.checks.push({ name, held: false, why: String(error.stack ?? error) });
    console.error(`  ✗ ${name}\n${error.stack ?? error}`);
  }
}

async function whole(request, more = {}) {
  const { data, response } = await client.chat.completions.create({ ...request, ...more }).withResponse();
  const trace = response.headers.get("answerable-trace");
  assert.match(trace, /^tr_/);
  shown.push({ trace, texts: data.choices.map((choice) => choice.message.content ?? "") });
  return data;
}

async function streamed(request, more = {}) {
  const { data, response } = await client.chat.completions
    .create({ ...request, ...more, stream: true })
    .withResponse();
  const chunks = [];
  const texts = [];
  const finishes = [];
  for await (const chunk of data) {
    chunks.push(chunk);
    for (const choice of chunk.choices) {
      texts[choice.index] = (texts[choice.index] ?? "") + (choice.delta.content ?? "");
      finishes[choice.index] = choice.finish_reason ?? finishes[choice.index];
    }
  }
  shown.push({ trace: response.headers.get("answerable-trace"), texts });
  return { chunks, texts, finishes };
}

const first = (completion) => completion.choices[0];
const tokens = (logprobs) => logprobs.content.map((token) => token.token).join("");

await check("models: the upstream's list", async () => {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  assert.ok(names.includes(plan.refused.model));
});

await check("whole: a true promise passes as written", async () => {
  const reply = await whole(plan.released);
  for (const line of plan.releasedLines) assert.ok(first(reply).message.content.includes(line), line);
  assert.equal(first(reply).finish_reason, "stop");
  assert.equal(reply.object, "chat.completion");
  assert.equal(reply.answerable.mode, "enforce");
});

await check("whole: a false promise does not pass, the lines beside it do", async () => {
  const { content } = first(await whole(plan.refused)).message;
  for (const line of plan.refusedLines) assert.ok(!content.includes(line), content);
  for (const line of plan.keptLines) assert.ok(content.includes(line), content);
});

await check("streaming: the same text as whole, in more than one piece", async () => {
  for (const request of [plan.refused, plan.released]) {
    const { chunks, texts, finishes } = await streamed(request);
    const reply = await whole(request);
    assert.equal(texts[0], first(reply).message.content);
    assert.deepEqual(finishes, ["stop"]);
    assert.ok(chunks.filter((chunk) => chunk.choices[0]?.delta.content).length > 2);
    assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1);
    assert.equal(chunks[0].choices[0].delta.role, "assistant");
  }
});

await check("streaming: the client's own accumulator takes it, strictly", async () => {
  const stream = client.chat.completions.stream(plan.refused);
  const reply = await stream.finalChatCompletion();
  assert.equal(first(reply).message.content, first(await whole(plan.refused)).message.content);
  assert.equal(await stream.finalContent(), first(reply).message.content);
});

await check("tools: a call arrives whole and streamed, with its arguments", async () => {
  for (const reply of [
    await whole(plan.acts),
    await client.chat.completions.stream(plan.acts).finalChatCompletion(),
  ]) {
    assert.equal(first(reply).finish_reason, "tool_calls");
    const [call] = first(reply).message.tool_calls;
    assert.equal(call.type, "function");
    assert.equal(call.function.name, plan.act.name);
    assert.deepEqual(JSON.parse(call.function.arguments), plan.act.arguments);
    assert.equal(call.id, plan.act.id);
  }
});

await check("tools: strict parsing reads the arguments", async () => {
  const tools = plan.acts.tools.map((tool) => ({ ...tool, function: { ...tool.function, strict: true } }));
  const reply = await client.chat.completions.parse({ ...plan.acts, tools });
  assert.deepEqual(first(reply).message.tool_calls[0].function.parsed_arguments, plan.act.arguments);
});

await check("n = 2: two choices, whole and streamed", async () => {
  const reply = await whole(plan.refused, { n: 2 });
  assert.deepEqual(reply.choices.map((choice) => choice.index), [0, 1]);
  const { texts, finishes } = await streamed(plan.refused, { n: 2 });
  assert.deepEqual(texts, reply.choices.map((choice) => choice.message.content));
  assert.deepEqual(finishes, ["stop", "stop"]);
});

await check("logprobs: every token of a released text, none of a refused line", async () => {
  const wanted = { logprobs: true, top_logprobs: 2 };
  const released = first(await whole(plan.offered, wanted));
  assert.equal(released.message.content, plan.offeredText);
  assert.equal(tokens(released.logprobs), plan.offeredText);
  const { chunks } = await streamed(plan.offered, wanted);
  const heard = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.logprobs?.content);
  assert.equal(heard.map((choice) => tokens(choice.logprobs)).join(""), plan.offeredText);
  assert.equal(heard[0].logprobs.content[0].top_logprobs.length, 2);
  const refused = first(await whole(plan.refused, wanted));
  for (const line of plan.refusedLines) assert.ok(!tokens(refused.logprobs).includes(line));
});

await check("usage: whole, and as the last chunk of a stream that asks for it", async () => {
  const reply = await whole(plan.released);
  assert.ok(reply.usage.total_tokens > 0);
  const { chunks } = await streamed(plan.released, { stream_options: { include_usage: true } });
  assert.deepEqual(chunks.at(-1).choices, []);
  assert.deepEqual(chunks.at(-1).usage, reply.usage);
  assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
});

await check("errors: an unknown model is the upstream's own NotFoundError", async () => {
  for (const stream of [false, true]) {
    await assert.rejects(client.chat.completions.create({ ...plan.released, model: "nobody", stream }), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.equal(error.code, "model_not_found");
      assert.equal(error.param, "model");
      return true;
    });
  }
});

await check("errors: a request that can't be read is a BadRequestError that names the field", async () => {
  await assert.rejects(client.chat.completions.create({ ...plan.released, messages: "hello" }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.match(`${error.param} ${error.message}`, /messages/);
    return true;
  });
});

await check("abort: a client that leaves in the middle keeps what it has, and no more comes", async () => {
  const controller = new AbortController();
  const { data, response } = await client.chat.completions
    .create({ ...plan.released, stream: true }, { signal: controller.signal })
    .withResponse();
  let kept = "";
  for await (const chunk of data) {
    kept += chunk.choices[0].delta.content ?? "";
    if (kept) controller.abort();
  }
  const { content } = first(await whole(plan.released)).message;
  assert.ok(kept.length > 0 && content.startsWith(kept) && kept !== content, kept);
  results.left = { trace: response.headers.get("answerable-trace"), text: kept };
});

results.node = process.version;
console.log(JSON.stringify(results));
