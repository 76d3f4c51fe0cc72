"""Pages for people can be read on a phone, and say whose clock an instant is by."""

import re

from answerable.apps.operators.pages import table, when


def test_every_cell_names_its_column_for_where_there_is_no_room_for_columns() -> None:
    html = table(("Act", "State"), [("refund", "done"), ("label", "")], "Oldest first")
    assert re.findall(r'<td data-head="(\w+)">(\w*)</td>', html) == [
        ("Act", "refund"), ("State", "done"), ("Act", "label"), ("State", ""),
    ]  # fmt: skip
    assert "<caption>Oldest first</caption>" in html
    assert html.count('<th scope="col">') == 2


def test_an_instant_says_which_clock_it_is_by() -> None:
    assert when("2026-11-30T18:03:25.373931Z") == (
        '<time datetime="2026-11-30T18:03:25.373931Z">2026-11-30 18:03:25 UTC</time>'
    )
