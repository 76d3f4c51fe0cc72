"""Can this reader read the line at all? What it can't read never passes as harmless."""

from answerable.claims.normalise import Normalised
from answerable.claims.words import BREAKS

LONGEST_LINE = 4000
"""Characters. Beyond it a line is not analysed: nobody has said so much in one sentence in earnest."""

_LONGEST_TOKEN = 40
_FEW = 4
_SPELLED_OUT = 5
_LONGEST_RUN = 6
_ENGLISH = frozenset(
    "a an the i you we he she it they me us him her them my your our his its their this that these those "
    "is are am was were be been being do does did have has had will would can could shall should may might must "
    "not no yes and or but if so as of in on at to for from with by about into over after before until up out "
    "off than then there here when where who what which how why all any some each every both more most other "
    "please thank thanks sorry let just now also again still already only very too per via due total new "
    "order orders refund refunds price return returns item items account payment card days day business hours "
    "shipping delivery address status date flight flights reservation number email name phone option options "
    "fee fees plan monthly bill billing total size color colour black white blue red green silver grey gray "
    "small medium large yes none free used regular gold member economy class one way round trip am pm "
    "departure arrival departing arriving ending cancel cancelled exchange booking confirmed pending "
    "delivered shipped processed available unavailable original method credit gift gift-card".split()
)
_FOREIGN = frozenset(
    "el la los las un una unos de del que y en su sus le les lo por para con se es esta usted sin nuestro "
    "vous nous votre vos les des du au aux et est une dans pour sur avec pas ce cette sera ne je il sont "
    "der die das den dem des und ist nicht ein eine einen wir sie ihr ihre ihnen ihren werden wird mit auf "
    "fur zu von bei il gli che di da per non sono suo sua della nel lei verra o os um uma seu sua nos ao "
    "het een van wij uw niet voor met zijn wordt och att det som vi er av til ikke du din dit jest nie na "
    "sie bir ve icin ile siz bu je na se za ve".split()
) - {"in", "on", "an", "die", "do", "me", "he", "to", "as", "per", "no", "der"}


def is_legible(line: Normalised, words: list[str]) -> bool:
    """Whether the line reads as English, or as a name, an identifier, an address or a row of facts."""
    if line.foreign and line.foreign * 4 > line.latin:
        return False
    if line.foreign >= _FEW and line.foreign * 10 > line.latin:
        return False
    if _reads_as_english(words):
        return True
    foreign = len(_FOREIGN.intersection(words))
    spelled = english = plain = run = longest = 0
    for word in words:
        if word in _ENGLISH:
            english += 1
            run = 0
            spelled = spelled + 1 if len(word) == 1 else 0
        elif word in BREAKS or not word.isalpha():
            run = 0
            if len(word) >= _LONGEST_TOKEN and _is_blob(word):
                return False
            continue
        elif len(word) == 1:
            spelled += 1
        else:
            spelled = 0
            run += 1
            longest = max(longest, run)
            if len(word) >= _LONGEST_TOKEN:
                return False
        if spelled >= _SPELLED_OUT:
            return False
        plain += 1
    if foreign > 1 and foreign > english and plain >= _FEW:
        return False
    if foreign and plain > _FEW and english * 5 < plain and foreign >= english:
        return False
    return not (longest > _LONGEST_RUN and english * 8 < plain)


def _reads_as_english(words: list[str]) -> bool:
    """The common case, cheaply: many English function words, none overlong, nothing spelled out."""
    known = len(_ENGLISH.intersection(words))
    if known * 4 < len(words) or max(map(len, words), default=0) >= _LONGEST_TOKEN:
        return False
    return sum(len(word) == 1 and word.isalpha() for word in words) < _SPELLED_OUT


def _is_blob(word: str) -> bool:
    """A long run of letters and digits that is no link: base64, hexadecimal, a key."""
    if "//" in word or word.startswith("www.") or "@" in word:
        return False
    letters = sum(char.isalpha() for char in word)
    return letters * 3 > len(word)
