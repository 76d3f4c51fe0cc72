"""Arguments that say the same have one digest, all others have others, and what can be misread has none."""

import json
import random
import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.grants.arguments import (
    LARGEST_INTEGER,
    MOST_BYTES,
    MOST_DEEP,
    arguments_digest,
    confusable,
    read_arguments,
)
from answerable.values.errors import InvalidRequest, RequestTooLarge

texts = st.text(st.characters(codec="utf-8"), max_size=12)
numbers = st.one_of(
    st.integers(-LARGEST_INTEGER, LARGEST_INTEGER),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
objects = st.dictionaries(texts, values, max_size=5)
small = st.dictionaries(
    st.sampled_from(["a", "A", "é", "e\u0301"]),
    st.sampled_from([0, 1, -1, 0.5, True, False, None, "", "1", "é", "e\u0301", [], {}, [0], {"a": 1}]),
    max_size=3,
)


def rewritten(value: Any, chance: random.Random) -> str:
    """The same JSON, written another way: order, white space, escapes, forms of numbers."""

    def space() -> str:
        return chance.choice(["", " ", "\n\t ", "\r\n"])

    match value:
        case dict():
            members = list(value.items())
            chance.shuffle(members)
            inside = ",".join(
                f"{space()}{rewritten(name, chance)}{space()}:{space()}{rewritten(one, chance)}{space()}"
                for name, one in members
            )
            return f"{{{inside}}}"
        case list():
            return f"[{','.join(space() + rewritten(one, chance) + space() for one in value)}]"
        case str():
            return json.dumps(value, ensure_ascii=chance.random() < 0.5)
        case bool() | None:
            return json.dumps(value)
        case int() if abs(value) < 10**6:
            return chance.choice(
                [str(value), f"{value}.0", f"{value}e0", f"{value}.000E+0", f"{value * 10}e-1"]
            )
        case _:
            return json.dumps(value)


@settings(max_examples=100, deadline=None)
@given(objects, st.integers(0, 1 << 32))
def test_however_the_same_arguments_are_written_they_have_one_digest(
    value: dict[str, Any], seed: int
) -> None:
    assert arguments_digest(json.dumps(value)) == arguments_digest(rewritten(value, random.Random(seed)))


@settings(max_examples=100, deadline=None)
@given(small, small)
def test_different_arguments_have_different_digests(one: dict[str, Any], other: dict[str, Any]) -> None:
    same = rfc8785.dumps(one) == rfc8785.dumps(other)
    assert (arguments_digest(json.dumps(one)) == arguments_digest(json.dumps(other))) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1,"b":2}', ' { "b" : 2 ,\n"a":1}'),
        ('{"n":1}', '{"n":1.0}'),
        ('{"n":1}', '{"n":1e0}'),
        ('{"n":100}', '{"n":1E+2}'),
        ('{"n":0}', '{"n":-0}'),
        ('{"n":0}', '{"n":-0.0e7}'),
        ('{"n":0.001}', '{"n":1e-3}'),
        ('{"n":10.10}', '{"n":10.1}'),
        ('{"a":"b"}', '{"\\u0061":"\\u0062"}'),
        ('{"a":"/"}', '{"a":"\\/"}'),
        ('{"a":"😀"}', '{"a":"\\ud83d\\ude00"}'),
        ("", "{}"),
    ],
)
def test_these_say_the_same(one: str, other: str) -> None:
    assert arguments_digest(one) == arguments_digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"n":1}', '{"n":"1"}'),
        ('{"n":1}', '{"n":true}'),
        ('{"n":null}', "{}"),
        ('{"n":[1,2]}', '{"n":[2,1]}'),
        ('{"n":[]}', '{"n":{}}'),
        ('{"n":0.1}', '{"n":0.10000000000000002}'),
        ('{"n":9007199254740990}', '{"n":9007199254740991}'),
        ('{"a":"W1"}', '{"a":"w1"}'),
        ('{"a":"W1"}', '{"a":"W1 "}'),
        ('{"a":"W1"}', '{"A":"W1"}'),
        ('{"a":"W1"}', '{"a":"W\u200b1"}'),
    ],
)
def test_these_do_not_say_the_same(one: str, other: str) -> None:
    assert arguments_digest(one) != arguments_digest(other)


@given(texts, texts)
def test_text_is_not_normalised_so_each_way_to_write_it_has_its_own_digest(one: str, other: str) -> None:
    digests = [arguments_digest(json.dumps({"a": text})) for text in (one, other)]
    if unicodedata.normalize("NFC", one) != unicodedata.normalize("NFC", other):
        assert digests[0] != digests[1]
    assert (digests[0] == digests[1]) is (one == other)


