"""An upstream for the crash proof: replies of many lines, no two alike, each at a pace of its own.

Everything about a reply follows from the customer's last message: its lines,
the size of its pieces, the pauses between them, whether it ends in a tool call.
So no line of one trace could be taken for a line of another.
"""

import argparse
import asyncio
import json
import random
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

LINES = (
    "Order {n} was delivered on March {day}. ",
    "Refunds usually take 3 to 5 business days. ",
    "I've refunded ${day}.00 to your card for order {n}. ",
    "Café table {n} comes in one piece, 12 kg 🌱. ",
    "\n\n- Parcel {n} has left the depot.\n- Its label reads {n}.\n\n",
    "You will have it by Friday, we promise. ",
    "Would you like me to look up parcel {n}? ",
    "## Order {n}\n\n",
)


def reply(question: str, choice: int) -> str:
    """The text of one choice."""
    chance = random.Random(f"{question}/{choice}")
    return "".join(
        chance.choice(LINES).format(n=f"{question}-{choice}-{place}", day=chance.randint(1, 28))
        for place in range(chance.randint(4, 14))
    ).rstrip()


def call(question: str, choice: int) -> list[dict[str, Any]]:
    """The tool calls at the end of one choice: one, or none."""
    if random.Random(f"{question}/{choice}/call").random() < 0.7:
        return []
    arguments = json.dumps({"order": f"{question}-{choice}", "amount": 45.5, "why": "é🌱"})
    function = {"name": "refund_order", "arguments": arguments}
    return [{"id": f"call_{question}_{choice}", "type": "function", "function": function}]


def stream(question: str, choices: int) -> Iterator[tuple[float, dict[str, Any]]]:
    """The chunks of a streamed reply, each with the seconds to wait before it. Choices take turns."""
    chance = random.Random(question)
    pause = chance.choice((0, 0, 0.0005, 0.002, 0.005))
    size = chance.choice((3, 8, 20, 60, 400))
    head = {"id": f"chatcmpl-{question}", "object": "chat.completion.chunk", "created": 1, "model": "crash"}
    texts = [reply(question, choice) for choice in range(choices)]
    for choice in range(choices):
        yield 0, {**head, "choices": [part(choice, {"role": "assistant", "content": ""})]}
    for start in range(0, max(map(len, texts)), size):
        for choice, text in enumerate(texts):
            if text[start : start + size]:
                yield pause, {**head, "choices": [part(choice, {"content": text[start : start + size]})]}
    for choice in range(choices):
        calls = call(question, choice)
        for one in calls:
            name, arguments = one["function"]["name"], one["function"]["arguments"]
            first = {"index": 0, **one, "function": {"name": name, "arguments": ""}}
            yield pause, {**head, "choices": [part(choice, {"tool_calls": [first]})]}
            for start in range(0, len(arguments), size):
                more = {"index": 0, "function": {"arguments": arguments[start : start + size]}}
                yield pause, {**head, "choices": [part(choice, {"tool_calls": [more]})]}
        yield 0, {**head, "choices": [part(choice, {}, "tool_calls" if calls else "stop")]}


def part(index: int, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}


def whole(question: str, choices: int) -> bytes:
    messages = [
        {
            "role": "assistant",
            "content": reply(question, choice),
            "tool_calls": call(question, choice) or None,
        }
        for choice in range(choices)
    ]
    body = {
        "id": f"chatcmpl-{question}",
        "object": "chat.completion",
        "created": 1,
        "model": "crash",
        "choices": [
            {
                "index": index,
                "message": message,
                "logprobs": None,
                "finish_reason": "tool_calls" if message["tool_calls"] else "stop",
            }
            for index, message in enumerate(messages)
        ],
    }
    return json.dumps(body).encode()


async def app(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    asked = json.loads(body)
    question, choices = asked["messages"][-1]["content"], asked.get("n") or 1
    kind = b"text/event-stream" if asked.get("stream") else b"application/json"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    if not asked.get("stream"):
        await send({"type": "http.response.body", "body": whole(question, choices)})
        return
    for pause, chunk in stream(question, choices):
        if pause:
            await asyncio.sleep(pause)
        data = b"data: " + json.dumps(chunk).encode() + b"\n\n"
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", ws="none")
    print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}/v1"}), flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
