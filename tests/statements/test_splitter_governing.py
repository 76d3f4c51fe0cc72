"""Which line governs which: the lead-in of a list, a heading, and nothing else."""

import pytest

from answerable.statements import split


def governed(reply: str) -> list[tuple[str, str | None]]:
    return [(one.text, one.governing) for one in split(reply) if one.text]


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n\r\n"])
@pytest.mark.parametrize(
    "lead_in", ["I will:", "**I will:**", "**I will**:", "I will: 👇", "“I will:”", "# I will"]
)
def test_a_lead_in_governs_its_items_and_all_their_sentences(lead_in: str, gap: str) -> None:
    line = lead_in.removeprefix("# ")
    assert governed(f"{lead_in}{gap}- a. Then b\n- c\n\n- d") == [
        (line, None),
        ("a.", line),
        ("Then b", line),
        ("c", line),
        ("d", line),
    ]


def test_only_the_last_sentence_of_a_lead_in_line_governs() -> None:
    assert governed("Thanks. I will:\n- a")[-1] == ("a", "I will:")


def test_a_plain_paragraph_takes_a_lead_in_out_of_force() -> None:
    assert governed("I will:\n- a\n\nPlease confirm.\n- b")[2:] == [("Please confirm.", None), ("b", None)]
    assert governed("# Head\n\nText.\n\n- a")[1:] == [("Text.", None), ("a", None)]


def test_plain_lines_below_a_lead_in_are_governed_within_its_paragraph() -> None:
    assert governed("Your address:\n1 Oak Rd\nSuite 5. Here\n\nThanks.") == [
        ("Your address:", None),
        ("1 Oak Rd", "Your address:"),
        ("Suite 5.", "Your address:"),
        ("Here", "Your address:"),
        ("Thanks.", None),
    ]


def test_a_paragraph_used_up_by_plain_lines_governs_no_later_list() -> None:
    assert governed("Your address:\n1 Oak Rd\n\n- a")[-1] == ("a", None)


def test_a_later_lead_in_never_governs_what_stands_above() -> None:
    assert governed("- a\n\nI will:") == [("a", None), ("I will:", None)]


def test_an_item_with_a_colon_governs_deeper_items_until_the_indent_returns() -> None:
    assert governed("Plan:\n- Out:\n  - A:\n    - a\n  - b\n- c\n  - d") == [
        ("Plan:", None),
        ("Out:", "Plan:"),
        ("A:", "Out:"),
        ("a", "A:"),
        ("b", "Out:"),
        ("c", "Plan:"),
        ("d", "Plan:"),
    ]


def test_an_item_that_is_no_lead_in_leaves_the_outer_one_in_force() -> None:
    assert governed("Once you agree, I will:\n1. **Cancel**\n   - refund $5")[-1] == (
        "refund $5",
        "Once you agree, I will:",
    )


def test_bullets_below_a_number_are_its_own_although_nobody_indented_them() -> None:
    assert governed("Plan:\n1. A:\n- a\n2. B:\n- b\n3. c") == [
        ("Plan:", None),
        ("A:", "Plan:"),
        ("a", "A:"),
        ("B:", "Plan:"),
        ("b", "B:"),
        ("c", "Plan:"),
    ]


def test_a_further_line_of_an_item_is_governed_by_the_item_that_leads_in() -> None:
    assert governed("Plan:\n- To:\n  1 Oak Rd\n- c")[1:] == [
        ("To:", "Plan:"),
        ("1 Oak Rd", "To:"),
        ("c", "Plan:"),
    ]


def test_rows_are_governed_like_items() -> None:
    assert governed("Fees:\n\n| a | b |\n|---|---|") == [
        ("Fees:", None),
        ("| a | b |", "Fees:"),
        ("|---|---|", "Fees:"),
    ]


def test_a_heading_takes_the_place_of_the_lead_in_above() -> None:
    assert governed("I will:\n- a\n\n**Fees**\n- b")[2:] == [("**Fees**", None), ("b", "**Fees**")]


def test_a_flood_of_nested_lead_ins_is_kept_to_a_bounded_depth() -> None:
    reply = "".join(f"{' ' * depth}- a{depth}:\n" for depth in range(100))
    assert governed(reply)[-1] == ("a99:", "a15:")
    assert governed(f"{reply}- end")[-1] == ("end", None)
