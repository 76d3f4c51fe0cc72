"""Play scripts against a gateway with the official OpenAI client, as a bot's host would."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.serve import build
from answerable.apps.settings import Settings
from answerable.testing.script import Call, Script
from answerable.testing.serving import serve_in_thread


@dataclass(slots=True)
class PlayedReply:
    """One reply as the client received it."""

    trace: str
    text: str = ""
    calls: dict[int, Any] = field(default_factory=dict)
    finish: str | None = None


@contextmanager
def gateway_over(
    upstream: ASGIApp, ledger: Path, bundle: Path | None = None
) -> Iterator[tuple[str, SqliteLedger]]:
    """A real gateway, over HTTP, before a real upstream, over HTTP: the clients' base URL, and its ledger."""
    store = SqliteLedger(ledger)
    try:
        with serve_in_thread(upstream) as upstream_url:
            app = build(Settings(upstream=f"{upstream_url}/v1", bundle=bundle), store)
            with serve_in_thread(app) as url:
                yield f"{url}/v1", store
    finally:
        asyncio.run(store.close())


@contextmanager
def closing_ledger(ledger: Path) -> Iterator[SqliteLedger]:
    """A ledger to look at."""
    store = SqliteLedger(ledger)
    try:
        yield store
    finally:
        asyncio.run(store.close())


def play(client: Any, script: Script) -> Iterator[tuple[str, list[PlayedReply]]]:
    """Play a script turn by turn: what the customer said, and the replies that followed."""
    messages: list[dict[str, Any]] = []
    if script.system:
        messages.append({"role": "system", "content": script.system})
    for turn in script.turns:
        replies: list[PlayedReply] = []
        if turn.customer:
            messages.append({"role": "user", "content": turn.customer})
        for step in turn.steps:
            reply = ask(client, script, messages)
            replies.append(reply)
            messages.append(_as_message(reply))
            if isinstance(step, Call):
                messages += [
                    {"role": "tool", "tool_call_id": outcome.call.id, "content": outcome.result}
                    for outcome in step.calls
                ]
        yield turn.customer, replies


def ask(client: Any, script: Script, messages: list[dict[str, Any]]) -> PlayedReply:
    """One streamed request with the official client."""
    options: dict[str, Any] = {"metadata": dict(script.metadata)} if script.metadata else {}
    if script.tools:
        options["tools"] = list(script.tools)
    if script.context:
        context = [{"source": item.source, "text": item.text} for item in script.context]
        options["extra_body"] = {"answerable": {"context": context}}
    raw = client.chat.completions.with_raw_response.create(
        model=script.id, messages=messages, stream=True, **options
    )
    reply = PlayedReply(raw.headers.get("Answerable-Trace", ""))
    for chunk in raw.parse():
        for choice in chunk.choices:
            reply.text += choice.delta.content or ""
            for call in choice.delta.tool_calls or []:
                reply.calls[call.index] = call
            reply.finish = choice.finish_reason or reply.finish
    return reply


def _as_message(reply: PlayedReply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.function.name, "arguments": call.function.arguments},
            }
            for _, call in sorted(reply.calls.items())
        ]
    elif not reply.text:
        message["content"] = ""
    return message
