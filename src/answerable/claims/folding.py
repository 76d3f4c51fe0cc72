"""Words as a model knows them: figures, days and months folded to what they are, so that none is learnt by heart."""

LONGEST = 60
"""Words of a line that are looked at; the rest of a longer line is left to the rules."""
_CURRENCIES = frozenset(
    "usd eur gbp jpy inr cad aud nzd chf sek nok dkk pln brl dollars dollar bucks euros".split()
)
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_MONTHS = frozenset(
    "january february march april june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)


_FOLDED = _DAYS | _MONTHS | _CURRENCIES


def folded(words: list[str]) -> list[str]:
    """The first words of a line, folded."""
    return [word if word.isalpha() and word not in _FOLDED else _folded(word) for word in words[:LONGEST]]


def _folded(word: str) -> str:
    """A word, or the kind of figure it is."""
    if word.isalpha():
        if word in _DAYS:
            return "<day>"
        if word in _MONTHS:
            return "<month>"
        return "<money>" if word in _CURRENCIES else word
    if not any(char.isdigit() for char in word):
        return word
    if "$" in word:
        return "<money>"
    if word.endswith("%"):
        return "<percent>"
    plain = word.lstrip("#").replace(",", "").replace(".", "").replace("-", "").replace("/", "")
    return "<num>" if plain.isdigit() and not word.startswith("#") else "<id>"
