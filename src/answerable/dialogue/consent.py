"""Has the customer agreed to exactly this act? An offer of it, then a yes; a changed detail voids it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from answerable.dialogue.acceptance import accepts, declines, orders
from answerable.dialogue.talk import Called, Said, Talk
from answerable.dialogue.words import plain


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether there is consent, and why; with the offer and the answer to it where there is one.

    `offers` are all proposals of such an act up to that offer, oldest first: an offer may
    ask for a yes to what an earlier one listed.
    """

    given: bool
    because: str
    offer: str = ""
    answer: str = ""
    offers: tuple[str, ...] = ()
    until: int = 0
    """So many sayings of the talk had been said by then."""


_REQUESTS = (
    "confirm", "proceed", "go ahead", "would you like", "do you want", "shall i", "should i", "is that correct",
    "is this correct", "is that right", "are you happy", "ok with", "okay with", "do you agree", "yes or no",
    "reply yes", "sound good", "ready to", "if you d like", "if you like", "if you agree", "if you want",
)  # fmt: skip
"""One of these must stand in an offer: "could you tell me your name?" asks for no yes."""


def agreement(talk: Talk, about: Sequence[str], tool: str = "") -> Consent:
    """What was offered of such an act and answered, whatever details it named.

    The offer is what the bot said just before the customer's yes; only the last offer
    of such an act that was answered counts, and a later no takes the yes back. So does
    a later order to do it take back a no: "my mistake, please go ahead with the exchange".
    A yes is `accepts`, or an order to do what was offered: "Cancel #W10 and #W12". `about` are words for
    the act, lower case, of which one must stand in the offer. A yes after which `tool` succeeded covers nothing
    more once the customer has spoken again.
    """
    turns = _turns([event for event in talk.events if isinstance(event, Said)])
    offered = False
    proposed = [bool(turn.offer) and _proposes(turn.offer, about) for turn in turns]
    for at in range(len(turns) - 1, -1, -1):
        turn = turns[at]
        if not turn.offer or not turn.answer:
            continue
        ordered = orders(turn.answer, about)
        about_it = proposed[at] or (ordered and any(proposed[:at]))
        if declines(turn.answer) and (about_it or turn is turns[-1]):
            because = "the customer's last answer was a no"
        elif not about_it:
            continue
        elif not ordered and not accepts(turn.answer):
            offered = True
            continue
        elif tool and _spent(talk, turn.until, tool):
            because = "the last yes was to what has been done since"
        else:
            because = ""
        offers = tuple(
            one.offer for one, proposes in zip(turns[: at + 1], proposed, strict=False) if proposes
        )
        given = because == ""
        return Consent(given, because or "offered and accepted", turn.offer, turn.answer, offers, turn.until)
    if offered:
        return Consent(given=False, because="the act was offered, and the customer has not said yes to it")
    return Consent(given=False, because="the act was never put to the customer for a yes")


def covers(agreed: Consent, talk: Talk, shows: Sequence[tuple[str, ...]]) -> Consent:
    """The agreement, if of each group in `shows` one form was spoken before the yes; else none."""
    if not agreed.given or not shows:
        return agreed
    said = [event for event in talk.events if isinstance(event, Said)]
    spoken = "".join(plain(one.text) for one in said[: agreed.until])
    for forms in shows:
        if not any(_stands(form, spoken) for form in forms):
            return replace(agreed, given=False, because=f"nobody had named {forms[0]} before the yes")
    return agreed


def _spent(talk: Talk, until: int, tool: str) -> bool:
    """Has the tool succeeded since that many sayings, and the customer spoken after it?"""
    said, done = 0, False
    for event in talk.events:
        if isinstance(event, Called):
            done = done or (said >= until and event.succeeded and event.outcome.call.name == tool)
            continue
        said += 1
        if done and event.by_customer:
            return True
    return False


@dataclass(slots=True)
class _Turn:
    """What the bot said in one go and what the customer answered; `until` counts the sayings up to there."""

    offer: str = ""
    answer: str = ""
    until: int = 0


def _turns(said: Sequence[Said]) -> list[_Turn]:
    found = [_Turn()]
    for until, event in enumerate(said, start=1):
        if not event.by_customer and found[-1].answer:
            found.append(_Turn())
        turn = found[-1]
        if event.by_customer:
            turn.answer = f"{turn.answer}\n{event.text}".strip()
        else:
            turn.offer = f"{turn.offer}\n{event.text}".strip()
        turn.until = until
    return found


def _proposes(offer: str, about: Sequence[str]) -> bool:
    words = plain(offer)
    asks = _asks(words)
    return asks and any(word in words for word in about)


@lru_cache(maxsize=512)
def _asks(words: str) -> bool:
    return any(f" {request} " in words for request in _REQUESTS)


def _stands(form: str, spoken: str) -> bool:
    """A form stands as whole words; a name of several may be written as one ("smartwatch"), or end in an s."""
    words = plain(form).strip()
    if words == "":
        return True
    return any(
        f" {one}{ending} " in spoken for one in (words, words.replace(" ", "")) for ending in ("", "s")
    )
