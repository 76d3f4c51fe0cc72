"""A reply asked for as JSON: strings are gated, structure passes, and JSON stays JSON."""

import json

from hypothesis import given
from hypothesis import strategies as st

from answerable.statements import JsonSplitter, Shape, Statement, spoken, written

_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=30)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def _all(pieces: list[str], limit: int = 2000) -> list[Statement]:
    splitter = JsonSplitter(limit=limit)
    found = [statement for piece in pieces for statement in splitter.feed(piece)]
    return found + splitter.finish()


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in [key, *_strings(inner)]]
    if isinstance(value, list):
        return [one for inner in value for one in _strings(inner)]
    return []


@given(_VALUES, st.booleans(), st.integers(1, 7))
def test_every_string_is_one_statement_however_the_text_is_cut(
    value: object, escaped: bool, size: int
) -> None:
    text = json.dumps(value, ensure_ascii=escaped)
    whole = _all([text])
    assert _all([text[i : i + size] for i in range(0, len(text), size)]) == whole
    assert "".join(one.lead + one.text for one in whole) == text
    found = [spoken(one.text) for one in whole if one.shape is Shape.VALUE and one.text]
    assert found == [one for one in _strings(value) if one]


@given(st.text(), st.integers(1, 40), st.integers(1, 9))
def test_any_text_at_all_comes_back_whole_and_in_place(text: str, limit: int, size: int) -> None:
    whole = _all([text], limit)
    assert _all([text[i : i + size] for i in range(0, len(text), size)], limit) == whole
    assert "".join(one.lead + one.text for one in whole) == text
    assert all(text[one.start : one.end] == one.text for one in whole)
    assert all(len(one.text) <= limit + 12 and len(one.lead) <= limit + 1 for one in whole)


@given(_VALUES, st.text(max_size=40))
def test_replacing_any_string_leaves_valid_json(value: object, words: str) -> None:
    statements = _all([json.dumps(value)])
    replaced = "".join(
        one.lead + (written(words) if one.shape is Shape.VALUE else one.text) for one in statements
    )
    json.loads(replaced)


def test_a_string_past_the_limit_is_given_in_flagged_pieces_that_part_no_escape() -> None:
    text = json.dumps({"a": "é\n" * 50})
    pieces = [one for one in _all([text], 10) if one.shape is Shape.VALUE and one.overlong]
    assert len(pieces) > 10
    assert "".join(spoken(one.text) or "?" for one in pieces) == "é\n" * 50


def test_a_malformed_escape_is_not_read_as_something_else() -> None:
    assert spoken("\\q") is None
    assert spoken("\\ud83d") is not None
