"""The whole house as tests use it: a model that answers as it is told, the bot's requests, and what people send."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from gateway_stack import Answer, Programmed, Stack, call, whole

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps import demo_house
from answerable.apps.demo_house import BOT, SHOP_AUDIENCE, now
from answerable.apps.gateway.identity_settings import open_callers
from answerable.apps.serve import build
from answerable.grants import arguments_digest, make_proof, new_key
from answerable.testing.browser import Browser, Page
from answerable.testing.serving import serve_in_thread

__all__ = [
    "AGREED",
    "BOT",
    "HOLDER",
    "REFUND",
    "SHOP_AUDIENCE",
    "WAITS",
    "House",
    "answer_it",
    "asks",
    "beside",
    "bot",
    "grant_for",
    "held",
    "house",
    "now",
    "read_order",
    "refunded",
    "until",
    "user",
    "waiting",
]


@dataclass
class House(demo_house.House):
    """Everything that a test turns and reads."""

    stack: Stack
    model: Programmed

    def say(self, messages: list[Any], conversation: str = "c-1", **more: Any) -> Answer:
        """The bot asks for a reply."""
        body = {
            "model": "m",
            "messages": messages,
            "metadata": {"conversation_id": conversation, "customer_id": "c-1519", "assurance": "aal1"},
            **more,
        }
        return self.stack.post("/v1/chat/completions", body, {"Authorization": f"Bearer {self.svid()}"})

    def get(self, path: str, workload: str = "bot") -> Answer:
        return self.stack.get(path, {"Authorization": f"Bearer {self.svid(workload)}"})

    def outcomes(self, conversation: str = "c-1", workload: str = "bot") -> Any:
        return self.get(f"/v1/conversations/{conversation}/outcomes", workload).json["outcomes"]

    def in_shop(self, path: str) -> Any:
        return call(self.shop, "GET", path, None, {}).json

    def send(self, browser: Browser, path: str, **form: Any) -> Page:
        """What a program of the page sends."""
        return browser.post(path, sends=form, X_Answerable_CSRF=self.csrf(browser))


@contextmanager
def beside(home: House, **changed: Any) -> Iterator[Stack]:
    """A second gateway over the same files. `changed` are settings."""
    settings = replace(home.settings, **changed)
    ledger = SqliteLedger(settings.ledger)
    with serve_in_thread(build(settings, ledger, callers=open_callers(settings))) as url:
        yield Stack(url, ledger)


@contextmanager
def house(folder: Path, **changed: Any) -> Iterator[House]:
    """A house. `changed` are settings."""
    model = Programmed()
    with demo_house.house(folder, model.app, **changed) as made:
        parts = {one.name: getattr(made, one.name) for one in fields(demo_house.House)}
        yield House(**parts, stack=Stack(made.url, made.ledger), model=model)


def until(found: Callable[[], Any], seconds: float = 10) -> Any:
    """What is there once it is; fails after a while."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
    return value


# -- a conversation about the garden bench of L-19004, for $210.00 ---------------------------

ORDER = {
    "order_id": "L-19004",
    "status": "delivered",
    "total": 210.00,
    "days_since_delivery": 81,
    "items": [{"name": "Garden bench"}],
}


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def bot(text: str) -> Any:
    return {"role": "assistant", "content": text}


def asks(name: str, call_id: str = "call_1", **arguments: Any) -> Any:
    function = {"name": name, "arguments": msgspec.json.encode(arguments).decode()}
    return {"id": call_id, "type": "function", "function": function}


def read_order(order: Any = None) -> list[Any]:
    found = order or ORDER
    call_made = asks("get_order", "call_0", order_id=found["order_id"])
    return [
        {"role": "assistant", "content": None, "tool_calls": [call_made]},
        {"role": "tool", "tool_call_id": "call_0", "content": msgspec.json.encode(found).decode()},
    ]


AGREED = [
    user("The bench of order L-19004 is broken. I want my money back."),
    *read_order(),
    bot("Shall I refund $210.00 for the Garden bench of order L-19004?"),
    user("Yes, go ahead."),
]


REFUND = asks("refund_order", order_id="L-19004", amount=210.00, reason="broken")
WAITS = "A colleague has to confirm the refund first."


class Refunds:
    """Asks for the refund; once it is told to wait, it says so."""

    def __call__(self, asked: Any) -> Any:
        last = asked.json["messages"][-1]
        if last["role"] == "tool" and last["content"].startswith("Held"):
            return whole({"role": "assistant", "content": WAITS})
        message = {"role": "assistant", "content": None, "tool_calls": [REFUND]}
        return whole(message, finish="tool_calls")


def held(home: House, conversation: str = "c-1") -> Answer:
    home.model.answer = Refunds()
    answer = home.say(AGREED, conversation)
    assert answer.status == 200, answer.body
    assert answer.json["answerable"]["acts"][0]["outcome"] == "hold"
    return answer


def waiting(browser: Browser) -> Any:
    return browser.ask("/approvals/").json["approvals"]


def answer_it(home: House, browser: Browser, one: Any, verb: str, **more: Any) -> Any:
    shown = browser.ask(f"/approvals/{one['approval']}").json
    return home.send(browser, f"/approvals/{one['approval']}/{verb}", binds=shown["binds"], **more)


def refunded(home: House, order: str = "L-19004") -> Any:
    """What the shop has paid back of an order."""
    return home.in_shop(f"/orders/{order}").get("refunded", 0)


# -- a grant, as the bot asks for one --------------------------------------------------------

HOLDER = new_key(bytes(range(40)))


def grant_for(
    home: House,
    decision: Any,
    *,
    workload: str = "bot",
    arguments: str,
    action: str = "refund_order",
    **more: str,
) -> Answer:
    """What the issuer answers whoever asks for a grant by a decision's name."""
    details = {
        "type": "answerable_action",
        "actions": [action],
        "locations": [SHOP_AUDIENCE],
        "arguments_digest": arguments_digest(arguments),
        "decision": decision,
        **more,
    }
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": home.svid(workload),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "audience": SHOP_AUDIENCE,
        "authorization_details": json.dumps([details]),
    }
    proof = make_proof(HOLDER.secret, "POST", f"{home.url}/oauth/token", now=now(), jti=home.svid()[-20:])
    headers = {
        "Authorization": f"Bearer {home.svid(workload)}",
        "Content-Type": "application/x-www-form-urlencoded",
        "DPoP": proof,
    }
    return call(home.url, "POST", "/oauth/token", urlencode(form).encode(), headers)
