from pathlib import Path

import pytest

from answerable.claims import Force
from answerable.testing.scenario_files import load_scenarios, read_scenario
from answerable.testing.script import Call, Outcome, Say, Script
from answerable.values.errors import ScriptError

SMALL = """
id: small
title: Small
subject: refund
variant: "true"
tools:
  - {name: refund, description: Pay back., parameters: {order: string}}
turns:
  - customer: Hi
    steps:
      - call: [{name: refund, arguments: {order: A-1}, result: {status: success}}]
      - say: I've refunded you.
        logprobs: [-0.5]
    expect: [{line: "I've refunded you.", force: completed, outcome: release}]
"""


def test_a_scenario_is_read_whole() -> None:
    script = read_scenario(SMALL, "small.yaml")
    call, said = script.turns[0].steps
    assert isinstance(call, Call)
    assert call.calls[0].call.arguments == '{"order":"A-1"}'
    assert script.results == {call.calls[0].call.id: '{"status":"success"}'}
    assert said == Say("I've refunded you.", (-0.5,))
    assert script.turns[0].expect[0].force is Force.COMPLETED
    assert script.tools[0]["function"]["parameters"]["required"] == ["order"]


def test_the_five_subjects_come_in_four_variants(scenarios: dict[str, Script]) -> None:
    found = {(script.subject, script.variant) for script in scenarios.values()}
    for subject in ("shipping", "discount", "return", "refund", "warranty"):
        assert {variant for known, variant in found if known == subject} >= {
            "true",
            "false",
            "hedged",
            "injected",
        }
    assert {"car-one-dollar", "bereavement-fare", "gold-voucher"} <= set(scenarios)
    assert len(scenarios) >= 23


def test_every_reply_of_words_has_a_line_that_passes(scenarios: dict[str, Script]) -> None:
    for script in scenarios.values():
        for turn in script.turns:
            assert Outcome.RELEASE in {line.outcome for line in turn.expect}, script.id


def test_false_and_injected_are_stopped_and_the_rest_is_not(scenarios: dict[str, Script]) -> None:
    for script in scenarios.values():
        fates = {line.outcome for turn in script.turns for line in turn.expect}
        assert (Outcome.STOPPED in fates) == (script.variant in {"false", "injected"}), script.id


def test_what_is_stopped_is_committal(scenarios: dict[str, Script]) -> None:
    committal = {Force.ENTITLEMENT, Force.OFFER, Force.PROMISE, Force.COMPLETED}
    for script in scenarios.values():
        for turn in script.turns:
            for line in turn.expect:
                assert line.outcome is Outcome.RELEASE or line.force in committal, (script.id, line)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: Small", "title: Small\ncolour: red", "'colour' is not a key known here"),
        ("title: Small\n", "", "'title' is missing"),
        (
            "title: Small",
            "title: 7",
            "title: found a whole number (7) where a text belongs. Put it in quotes",
        ),
        ('variant: "true"', "variant: true", "variant: found true or false (True) where a text belongs"),
        ('variant: "true"', "variant: recorded", "'recorded' is not known here. Use one of: true, false"),
        ("subject: refund", "subject: ' '", "subject: the text is empty"),
        ("turns:", "turns: []\nx:", "'x' is not a key known here"),
        ("force: completed", "force: unknown", "turns[0].expect[0].force: 'unknown' is not known here"),
        ("outcome: release", "outcome: pass", "turns[0].expect[0].outcome: 'pass' is not known here"),
        ("line: \"I've", 'line: "You have', "is not in what this turn says. Copy it exactly"),
        ("name: refund, arguments", "name: pay, arguments", "steps[0].call[0].name: 'pay' is not offered"),
        ("arguments: {order", "arguments: {ordre", "'refund' takes no 'ordre'. Its parameters are: order"),
        ("order: string", "order: text", "parameters.order: 'text' is not known here"),
        ("[-0.5]", "[low]", "steps[1].logprobs[0]: found a text where a number belongs"),
        ("- say:", "- shout:", "steps[1]: 'shout' is not a key known here. The keys are: say"),
        (
            "title: Small",
            "title: Small\ntitle: Big",
            "line 4, column 1: not YAML: the key 'title' stands twice",
        ),
        ("title: Small", "title: [Small", "not YAML"),
        ("title: Small", "title: 2026-13-45", "not a scenario"),
        ("title: Small", "title: Small\nmetadata: {1: x}", "metadata: the key 1 is not a text"),
        ("title: Small", "title: Small\nmetadata: {a: 1}", "metadata.a: found a whole number (1)"),
        ("id: small", "- a", "not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_remedy(old: str, new: str, said: str) -> None:
    assert old in SMALL
    with pytest.raises(ScriptError) as caught:
        read_scenario(SMALL.replace(old, new, 1), "small.yaml")
    assert str(caught.value).startswith("small.yaml")
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["", "7", "- a\n- b", "[" * 5000, "\x00", "? [a]\n: b", "a: &a [*a]"])
def test_something_that_is_no_scenario_at_all(text: str) -> None:
    with pytest.raises(ScriptError, match=r"^odd\.yaml"):
        read_scenario(text, "odd.yaml")


def test_a_result_that_holds_itself_is_refused() -> None:
    with pytest.raises(ScriptError, match="not something JSON can hold"):
        read_scenario(SMALL.replace("{status: success}", "&r [*r]"), "small.yaml")


def test_two_files_with_one_id(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(SMALL)
    with pytest.raises(ScriptError, match=r"^b\.yaml, id: 'small' is already the id of a\.yaml"):
        load_scenarios(tmp_path)


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "notes.txt").write_text("not a scenario")
    assert list(load_scenarios(tmp_path)) == ["small"]


def test_a_folder_without_scenarios(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="holds no scenario"):
        load_scenarios(tmp_path)
    with pytest.raises(ScriptError, match="is not a folder"):
        load_scenarios(tmp_path / "missing")


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"title: caf\xe9")
    with pytest.raises(ScriptError, match=r"latin\.yaml, byte 10: not UTF-8"):
        load_scenarios(tmp_path)
