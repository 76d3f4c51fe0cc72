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
    "re-send": ("resend",),
    "re-sent": ("resent",),
}

_SPACED = (",", ";", "!", "?", "(", ")", ":", '"', "[", "]", "{", "}", "|", "/", "=", "+", ">", "<", "\x1a")

BREAKS = frozenset(
    {".", ",", ";", "!", "?", ":", "(", ")", '"', "[", "]", "{", "}", "|", "-", "--", "->", "="}
)
"""Words that end a clause."""

STOPS = frozenset({".", "!", "?", ";", "..."})
"""Words that end a sentence."""


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
    if _HURRIED.keys().isdisjoint(words):
        return words
    return [full for word in words for full in _HURRIED.get(word, (word,))]
