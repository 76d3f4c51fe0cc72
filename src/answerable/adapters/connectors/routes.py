"""Which HTTP request a tool's call is: pure, and so strict that an argument stays where it was put.

    Route("get_order", "GET", "/orders/{order_id}")       {"order_id":"W 1/2"} -> GET /orders/W%201%2F2
    Route("refund_order", "POST", "/refund_order")        the arguments' text, as it stands
    Route("find", "GET", "/orders", query=("status",))    {"status":"open"}    -> GET /orders?status=open

A value in a path is percent-encoded whole (RFC 3986 section 2), and refused where a server that decodes it
too early could take it for another path, or where it holds a control character.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from answerable.grants.arguments import read_arguments
from answerable.grants.canonical_json import number
from answerable.values.errors import InvalidRequest, SettingsError

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_LONGEST_VALUE = 2048
_STATIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@%/")


@dataclass(frozen=True, slots=True)
class Route:
    """A tool and the request that it is. `path` is under the base URL, with `{argument}` in its segments.

    What is neither in the path nor in the query is the body, as a JSON object, where the method has one.
    """

    tool: str
    method: str
    path: str
    query: tuple[str, ...] = ()
    description: str = ""
    reference: str | None = None
    """The member of the answer that is the back end's own name for what it did."""
    schema: str = ""
    """The JSON Schema of its arguments, as text; empty where nobody said."""

    def __post_init__(self) -> None:
        """Raises SettingsError."""
        if self.method not in METHODS:
            raise SettingsError(f"'{self.method}' is no method; use one of {', '.join(METHODS)}")
        if not _is_name(self.tool):
            raise SettingsError(f"'{self.tool}' can't be a tool's name: letters, digits, '_', '-' and '.'")
        names = self.names
        twice = len(set(names)) != len(names) or set(names) & set(self.query)
        static = "".join(text for text, _ in _parts(self.path))
        if twice or not self.path.startswith("/") or not _STATIC.issuperset(static) or _leaves(static):
            raise SettingsError(
                f"the path '{self.path}' can't be used: write /segments/{{argument}}, each argument once, "
                "no '..' and no query"
            )

    @property
    def names(self) -> list[str]:
        """The arguments in the path."""
        return [name for _, name in _parts(self.path) if name]

    @property
    def passes_all(self) -> bool:
        """Is the body the arguments' own text?"""
        return self.method in WITH_BODY and not self.query and "{" not in self.path


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: what comes after the base URL, encoded, and the body."""

    target: str
    body: bytes | None


def request_for(route: Route, arguments: str) -> Asked:
    """The request that a call is. Raises InvalidRequest, RequestTooLarge: nothing was sent."""
    given = read_arguments(arguments)
    if route.passes_all:
        try:
            return Asked(route.path, (arguments or "{}").encode())
        except UnicodeEncodeError:
            raise InvalidRequest("the arguments hold half of a surrogate pair", "arguments") from None
    path = path_for(route.path, given)
    left = {name: value for name, value in given.items() if name not in (*route.names, *route.query)}
    pairs = [
        (name, _text(name, one))
        for name in route.query
        if given.get(name) is not None
        for one in (given[name] if isinstance(given[name], list) else [given[name]])
    ]
    target = path + (f"?{urlencode(pairs, quote_via=quote, safe='')}" if pairs else "")
    if route.method in WITH_BODY:
        return Asked(target, json.dumps(left).encode())
    if left:
        raise InvalidRequest(
            f"'{route.tool}' takes no '{_shown(next(iter(left)))}'; leave it out", "arguments"
        )
    return Asked(target, None)


def path_for(path: str, given: Mapping[str, Any]) -> str:
    """The path with its values in it. Raises InvalidRequest."""
    made = ""
    for text, name in _parts(path):
        made += text
        if name:
            value = _text(name, given.get(name))
            if not value or _leaves(value):
                raise InvalidRequest(f"'{name}' is empty, or would lead to another path", f"arguments.{name}")
            made += quote(value, safe="")
    if any(segment in (".", "..") for segment in made.split("/")):
        raise InvalidRequest("an argument would lead to another path", "arguments")
    return made


def _parts(path: str) -> list[tuple[str, str]]:
    """Text, and the argument after it. Raises SettingsError."""
    found: list[tuple[str, str]] = []
    rest = path
    while rest:
        text, opened, rest = rest.partition("{")
        name, closed, rest = rest.partition("}") if opened else ("", "", "")
        if opened and (not closed or not _is_name(name)):
            raise SettingsError(f"the path '{path}' has an argument without a name; write {{order_id}}")
        found.append((text, name))
    return found


def _leaves(path: str) -> bool:
    """Would a server that decodes it go up, or elsewhere?"""
    return any(part in (".", "..") for part in path.replace("\\", "/").split("/"))


def _text(name: str, value: Any) -> str:
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = value
        case int():
            text = str(value)
        case float():
            text = number(value)
        case None:
            raise InvalidRequest(f"'{name}' is missing", f"arguments.{name}")
        case _:
            raise InvalidRequest(
                f"'{name}' is no plain value: text, a number, true or false", f"arguments.{name}"
            )
    if len(text) > _LONGEST_VALUE or any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in text):  # noqa: PLR2004
        raise InvalidRequest(f"'{name}' is too long, or holds a control character", f"arguments.{name}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidRequest(f"'{name}' holds half of a surrogate pair", f"arguments.{name}") from None
    return text


def _is_name(text: str) -> bool:
    return (
        0 < len(text) <= 128  # noqa: PLR2004
        and text.isascii()
        and text.replace("_", "a").replace("-", "a").replace(".", "a").isalnum()
        and not text.startswith(".")
    )


def _shown(text: str) -> str:
    return text[:40].encode("utf-8", "replace").decode()
