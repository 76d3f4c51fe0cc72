"""A stub upstream as fast as Python lets it be: fixed chunks, optional pause between them."""

import argparse
import asyncio
import json

import uvicorn

REPLY = (
    "Thanks for your patience, Ines. Order L-20418 was delivered on March 2. Items can be returned within 30 days "
    "of delivery. Refunds usually take 3 to 5 business days. Would you like me to look up the return address? "
    "I've refunded $45.00 to your card ending 1881. You can follow the parcel on our website at any time."
)
FIRST_LINE = "Thanks for your patience, Ines."


def chunks(size: int = 5) -> list[bytes]:
    head = {"id": "chatcmpl-stub", "object": "chat.completion.chunk", "created": 1, "model": "stub"}
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": REPLY[i : i + size]} for i in range(0, len(REPLY), size)]
    found = [
        {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]}
        for delta in deltas
    ]
    found.append({**head, "choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]})
    return [b"data: " + json.dumps(one).encode() + b"\n\n" for one in found] + [b"data: [DONE]\n\n"]


WHOLE = json.dumps(
    {
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 1,
        "model": "stub",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": REPLY},
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
).encode()


async def app(scope, receive, send):  # type: ignore[no-untyped-def]
    if scope["type"] != "http":
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    asked = json.loads(body or b"{}")
    delay = float(asked.get("delay", 0))
    if not asked.get("stream"):
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(WHOLE)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": WHOLE})
        return
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
    )
    for chunk in CHUNKS:
        if delay:
            await asyncio.sleep(delay)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


CHUNKS = chunks()

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(
        app, port=parser.parse_args().port, log_level="critical", access_log=False, lifespan="off", ws="none"
    )
