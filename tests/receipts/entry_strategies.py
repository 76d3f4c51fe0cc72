"""Any entry at all: a strategy for every struct that an entry may hold, from the types themselves."""

import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from answerable.receipts import FORMAT, Body, Draft, Entry, Private, UnknownBody

LARGEST = 2**53 - 1
AWKWARD = (
    *(chr(code) for code in range(0x20)),
    *'"\\/<>&\x7f\x80\x9f\xa0\u2028\u2029\ufeff\ufffe\uffff\U00010000\U0010ffff😀é',
    *("\\u0041", "</script>", "\r\n", "\ud7ff\ue000"),
)

characters = st.characters(exclude_categories=["Cs"])
texts = st.lists(st.sampled_from(AWKWARD) | characters, max_size=6).map("".join)
integers = st.integers(-LARGEST, LARGEST) | st.sampled_from([-LARGEST, -1, 0, 1, LARGEST])
plain: Mapping[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: integers,
    bool: st.booleans(),
    type(None): st.none(),
    bytes: st.just(b"{}"),
    msgspec.UnsetType: st.just(msgspec.UNSET),
}


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type, as the entries' structs declare it."""
    if kind in plain:
        return plain[kind]
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of(*(of(one) for one in args))
    if origin is tuple and args[-1:] == (Ellipsis,):
        return st.lists(of(args[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(of(one) for one in args))
    assert issubclass(kind, msgspec.Struct), kind
    return st.builds(kind, **{field.name: of(field.type) for field in msgspec.structs.fields(kind)})


BODIES: tuple[type[msgspec.Struct], ...] = get_args(Body)
PRIVATES: tuple[type[msgspec.Struct], ...] = get_args(Private)
drafts = of(Draft)
entries = (
    of(Entry)
    .filter(lambda entry: not isinstance(entry.body, UnknownBody))
    .map(lambda entry: msgspec.structs.replace(entry, v=FORMAT))
)
