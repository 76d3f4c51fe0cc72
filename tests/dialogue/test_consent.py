"""An offer of exactly this act, then a yes; in doubt there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.dialogue import Asked, Said, Talk, accepts, consent, declines

CANCEL = Asked(("cancel",), (("#W10", "lamp"),))
OFFER = "I can cancel order #W10 for you. Shall I proceed?"


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
        "My name is Ana.",
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
