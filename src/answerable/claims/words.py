"""The words of a line, lower-case, contractions written out, punctuation as words of its own."""

_CONTRACTIONS = (
    ("can't", "can not"),
    ("won't", "will not"),
    ("shan't", "shall not"),
    ("cannot", "can not"),
    ("let's", "let us"),
    ("n't", " not"),
    ("'ll", " will"),
    ("'ve", " have"),
    ("'re", " are"),
    ("'m ", " am "),
    ("'d ", " would "),
    ("it's", "it is"),
    ("that's", "that is"),
    ("here's", "here is"),
    ("there's", "there is"),
    ("what's", "what is"),
    ("he's", "he is"),
    ("who's", "who is"),
    ("she's", "she is"),
    (" 'em ", " them "),
)

# As typed by people in a hurry: the apostrophe is missing, the meaning is not.
_HURRIED = {
    "ive": ("i", "have"),
    "im": ("i", "am"),
    "youll": ("you", "will"),
    "youre": ("you", "are"),
    "youve": ("you", "have"),
    "weve": ("we", "have"),
    "theyll": ("they", "will"),
    "itll": ("it", "will"),
    "thats": ("that", "is"),
    "dont": ("do", "not"),
    "doesnt": ("does", "not"),
    "didnt": ("did", "not"),
    "isnt": ("is", "not"),
    "arent": ("are", "not"),
    "wasnt": ("was", "not"),
    "hasnt": ("has", "not"),
    "havent": ("have", "not"),
    "cant": ("can", "not"),
    "wont": ("will", "not"),
    "couldnt": ("could", "not"),
    "wouldnt": ("would", "not"),
    "shouldnt": ("should", "not"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("have", "to"),
    "u": ("you",),
    "ur": ("your",),
    "ya": ("you",),
    "pls": ("please",),
    "plz": ("please",),
    "thx": ("thanks",),
    "canceled": ("cancelled",),
    "canceling": ("cancelling",),
    "lemme": ("let", "me"),
    "ill": ("i", "will"),
    "e-mail": ("email",),
    "e-mailed": ("emailed",),
    "re-book": ("rebook",),
    "re-booked": ("rebooked",),
    "re-credited": ("credited",),
    "re-credit": ("credit",),
    "re-issue": ("reissue",),
    "re-issued": ("reissued",),
    "re-opened": ("reopened",),
    "re-open": ("reopen",),
    "re-activate": ("reactivate",),
    "re-activated": ("reactivated",),
    "re-order": ("reorder",),
    "re-route": ("reroute",),
    "re-routed": ("rerouted",),
    "oughta": ("ought", "to"),
    "kinda": ("kind", "of"),
    "gimme": ("give", "me"),
    "dunno": ("do", "not", "know"),
    "whatll": ("what", "will"),
    "youd": ("you", "would"),
    "whats": ("what", "is"),
    "re-send": ("resend",),
    "re-sent": ("resent",),
}

_SPACED = (",", ";", "!", "?", "(", ")", ":", '"', "[", "]", "{", "}", "|", "/", "=", "+", ">", "<", "\x1a")

_HAS_BEFORE = frozenset({"been", "got", "had", "gotten"})
_IS_BEFORE = frozenset(
    "a an the my your our their this that these no not now already just all still also only fully currently really "
    "on off in out up down back over through at under with without about within here there so too very free full "
    "ready active live open closed complete available due gone going right fine good yours set cut sent put done "
    "why what when where how safe valid void eligible likely happy sorted paid frozen split held kept made taken "
    "given lost broken stuck left being been".split()
)
_TIMES = frozenset("today tonight tomorrow yesterday morning evening week month year one".split())
"""Words whose own 's is a genitive: "tonight's post"."""

BREAKS = frozenset(
    {".", ",", ";", "!", "?", ":", "(", ")", '"', "[", "]", "{", "}", "|", "-", "--", "->", "="}
)
"""Words that end a clause."""

STOPS = frozenset({".", "!", "?", ";", "..."})
"""Words that end a sentence."""


_PERFECT = (["been"], ["got"])


def _spelled_out(words: list[str]) -> list[str]:
    """Write out the 's of a noun where it is a verb: "the label 's in", "the hold 's been lifted"."""
    found: list[str] = []
    size = len(words)
    at = 0
    while at < size:
        word = words[at]
        if word == "'" and at + 2 < size and words[at + 1] == "s" and found and found[-1] not in _TIMES:
            after = words[at + 2]
            if after in _HAS_BEFORE:
                found.append("has")
                at += 2
                continue
            if after in _IS_BEFORE or after.endswith(("ed", "ing", "ly")):
                found.append("is")
                at += 2
                continue
        found.append(word)
        at += 1
    return found


def words_of(plain: str) -> list[str]:
    """Split ASCII text into words. Amounts and identifiers stay whole ("$45.00", "#W12", "3-5")."""
    text = plain.lower() + " "
    if "'" in text or "cannot" in text:
        for short, full in _CONTRACTIONS:
            text = text.replace(short, full)
        text = text.replace("'", " ' ")
    for mark in _SPACED:
        if mark in text:
            text = text.replace(mark, f" {mark} ")
    text = text.replace(". ", " . ").replace("..", " . ")
    words = text.split()
    if "'" in words:
        words = _spelled_out(words)
    if "is been" in text or "is got" in text:
        words = [
            "has" if word == "is" and words[at + 1 : at + 2] in _PERFECT else word
            for at, word in enumerate(words)
        ]
    if _HURRIED.keys().isdisjoint(words):
        return words
    return [full for word in words for full in _HURRIED.get(word, (word,))]
