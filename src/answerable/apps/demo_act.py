"""The demo's last part: an act that is too large for a bot, from asking to being told.

A real shop over a real database checks a grant for every act; somebody with the authority signs in and approves; the
gateway does exactly that, once, and the customer hears it first in the next reply.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from answerable.apps.acting_words import second
from answerable.apps.chain import Chain
from answerable.apps.demo_house import House, house
from answerable.roles import Role
from answerable.values.errors import ActionsUnavailable

_SECONDS = 15.0
_DONE, _REFUSED = 200, 403
_ORDER = "L-19004"
_WAITS = "A colleague has to confirm that refund before it is made."
_ANSWER = {
    "order_id": _ORDER,
    "status": "delivered",
    "total": 210.00,
    "days_since_delivery": 81,
    "items": [{"name": "Garden bench"}],
}
_TALK: list[dict[str, Any]] = [
    {"role": "user", "content": f"The bench of order {_ORDER} arrived broken. I want my money back."},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_0",
                "type": "function",
                "function": {"name": "get_order", "arguments": json.dumps({"order_id": _ORDER})},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_0", "content": json.dumps(_ANSWER)},
    {"role": "assistant", "content": f"Shall I refund $210.00 for the Garden bench of order {_ORDER}?"},
    {"role": "user", "content": "Yes, go ahead."},
]
_REFUND = {"order_id": _ORDER, "amount": 210.00, "reason": "broken"}


@contextmanager
def running_house(folder: Path) -> Iterator[House]:
    """The house of the demo, in a folder that is its own and is started anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with house(folder, _model()) as home:
        home.give("ruth", Role.APPROVER, amount="500.00 USD")
        home.own("olga")
        home.give("olga", Role.APPROVER, amount="500.00 USD")
        yield home


def play_act(console: Console, home: House, client: Any, chain_of: Callable[[str], Chain]) -> list[str]:
    """Play it and print it, from the record; what did not come out as it should.

    `client` is the official one, pointed at the house; `chain_of` reads a trace.
    """
    wrong: list[str] = []
    console.rule("[bold]An act[/]  A refund of $210.00, which takes a person", align="left")
    trace, said = _ask(home, client, _TALK)
    console.print(f"\n[bold]customer[/]  {_TALK[-1]['content']}")
    console.print("→ act      refund_order " + escape(json.dumps(_REFUND)))
    console.print(f"[yellow]… hold[/]     {escape(said)}")
    console.print("           [dim]the shop has done nothing, and nobody holds a credential for it[/]\n")
    # Somebody tries who may not: the bot is theirs.
    status, _ = _answer(home, "olga", "approve")
    console.print(
        f"olga       signs in and approves: {'refused' if status == _REFUSED else status}, the bot is hers"
    )
    if status != _REFUSED:
        wrong.append("the bot's owner could approve what it asks for")
    status, approval = _answer(home, "ruth", "approve")
    console.print(f"ruth       signs in with a second factor and approves {approval}")
    if status != _DONE:
        wrong.append(f"an approver within her limits got status {status}")
    _until(lambda: any(one.what == "receipt: done" for one in chain_of(trace).after))
    for one in chain_of(trace).after:
        console.print(
            f"  {second(one.at)[11:]}  [bold]{escape(one.what):<20}[/] {escape(_cut(one.told))}",
            soft_wrap=True,
        )
    _, said = _ask(
        home,
        client,
        [*_TALK, {"role": "assistant", "content": said}, {"role": "user", "content": "Any news?"}],
    )
    console.print("\n[bold]customer[/]  Any news?")
    console.print(f"[green]✓ release[/]  {escape(said)}\n")
    if not said.startswith("A member of our team has approved"):
        wrong.append(f"the customer was not told first what people answered, but: {said}")
    return wrong


def _ask(home: House, client: Any, messages: list[Any]) -> tuple[str, str]:
    raw = client.chat.completions.with_raw_response.create(
        model="scripted",
        messages=messages,
        metadata={"conversation_id": "demo-act", "customer_id": "c-1519", "assurance": "aal1"},
        extra_headers={"Authorization": f"Bearer {home.svid()}"},
    )
    return raw.headers["Answerable-Trace"], raw.parse().choices[0].message.content


def _answer(home: House, who: str, verb: str) -> tuple[int, str]:
    """Somebody signs in, looks at what waits, and answers it."""
    browser = home.signed_in(who)
    [one] = browser.ask("/approvals/").json["approvals"]
    shown = browser.ask(f"/approvals/{one['approval']}").json
    page = browser.post(
        f"/approvals/{one['approval']}/{verb}",
        sends={"binds": shown["binds"], "reason": "the photo shows it"},
        X_Answerable_CSRF=home.csrf(browser),
    )
    return page.status, one["approval"]


def _until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + _SECONDS
    while not there():
        if time.monotonic() > end:
            raise ActionsUnavailable(f"what was approved was not done within {_SECONDS:g} seconds")
        time.sleep(0.02)


def _cut(text: str) -> str:
    return text if len(text) <= 150 else text[:149] + "…"  # noqa: PLR2004


def _model() -> Starlette:
    """A model that asks for the refund, says that it waits, and later has nothing to add."""

    async def complete(request: Request) -> Response:
        last = (await request.json())["messages"][-1]
        if last["role"] == "user" and last["content"] == "Any news?":
            return _said({"content": "Is there anything else?"}, "stop")
        if last["role"] == "tool":
            return _said({"content": _WAITS}, "stop")
        function = {"name": "refund_order", "arguments": json.dumps(_REFUND)}
        call = {"id": "call_1", "type": "function", "function": function}
        return _said({"content": None, "tool_calls": [call]}, "tool_calls")

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])


def _said(message: dict[str, Any], finish: str) -> Response:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return JSONResponse(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "scripted",
            "choices": [choice],
        }
    )
