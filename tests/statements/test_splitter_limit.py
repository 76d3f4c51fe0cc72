"""No text, however hostile, is kept beyond the limit or read in more than linear time."""

import time

import pytest

from answerable.statements import Shape, Splitter, Statement, split


def test_a_long_line_is_cut_at_the_limit_and_every_piece_says_so() -> None:
    assert [(one.text, one.overlong) for one in split("Ok. " + "A" * 12 + ". Then", limit=5)] == [
        ("Ok.", False),
        ("AAAAA", True),
        ("AAAAA", True),
        ("AA.", True),
        ("Then", False),
    ]


@pytest.mark.parametrize("tail", ["", "\n", "\nNext", ". Next", ".\n"])
def test_a_line_of_exactly_the_limit_is_whole(tail: str) -> None:
    length = 10 - tail.startswith(".")
    first = split("a" * length + tail, limit=10)[0]
    assert (len(first.text), first.overlong) == (10, False)


def test_a_closing_mark_beyond_the_limit_is_the_next_piece() -> None:
    assert [(one.text, one.overlong) for one in split('aaaa."', limit=5)] == [("aaaa.", True), ('"', True)]


def test_white_space_beyond_the_limit_comes_in_blank_pieces() -> None:
    statements = split(" " * 12 + "a" + "\n" * 7, limit=5)
    assert [(one.shape, len(one.lead), one.text) for one in statements] == [
        (Shape.BLANK, 5, ""),
        (Shape.BLANK, 5, ""),
        (Shape.SENTENCE, 2, "a"),
        (Shape.BLANK, 5, ""),
        (Shape.BLANK, 2, ""),
    ]


def test_the_shape_of_a_line_survives_a_flood_in_its_lead() -> None:
    assert split("I will:\n" + " " * 30 + "- a", limit=10)[-1].governing == "I will:"
    assert split(" " * 30 + "- a", limit=10)[-1].shape is Shape.ITEM


def test_a_flood_of_white_space_ends_a_sentence() -> None:
    assert [one.text for one in split("Dr." + " " * 30 + "Fox", limit=10) if one.text] == ["Dr.", "Fox"]


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="limit must be at least 1"):
        Splitter(limit=0)


HOSTILE = {
    "stops": ".",
    "letters": "a",
    "spaces": " ",
    "bold": "**",
    "newlines": "\n",
    "carriage returns": "\r\n",
    "dotted letters": "a.",
    "glued sentences": "aa.A",
    "wrapped letters": "a\n",
    "quotes": "> ",
    "nested bullets": "- ",
    "lone stops": ". ",
    "titles": "Dr. ",
    "hours": "p.m. Yo",
    "fences": "```\n",
    "lead-ins": "1. a:\n",
    "unseen": "\u200b",
    "pipes": "|",
    "hashes": "#",
    "digits": "1",
    "gaps": "a." + " " * 1998,
    "closing marks": "." + "*" * 1999,
    "trailing space": "a" + " " * 1500 + "\n",
}


def run(text: str, size: int) -> tuple[float, list[Statement], int]:
    splitter = Splitter()
    found: list[Statement] = []
    most = 0
    started = time.process_time()
    for start in range(0, len(text), size):
        found += splitter.feed(text[start : start + size])
        most = max(most, len(splitter.pending))
    found += splitter.finish()
    return time.process_time() - started, found, most


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_floods_take_linear_time_and_bounded_memory(name: str) -> None:
    unit = HOSTILE[name]
    text = (unit * (40_000 // len(unit) + 1))[:40_000]
    spent, found, most = run(text, 1)
    # About 5 µs a character at worst; quadratic work would take minutes.
    assert spent < 3
    assert most <= 2 * 2000 + 1
    assert "".join(one.lead + one.text for one in found) == text
    assert all(len(one.text) <= 2000 and len(one.lead) <= 2000 for one in found)
    assert found == split(text)


@pytest.mark.parametrize("unit", ["a", ".", " ", "\n", "**"])
def test_a_megabyte_in_one_delta_takes_linear_time(unit: str) -> None:
    spent, found, _ = run(unit * (1_000_000 // len(unit)), 1_000_000)
    assert spent < 10
    assert max(len(one.text) for one in found) <= 2000
