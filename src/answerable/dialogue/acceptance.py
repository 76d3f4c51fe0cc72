"""Does a customer's answer accept a proposal? In doubt it does not.

Sentence by sentence: a yes counts where no later sentence takes it back. Words are
looked up, never matched by expressions: a customer's text is hostile.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from answerable.dialogue.words import plain

# One class of characters, so there is nothing to backtrack into: linear on any text.
_ENDS = re.compile("[.!?;\n—–]+")

_YES = frozenset(
    "yes yeah yep yup sure ok okay correct confirm confirmed confirming absolutely definitely certainly "
    "agreed affirmative exactly proceed perfect great alright fine indeed ya aye".split()
)
_YES_PHRASES = (
    "go ahead", "do it", "do that", "sounds good", "that works", "that is correct", "that s correct",
    "that is right", "that s right", "that is fine", "that s fine", "let s do", "lets do", "i confirm",
    "i agree", "i accept", "please proceed", "works for me", "all good", "looks good", "like to proceed",
    "that s it", "want to proceed", "you can proceed", "like to go ahead", "let s go", "please do", "good to go",
    "i m okay with", "i m ok with", "i am okay with", "happy with that", "let s proceed", "please cancel",
    "please book", "please return", "please exchange", "please change", "please update", "please modify",
)  # fmt: skip
_TAKES_BACK = (
    "wait", "hold on", "hang on", "stop", "never mind", "nevermind", "not yet", "no thanks", "no thank you",
    "don t do", "do not do", "don t cancel", "do not cancel", "don t proceed", "do not proceed", "don t process",
    "do not process", "don t make", "do not make", "don t go", "do not go", "don t change", "do not change",
    "don t book", "do not book", "don t return", "do not return", "don t exchange", "do not exchange",
    "don t charge", "do not charge", "leave it", "forget it", "cancel that", "nope", "nah", "no",
)  # fmt: skip
"""What takes a yes back where a sentence opens with it."""
_ANYWHERE = (
    "changed my mind", "rather not", "let me think", "before you do", "before you proceed", "before i decide",
    "before we proceed", "that s wrong", "that is wrong", "i don t agree", "i do not agree", "don t want that",
    "don t want to proceed", "do not want to proceed", "i don t want you to", "not what i",
)  # fmt: skip
_NO_BUT_NO_OBJECTION = (
    "no problem", "no worries", "no longer", "no other", "no more", "no changes", "no need", "no that s", "no i m",
    "no nothing", "no just", "no those", "no please go", "no please proceed", "no additional", "no further",
    "no issues", "no questions", "no it s fine", "no insurance", "no checked", "no bags", "no extra",
)  # fmt: skip
_VERBS = frozenset(
    "cancel return exchange change update modify book swap replace upgrade downgrade refund switch add make".split()
)
"""What an order opens with: "Return everything from it"."""
_GO_AHEAD = (
    "please proceed with", "go ahead with", "you can proceed with", "let s proceed with", "please go ahead and",
    "like to proceed with", "want to proceed with",
)  # fmt: skip
_BEFORE_IT = frozenset("please oh ok okay but and so well actually um uh hmm".split())
_NO_YES = frozenset({"make", "not", "be", "for", "am", "m"})
"""Before a word of yes they take it: "make sure", "not sure", "not correct"."""
_OPENING = 8  # words of a sentence in which a plain yes is looked for


@lru_cache(maxsize=512)
def accepts(text: str) -> bool:
    """Is this a yes? Some sentence says it, and none takes it back."""
    sentences = _sentences(text)
    if any(_takes_back(words) for words in sentences):
        return False
    return any(
        _says_yes(words[:_OPENING]) or any(_holds(words, phrase) for phrase in _YES_PHRASES)
        for words in sentences
    )


def orders(text: str, about: Sequence[str]) -> bool:
    """Does the customer order the act in so many words ("Cancel #W10"), or say yes to it by name?

    `about` are words for the act, of which one must stand in that sentence. A question orders nothing.
    """
    if declines(text):
        return False
    for words in _sentences(text):
        opening = words
        while opening and opening[0] in _BEFORE_IT:
            opening = opening[1:]
        goes = (opening and opening[0] in _VERBS) or any(_holds(words, phrase) for phrase in _GO_AHEAD)
        if goes and any(word in f" {' '.join(words)} " for word in about):
            return True
    return False


@lru_cache(maxsize=512)
def declines(text: str) -> bool:
    """Is this a no, or a wait? Then an earlier yes no longer counts."""
    return any(_takes_back(words) for words in _sentences(text))


def _says_yes(opening: list[str]) -> bool:
    before = ["", *opening]
    return any(word in _YES and before[at] not in _NO_YES for at, word in enumerate(opening))


def _takes_back(words: list[str]) -> bool:
    while words and words[0] in _BEFORE_IT:
        words = words[1:]
    opening = f"{' '.join(words[:4])} "
    if any(opening.startswith(f"{phrase} ") for phrase in _NO_BUT_NO_OBJECTION):
        return False
    if any(opening.startswith(f"{phrase} ") for phrase in _TAKES_BACK):
        return True
    return any(_holds(words, phrase) for phrase in _ANYWHERE)


def _holds(words: list[str], phrase: str) -> bool:
    return f" {phrase} " in f" {' '.join(words)} "


@lru_cache(maxsize=512)
def _sentences(text: str) -> tuple[list[str], ...]:
    """The words of each sentence, in lower case, without marks: "don't" is "don t"."""
    found = (plain(sentence).split() for sentence in _ENDS.split(text))
    return tuple(words for words in found if words)
