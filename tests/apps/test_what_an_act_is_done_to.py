"""A grant names what its act is done to only where that is known for certain."""

from pathlib import Path

import pytest

from answerable.adapters.bundle_files import from_folder
from answerable.apps.intents import thing_named, thing_of
from answerable.decisions import Bundle
from answerable.grants.arguments import read_arguments


@pytest.fixture(scope="module")
def store() -> Bundle:
    return from_folder(Path("packs/store"))


def test_the_arguments_name_it_as_the_pack_says(store: Bundle) -> None:
    assert thing_named(store, "refund_order", '{"order_id":"L-1","amount":5}') == "Order L-1"


@pytest.mark.parametrize(
    "arguments",
    ["", "{}", "[]", "no", '{"order_id":null}', '{"order_id":"L-1","order_id":"L-2"}', '{"order_id":"L\\n1"}',
     '{"order_id":"' + "x" * 600 + '"}'],
)  # fmt: skip
def test_nothing_is_named_that_the_arguments_do_not_name_in_one_way(store: Bundle, arguments: str) -> None:
    assert thing_named(store, "refund_order", arguments) is None


def test_nothing_is_named_without_the_bundle_the_act_or_what_its_name_is_made_of(store: Bundle) -> None:
    assert thing_named(None, "refund_order", '{"order_id":"L-1"}') is None
    assert thing_named(store, "no_such_act", '{"order_id":"L-1"}') is None
    assert thing_of(store, "refund_order", {"records": {}}) is None


@pytest.mark.parametrize("order", ["7", "7.0", "70e-1", "0.7e1"])
def test_a_number_that_is_written_otherwise_names_the_same_thing(store: Bundle, order: str) -> None:
    assert thing_named(store, "refund_order", f'{{"order_id":{order}}}') == "Order 7"
    read = read_arguments(f'{{"order_id":{order}}}')
    assert thing_of(store, "refund_order", {"args": read, "records": {}}) == "Order 7"
