"""The words that customers hear of what people decided commit nobody to anything, and are said once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from answerable.approvals import Phase, Result, opened
from answerable.approvals.telling import WORDS, Heard, Outcome, heard, outcome, told_now
from answerable.apps.readers import make_reader
from answerable.claims import Force, Kind, ReadingContext
from answerable.decisions import Wording
from answerable.testing import sample_approvals as some
from answerable.values import ApprovalId

NOW = some.NOW


@pytest.mark.parametrize("what", Heard)
def test_words_by_default_promise_nothing_and_say_done_only_of_what_was_approved(what: Heard) -> None:
    reader = make_reader()
    approved = what in (Heard.DONE, Heard.APPROVED, Heard.NOT_DONE, Heard.UNCERTAIN, Heard.UNDONE)
    for sentence in WORDS[what].split(". "):
        claim = reader.read(sentence, ReadingContext())
        assert claim.kind is not Kind.COMMITTAL or (approved and claim.force is Force.COMPLETED), sentence


def test_every_end_has_words_and_what_is_not_over_has_none() -> None:
    state = opened(some.request())
    assert heard(state) is None
    assert heard(replace(state, phase=Phase.APPROVED)) is None
    assert heard(replace(state, phase=Phase.USED)) is None
    for result in Result:
        assert heard(replace(state, phase=Phase.USED, result=result)) is not None
    for phase in (Phase.DENIED, Phase.EXPIRED, Phase.WITHDRAWN, Phase.VOIDED):
        assert heard(replace(state, phase=phase)) is not None
    assert set(WORDS) == set(Heard)


def test_a_bundles_own_words_go_before_those_by_default() -> None:
    state = replace(opened(some.request()), phase=Phase.DENIED)
    words = {"approval-denied": Wording("approval-denied", "Leider nein.")}
    for wording, text in ((words, "Leider nein."), ({}, WORDS[Heard.DENIED])):
        found = outcome(state, wording)
        assert found is not None
        assert found.text == text


def test_what_was_told_is_not_told_again_and_the_same_words_are_said_once() -> None:
    def one(number: int, text: str, *, told: bool = False) -> Outcome:
        return Outcome(
            ApprovalId(f"ap_{number}"),
            some.request().of,
            Heard.DENIED,
            text,
            NOW + timedelta(minutes=number),
            told,
        )

    assert told_now([one(3, "c"), one(1, "a"), one(2, "a"), one(0, "z", told=True)]) == "a\nc"
    assert told_now([]) == ""
