"""Lists, tables, headings, code and quotes: what shape a line has, and where its marks go."""

import pytest

from answerable.statements import Shape, split


def shaped(reply: str) -> list[tuple[Shape, str, str]]:
    return [(one.shape, one.lead, one.text) for one in split(reply) if one.text]


@pytest.mark.parametrize(
    "mark", ["- ", "* ", "+ ", "• ", "•", "\u2013 ", "1. ", "12) ", "(3) ", "a) ", "(b) ", "iv) ", "Step 1: "]
)
def test_a_list_mark_is_in_the_lead_of_an_item(mark: str) -> None:
    assert shaped(f"{mark}Refund it. Then close.\n  {mark}Next") == [
        (Shape.ITEM, mark, "Refund it."),
        (Shape.ITEM, " ", "Then close."),
        (Shape.ITEM, f"\n  {mark}", "Next"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "-5 dollars",
        "**Bold** start",
        "1.5 days",
        "2024. Year",
        "a. b",
        "Steps: two",
        "#W123 ships",
        "(see below)",
    ],
)
def test_what_looks_like_a_mark_is_text(line: str) -> None:
    first = split(line)[0]
    assert (first.shape, first.lead) == (Shape.SENTENCE, "")


def test_a_mark_with_nothing_behind_it_is_text_only_at_the_end() -> None:
    assert shaped("-") == [(Shape.SENTENCE, "", "-")]
    assert [one.shape for one in split("- \n")] == [Shape.BLANK]


def test_an_item_wrapped_onto_the_next_line_is_one_statement() -> None:
    assert shaped("- We guarantee\n  that it ships\n- Next") == [
        (Shape.ITEM, "- ", "We guarantee\n  that it ships"),
        (Shape.ITEM, "\n- ", "Next"),
    ]


def test_a_further_line_of_an_item_is_of_the_item() -> None:
    assert shaped("1. Refund\n   It takes days.\n\n   Really.\nPlain") == [
        (Shape.ITEM, "1. ", "Refund"),
        (Shape.ITEM, "\n   ", "It takes days."),
        (Shape.ITEM, "\n\n   ", "Really."),
        (Shape.SENTENCE, "\n", "Plain"),
    ]


def test_a_table_gives_one_statement_a_row() -> None:
    assert shaped("| Item. A | Fee |\n|---|---|\n| you. Pay | $5 |\nlower") == [
        (Shape.ROW, "", "| Item. A | Fee |"),
        (Shape.ROW, "\n", "|---|---|"),
        (Shape.ROW, "\n", "| you. Pay | $5 |"),
        (Shape.SENTENCE, "\n", "lower"),
    ]


def test_headings_keep_their_hashes_in_the_lead() -> None:
    assert shaped("## Your order. Now\nlower") == [
        (Shape.HEADING, "## ", "Your order. Now"),
        (Shape.SENTENCE, "\n", "lower"),
    ]


@pytest.mark.parametrize(
    "line", ["**Order details:**", "**Order details**:", "**Order details**", "__Order__"]
)
def test_a_wholly_bold_line_is_a_heading(line: str) -> None:
    assert [one.shape for one in split(line)] == [Shape.HEADING]
    assert [one.shape for one in split(f"{line} \nNext")] == [Shape.HEADING, Shape.SENTENCE]


@pytest.mark.parametrize(
    "line", ["**Your refund is approved.**", "**Total:** $5", "**A** and **B**", "****", "Yes. **Bold**"]
)
def test_a_bold_sentence_or_a_bold_part_is_no_heading(line: str) -> None:
    assert Shape.HEADING not in [one.shape for one in split(line)]


def test_code_gives_one_statement_a_line() -> None:
    assert shaped("```py\nx. Y\n\n  - z\n~~~\n```\nDone. Yes.") == [
        (Shape.CODE, "", "```py"),
        (Shape.CODE, "\n", "x. Y"),
        (Shape.CODE, "\n\n  ", "- z"),
        (Shape.CODE, "\n", "~~~"),
        (Shape.CODE, "\n", "```"),
        (Shape.SENTENCE, "\n", "Done."),
        (Shape.SENTENCE, " ", "Yes."),
    ]


def test_a_promise_in_a_fence_that_never_closes_is_still_given() -> None:
    assert shaped("```\nWe refund all.")[-1] == (Shape.CODE, "\n", "We refund all.")


def test_inline_code_opens_no_fence() -> None:
    assert shaped("```x```\nOne. Two")[1:] == [(Shape.SENTENCE, "\n", "One."), (Shape.SENTENCE, " ", "Two")]


def test_quote_marks_are_in_the_lead() -> None:
    assert shaped("> One. Two\n> - three\n>\n> > four") == [
        (Shape.SENTENCE, "> ", "One."),
        (Shape.SENTENCE, " ", "Two"),
        (Shape.ITEM, "\n> - ", "three"),
        (Shape.SENTENCE, "\n>\n> > ", "four"),
    ]
