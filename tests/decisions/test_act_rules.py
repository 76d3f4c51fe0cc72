"""How an act is carried out, as a pack says it: a slip in it is found when it is read, and not when money moves."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from answerable.decisions.act_rules import LONGEST_CHAIN, ActRules, Limit, Per, parse_act_rules
from answerable.values import Money
from answerable.values.errors import ActionRefused, BundleError

TOOLS = frozenset({"refund_order", "create_return"})
WHOLE = """
connector: shop
amount: args.amount
currency: USD
region: resource.country
undo: {tool: cancel_refund, arguments: {refund_id: result.refund_id, order_id: args.order_id}}
limits:
  - {per: customer, within: day, most: 3, amount: 50000}
  - {per: tool, within: hour, most: 200}
leads_to: {tools: [create_return], most: 4, amount: resource.total}
"""


def rules(text: str) -> ActRules:
    return parse_act_rules(yaml.safe_load(text) or {}, TOOLS, "actions.yaml: refund_order")


def test_everything_that_can_be_said() -> None:
    found = rules(WHOLE)
    assert found.connector == "shop"
    assert found.limits == (
        Limit(Per.CUSTOMER, timedelta(days=1), 3, Money(50000, "USD")),
        Limit(Per.TOOL, timedelta(hours=1), 200),
    )
    assert (found.leads_to.tools, found.leads_to.most) == (frozenset({"create_return"}), 4)
    assert found.undo is not None
    assert found.undo.tool == "cancel_refund"
    values = {"args": {"amount": 12.5}, "resource": {"country": "DE", "total": "99.90"}}
    assert found.amount_of(values) == Money(1250, "USD")
    assert found.budget_of(values) == Money(9990, "USD")
    assert found.region_of(values) == "DE"


def test_nothing_need_be_said() -> None:
    assert rules("") == ActRules()
    assert rules("").amount_of({}) is None
    assert rules("").budget_of({}) is None
    assert rules("").region_of({}) is None
    assert rules("leads_to: [create_return]").leads_to.most == LONGEST_CHAIN


@pytest.mark.parametrize("amount", [None, "much", -1, True, 10**16, 0.001, {}])
def test_a_sum_that_is_not_there_stops_the_act(amount: Any) -> None:
    found = rules("amount: args.amount\ncurrency: USD")
    with pytest.raises(ActionRefused, match=r"'args\.amount' finds no sum"):
        found.amount_of({"args": {"amount": amount}})


def test_a_region_that_is_not_there_is_nobody_s() -> None:
    found = rules("region: resource.country")
    assert found.region_of({"resource": {"country": 49}}) is None
    assert found.region_of({}) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("connector: [shop]", "'connector' must name"),
        ("connector: ''", "'connector' must name"),
        ("currency: dollars", "three letters"),
        ("currency: usd", "three letters"),
        ("amount: args.amount", "'amount' needs a 'currency'"),
        ("amount: 'args.['\ncurrency: USD", "no JMESPath expression"),
        ("undo: cancel_refund", "must be a mapping"),
        ("undo: {arguments: {}}", "needs the 'tool'"),
        ("undo: {tool: x, arguments: [a]}", "'arguments' must be a mapping"),
        ("undo: {tool: x, arguments: {a: resource.id}}", "known are args, result"),
        ("undo: {tool: x, how: y}", "'how' is unknown"),
        ("limits: 3", "must be a list"),
        ("limits: [3]", "must be a mapping"),
        ("limits: [{per: nobody, within: day, most: 1}]", "'per' must be one of customer, conversation"),
        ("limits: [{per: [tool], within: day, most: 1}]", "'per' must be one of"),
        ("limits: [{per: tool, within: week, most: 1}]", "'within' must be one of hour, day"),
        ("limits: [{per: tool, within: [day], most: 1}]", "'within' must be one of hour, day"),
        ("limits: [{per: tool, within: day}]", "limits nothing"),
        ("limits: [{per: tool, within: day, most: -1}]", "'most' must be a number"),
        ("limits: [{per: tool, within: day, most: true}]", "'most' must be a number"),
        ("limits: [{per: tool, within: day, amount: 5}]", "needs the act's own 'amount'"),
        ("amount: args.a\ncurrency: USD\nlimits: [{per: tool, within: day, amount: 1.5}]", "minor units"),
        ("leads_to: refund_order", "must be a mapping"),
        ("leads_to: {tools: refund_order}", "'tools' must be a list"),
        (
            "leads_to: [cancel_order]",
            "there is no act 'cancel_order'; write one of create_return, refund_order",
        ),
        ("leads_to: [[cancel_order]]", "there is no act"),
        ("leads_to: {tools: [], most: 0}", "'most' must be a number of acts from 1 to 8"),
        ("leads_to: {tools: [], most: 9}", "'most' must be a number of acts from 1 to 8"),
        ("leads_to: {tools: [], amount: resource.total}", "needs the act's 'currency'"),
    ],
)
def test_a_slip_is_named_with_its_remedy(text: str, says: str) -> None:
    with pytest.raises(BundleError, match=says):
        rules(text)


def test_the_shop_s_pack_says_who_does_what_it_permits() -> None:
    pack = yaml.safe_load((Path(__file__).parents[2] / "packs/store/actions.yaml").read_text())
    for tool, entry in pack.items():
        found = parse_act_rules(entry, frozenset(pack), tool)
        assert found.connector == "shop"
    assert parse_act_rules(pack["refund_order"], frozenset(pack), "").undo is not None
