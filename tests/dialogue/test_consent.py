"""An offer of exactly this act, then a yes; in doubt there is none."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.dialogue import (
    Called,
    Consent,
    Said,
    Talk,
    accepts,
    agreement,
    covers,
    declines,
    orders,
)
from answerable.exchange import ToolCall, ToolOutcome
from answerable.values import CallId


@dataclass(frozen=True)
class Asked:
    """An act, and what must have been named before the yes to it."""

    about: tuple[str, ...]
    shows: tuple[tuple[str, ...], ...] = ()
    tool: str = ""


CANCEL = Asked(("cancel",), (("#W10", "lamp"),))
OFFER = "I can cancel order #W10 for you. Shall I proceed?"


def consent(talk: Talk, asked: Asked) -> Consent:
    """As an act is decided: what was agreed to, and whether it covers the act's details."""
    return covers(agreement(talk, asked.about, asked.tool), talk, asked.shows)


def talk(*said: str) -> Talk:
    """Bot and customer by turns; the customer has the last word of an even number."""
    return Talk(tuple(Said(by_customer=at % 2 == 1, text=text) for at, text in enumerate(said)))


@pytest.mark.parametrize(
    "text",
    [
        "yes", "Yes, please.", "Sure, go ahead!", "That's correct. Thanks!", "ok do it", "No problem, please proceed.",
        "No longer needed. Yes, please cancel.", "Yes. I don't have any other requests.", "Confirmed",
        "Yes, and I don't want any surprises.",
    ],
)  # fmt: skip
def test_a_yes_is_a_yes(text: str) -> None:
    assert accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        "no", "No, thanks.", "Wait, which order?", "Yes, but wait. Stop.", "Hold on, let me think.", "Not yet.",
        "What would it cost?", "", "🙂", "Yes. Actually, I changed my mind.", "Please don't do it", "Don't cancel it.",
        "My name is Ana.", "Could you make sure it arrives?", "I am not sure.", "That is not correct.",
    ],
)  # fmt: skip
def test_what_is_no_yes_is_none(text: str) -> None:
    assert not accepts(text)


@given(st.text(max_size=300))
def test_any_text_is_read_and_none_is_both(text: str) -> None:
    assert not (accepts(text) and declines(text))


def test_offered_and_accepted() -> None:
    found = consent(talk(OFFER, "Yes, please."), CANCEL)
    assert (found.given, found.answer) == (True, "Yes, please.")


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ((), "never put"),
        (("Which order is it?", "Yes, cancel it."), "never put"),
        ((OFFER,), "never put"),
        ((OFFER, "How much is it?"), "not said yes"),
        ((OFFER, "No."), "was a no"),
        ((OFFER, "Yes.", "Done so far. Shall I cancel #W10 now?", "Wait!"), "was a no"),
        (("I can cancel it. Shall I proceed?", "Yes."), "nobody had named #W10"),
    ],
)
def test_without_an_offer_of_this_and_a_yes_there_is_none(said: tuple[str, ...], because: str) -> None:
    found = consent(talk(*said), CANCEL)
    assert not found.given
    assert because in found.because


def test_a_detail_named_only_after_the_yes_does_not_count() -> None:
    said = ("I can cancel it. Shall I proceed?", "Yes.", "That was #W10.", "Thanks")
    assert not consent(talk(*said), CANCEL).given


def test_a_yes_to_something_else_is_no_yes_to_this() -> None:
    said = ("Shall I change the address of #W10?", "Yes.")
    assert not consent(talk(*said), CANCEL).given


@pytest.mark.parametrize(
    "text", ["Cancel #W10.", "Please go ahead and cancel it.", "Hm. Cancel both, and tell me the sum."]
)
def test_an_order_to_do_what_was_offered_is_a_yes(text: str) -> None:
    assert orders(text, CANCEL.about)
    assert consent(talk(OFFER, text), CANCEL).given


@pytest.mark.parametrize(
    "text", ["Can you cancel it?", "Change the address.", "Don't cancel it.", "My cancellation is late.", ""]
)
def test_what_orders_nothing_of_the_kind(text: str) -> None:
    assert not orders(text, CANCEL.about)


def test_an_order_takes_a_no_back_and_a_yes_to_another_question_does_not() -> None:
    asked = "You would lose the discount. Is that right?"
    assert consent(
        talk(OFFER, "Wait, which one?", asked, "I see. You can proceed with cancelling."), CANCEL
    ).given
    assert not consent(talk(OFFER, "Wait, which one?", asked, "Yes."), CANCEL).given


def test_an_order_without_any_offer_before_it_is_no_consent() -> None:
    assert not consent(talk("How can I help?", "Cancel #W10."), CANCEL).given


def called(tool: str, *, succeeded: bool) -> Called:
    return Called(ToolOutcome(ToolCall(CallId("c"), tool, "{}"), ""), {}, succeeded)


@pytest.mark.parametrize(
    ("tool", "succeeded", "spoken", "given"),
    [
        ("cancel", True, True, False),
        ("cancel", True, False, True),  # one yes, several acts
        ("cancel", False, True, True),  # it failed, so nothing was done yet
        ("look", True, True, True),
    ],
)
def test_a_yes_is_used_up_by_the_act_once_the_customer_goes_on(
    tool: str, succeeded: bool, spoken: bool, given: bool
) -> None:
    events = [*talk(OFFER, "Yes.").events, called(tool, succeeded=succeeded)]
    if spoken:
        events += talk("Done.", "And the lamp of my other order #W10.").events
    found = consent(Talk(tuple(events)), Asked(CANCEL.about, CANCEL.shows, "cancel"))
    assert found.given is given


@pytest.mark.parametrize(
    ("form", "said"), [("lamp", "both lamps"), ("Smart Watch", "the smartwatch"), ("E-Reader", "e-readers")]
)
def test_a_name_stands_in_the_plural_and_as_one_word(form: str, said: str) -> None:
    assert consent(talk(f"Shall I cancel {said}?", "Yes."), Asked(("cancel",), ((form,),))).given


def test_all_offers_of_the_act_are_told_and_no_others() -> None:
    found = consent(talk(OFFER, "How much?", "Would you like a hat?", "No.", f"$5. {OFFER}", "Yes."), CANCEL)
    assert found.offers == (OFFER, f"$5. {OFFER}")