@pytest.mark.parametrize("text", ["é", "한", "Å", "ﬁ", "①"])
def test_composed_and_decomposed_letters_are_not_one(text: str) -> None:
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")} | {text}
    assert len({arguments_digest(json.dumps({"a": one})) for one in forms}) == len(forms) > 1


@pytest.mark.parametrize(
    "number",
    [
        "9007199254740992", "-9007199254740992", "9007199254740993", "1" + "0" * 400, "9007199254740992.0", "1e30",
        "-1E308",
        "1e309", "-1e400", "1e99999999999999999999", "1e-400", "1e-99999999999999999999", "0.1000000000000000055",
        "333333333.33333329", "4.9e-325", "9007199254740990.9", "NaN", "Infinity", "-Infinity",
    ],
)  # fmt: skip
def test_a_number_that_not_every_program_reads_alike_has_no_digest(number: str) -> None:
    for text in (f'{{"n":{number}}}', f'{{"a":[{{"n":{number}}}]}}'):
        with pytest.raises(InvalidRequest):
            arguments_digest(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '{"x":{"a":1,"b":2,"a":3}}', '{"x":[{"a":1,"a":2}]}', '{"":1,"":2}',
        "[]", "1", '"{}"', "null", " ", "{", "{}{}", "{} x", "{'a':1}", '{"a":1,}', '{"a":01}', '{"a":+1}', '{"a":.5}',
        '{"a":"\x01"}', '{"a":"\\x"}', "\ufeff{}", '{"a":"\\ud800"}', '{"\\udfff":1}', '{"a":"\ud800"}', '{"a":tru}',
    ],
)  # fmt: skip
def test_what_is_no_object_that_can_be_read_in_one_way_has_no_digest(text: str) -> None:
    with pytest.raises(InvalidRequest):
        arguments_digest(text)


@given(st.text(max_size=60) | st.text(st.sampled_from('{}[]",:\\u0123e-+.ntf '), max_size=60))
def test_any_text_has_a_digest_or_is_refused(text: str) -> None:
    try:
        found = arguments_digest(text)
    except InvalidRequest:
        return
    assert found.startswith("sha256:")
    assert len(found) == 71


def test_size_is_told_before_anything_is_read() -> None:
    fitting = '{"a":"%s"}' % ("x" * (MOST_BYTES - 8))
    assert len(fitting) == MOST_BYTES
    arguments_digest(fitting)
    for text in (fitting + " ", "{" * (MOST_BYTES + 1), '{"a":"%s"}' % ("é" * (MOST_BYTES // 2))):
        with pytest.raises(RequestTooLarge):
            arguments_digest(text)


def test_depth_is_told_before_a_parser_goes_down() -> None:
    deepest = '{"a":' + "[" * (MOST_DEEP - 1) + "]" * (MOST_DEEP - 1) + "}"
    arguments_digest(deepest)
    for text in ('{"a":' + deepest + "}", "[" * 60_000, '{"a":' * 10_000 + "1"):
        with pytest.raises(InvalidRequest, match="nested"):
            arguments_digest(text)


def test_brackets_in_strings_are_not_depth() -> None:
    text = json.dumps({"a": '[{"' * 200, '\\"[[[': ["]"] * 50, "b": [[1], [2]] * 40})
    assert read_arguments(text) == json.loads(text)


def test_a_huge_object_with_every_name_once_is_read_in_no_time_that_matters() -> None:
    text = "{" + ",".join(f'"{number}":0' for number in range(6000)) + "}"
    assert len(read_arguments(text)) == 6000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a":"W1\\u0000"}', "NUL"),
        ('{"a\\u0000":1}', "NUL"),
        ('{"a":["x",{"b":"\\ud83d"}]}', "surrogate"),
        ('{"a":"\ud83d"}', "surrogate"),
        ('{"a":"user\\u202etxt.exe"}', "U+202E"),
        ('{"a":"\u2066"}', "U+2066"),
        ('{"\u061c":1}', "U+061C"),
    ],
)
def test_what_reads_other_than_it_is_is_told(text: str, found: str) -> None:
    assert found in confusable(text)


@pytest.mark.parametrize("text", ["{}", '{"a":"שלום עולם 👩‍👩‍👧 é\\n\\t"}', '{"a":[1,true,null,{"b":2.5}]}'])
def test_ordinary_arguments_are_not_confusable(text: str) -> None:
    assert confusable(text) == ""
