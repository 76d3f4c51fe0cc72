"""Text on a page is what was written: nothing turns it around, hides in it or leaves an empty box."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from answerable.apps.ledger.report_text import MOST_CHARACTERS, MOST_PIECES, Run, plain, runs

AWKWARD = (
    "\u202e\u2066\u200b\u200d\ufeff\u00ad\u0000\u0007\u001b\u2028\ue000\U0010ffff\ud800\ufe0f\u3164\U000e0041"
)
MARKS = "\u0301\u0335\u05b8\u064b"


def shown(found: list[Run]) -> str:
    """What stands there as it was written."""
    return "".join({"line": "\n", "tab": "\t"}.get(kind, value) for kind, value in found if kind != "code")


@given(st.text(st.characters() | st.sampled_from(AWKWARD + MARKS + "a b\n\t😀א")))
@example("\u0301a\u0301")
def test_what_can_be_read_is_there_in_its_order_and_nothing_else_is(text: str) -> None:
    found = runs(text)
    there = shown(found)
    letters = iter(text.replace("\r\n", "\n"))
    assert all(one in letters for one in there if one != "\n")
    assert [one for one in there if " " < one < "\x7f"] == [one for one in text if " " < one < "\x7f"]
    assert not any(
        unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        for one in there.replace("\n", "").replace("\t", "")
    )
    assert not any(kind in {"text", "word"} and not value for kind, value in found)


@pytest.mark.parametrize("one", AWKWARD)
def test_what_can_not_be_seen_stands_as_its_number(one: str) -> None:
    found = runs(f"a{one}{one}b")
    assert [kind for kind, _ in found] == ["text", "code", "text"]
    assert found[1][1].startswith(f"U+{ord(one):04X}")
    assert found[1][1].endswith("×2")


def test_a_code_says_what_the_character_is() -> None:
    assert runs("x\u202e")[1] == ("code", "U+202E right-to-left override")
    assert runs("😀") == [("code", "U+1F600 grinning face")]
    assert runs("你") == [("code", "U+4F60")]


def test_letters_of_other_scripts_stand_as_they_are() -> None:
    for text in ("Ünïcödé", "Привет", "Ελληνικά", "שָׁלוֹם", "مرحبا", "e\u0301", "Việt"):
        assert runs(text) == [("text", text)]


def test_marks_do_not_pile_up_over_other_lines() -> None:
    assert runs("Z" + "\u0301" * 200 + "algo") == [
        ("text", "Z" + "\u0301" * 3),
        ("code", "U+0301 combining acute accent ×197"),
        ("text", "algo"),
    ]
    assert runs("\u0301")[0][0] == "code"


def test_a_long_word_may_be_broken_and_keeps_its_spaces_around() -> None:
    assert runs("a " + "x" * 30 + "  b") == [("text", "a "), ("word", "x" * 30), ("text", "  b")]


def test_lines_are_lines_and_a_heap_of_empty_ones_is_counted() -> None:
    assert [kind for kind, _ in runs("a\r\nb\tc\rd")] == [
        "text",
        "line",
        "text",
        "tab",
        "text",
        "code",
        "text",
    ]
    assert ("code", "98 more empty lines") in runs("a" + "\n" * 100 + "b")


def test_a_text_without_end_is_cut_and_says_so() -> None:
    assert runs("a " * MOST_CHARACTERS)[-1] == (
        "code",
        f"… {MOST_CHARACTERS} characters more, in the other files",
    )
    odd = runs("a\0" * MOST_CHARACTERS)
    assert len(odd) == MOST_PIECES + 1
    assert odd[-1] == ("code", f"… {2 * MOST_CHARACTERS - MOST_PIECES} characters more, in the other files")


def test_where_there_is_no_font_codes_are_in_brackets() -> None:
    assert plain("a\0\nb") == "a[U+0000] b"


def test_equal_codes_that_are_apart_stay_apart() -> None:
    assert not any(one == other for one, other in pairwise(runs("\0a\0a\0")))
