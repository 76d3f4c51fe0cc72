"""What a client asks with a call: the tool, its arguments in one form, and what `_meta` says of the conversation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from answerable.grants import arguments_digest, confusable
from answerable.grants.arguments import read_arguments
from answerable.grants.canonical_json import canonical_json
from answerable.values import AssuranceLevel, CallId, ConversationId, CustomerId, Digest, TraceId
from answerable.values.errors import InvalidRequest
from answerable.wire.requests import Names

CONVERSATION = "answerable/conversation"
CUSTOMER = "answerable/customer"
"""A login service's signed assertion."""
CUSTOMER_ID = "answerable/customer_id"
"""The workload's own word on who the customer is; believed only where there is no login service to ask."""
TRACE, CALL = "answerable/trace", "answerable/call"
"""An act that a chat reply's decision let pass: the reply's trace and the call's id in it."""
KEY = "answerable/key"
"""The client's own key of an act: the same act under another key is meant to be done once more."""
_LONGEST_NAME = 512
_LONGEST_ASSERTION = 16 * 1024


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments in their one form: canonical JSON (RFC 8785) and its digest."""

    text: str
    digest: Digest
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Permitted:
    """Where a decision stands that let the act pass already."""

    trace: TraceId
    call: CallId


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the tool as clients call it, its arguments, and the call's own name."""

    tool: str
    arguments: Arguments
    call: CallId
    permitted: Permitted | None = None
    once: str = ""
    """The client's own key: the same act with another key is another act."""


@dataclass(frozen=True, slots=True)
class Said:
    """What `_meta` says."""

    names: Names
    permitted: Permitted | None = None
    once: str = ""


def said_in(meta: Mapping[str, Any]) -> Said:
    """Read what is ours in a call's `_meta`; the rest is somebody else's. Raises InvalidRequest."""
    conversation = _named(meta, CONVERSATION)
    customer = _named(meta, CUSTOMER_ID)
    names = Names(
        None,
        ConversationId(conversation) if conversation else None,
        CustomerId(customer) if customer else None,
        AssuranceLevel.NONE,
        _named(meta, CUSTOMER, _LONGEST_ASSERTION),
    )
    trace, call = _named(meta, TRACE), _named(meta, CALL)
    if (trace is None) is not (call is None):
        raise InvalidRequest(f"'_meta.{TRACE}' and '_meta.{CALL}' go together; send both or neither", "_meta")
    return Said(
        names, Permitted(TraceId(trace), CallId(call)) if trace and call else None, _named(meta, KEY) or ""
    )


def one_form(arguments: str | Mapping[str, Any] | None) -> Arguments:
    """Arguments, read within bounds and written in one way. Raises InvalidRequest, RequestTooLarge.

    Key order, white space and how a number is written make no difference; text is compared by code points. What can
    be read as something else than it is (text that is shown in another order, half of a letter) is refused.
    """
    text = arguments if isinstance(arguments, str) else _written(arguments or {})
    digest = arguments_digest(text)
    if what := confusable(text):
        raise InvalidRequest(f"the arguments hold {what}; write them without", "arguments")
    value = read_arguments(text)
    return Arguments(canonical_json(value).decode(), digest, value)


def _written(arguments: Mapping[str, Any]) -> str:
    try:
        return json.dumps(arguments, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequest(f"the arguments are nothing that JSON has: {error}", "arguments") from None


def _named(meta: Mapping[str, Any], name: str, most: int = _LONGEST_NAME) -> str | None:
    value = meta.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= most or not value.isprintable():
        raise InvalidRequest(f"'_meta.{name}' must be a text of 1 to {most} characters", f"_meta.{name}")
    return value
