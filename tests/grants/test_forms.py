"""A form is read in one way or not at all."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.grants.forms import MOST_BYTES, needed, read_form
from answerable.values.errors import GrantRefused

texts = st.text(st.characters(codec="utf-8"), max_size=12)


@given(st.dictionaries(texts, texts.filter(bool), max_size=5))
def test_what_is_encoded_is_read_as_it_was(form: dict[str, str]) -> None:
    assert read_form(urlencode(form).encode()) == form


def test_a_parameter_without_a_value_is_as_if_it_were_not_there() -> None:
    assert read_form(b"a=&b&c=1") == {"c": "1"}
    assert read_form(b"") == {}


def test_a_value_may_hold_what_parts_parameters() -> None:
    assert read_form(b"a=b=c&d=%26%3D+%2B") == {"a": "b=c", "d": "&= +"}


@pytest.mark.parametrize(
    "body",
    [
        b"a=1&a=2",
        b"a=1&%61=2",
        b"a=&a=1",
        b"a=%",
        b"a=%2",
        b"a=%zz",
        b"a=%ff",
        b"\xff=1",
        b"a=\xc3",
        b"x" * (MOST_BYTES + 1),
    ],
)
def test_what_two_readers_might_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(GrantRefused) as refused:
        read_form(body)
    assert refused.value.code == "invalid_request"


@given(st.binary(max_size=60))
def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    try:
        found = read_form(body)
    except GrantRefused:
        return
    assert all(found.values())


def test_a_parameter_that_is_missing_is_named() -> None:
    with pytest.raises(GrantRefused, match="'token'"):
        needed({}, "token")
