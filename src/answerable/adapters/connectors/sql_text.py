"""The queries that a deployment declares: each a single SELECT with named parameters, and nothing else.

    SELECT id, total FROM orders WHERE id = :order_id

Read by a scanner of our own, so that what is refused is refused before any database sees it. That no query
writes is also the database's own affair: it is opened read-only.
"""

from dataclasses import dataclass

from answerable.values.errors import SettingsError

_LONGEST = 20_000
_WRITES = frozenset(
    "insert update delete merge replace into truncate create alter drop grant revoke copy call do execute vacuum "
    "attach detach pragma set reset lock begin commit rollback savepoint release explain analyze reindex notify "
    "listen unlisten load".split()
)


@dataclass(frozen=True, slots=True)
class Select:
    """A query, as SQLite takes it (`:name`) and as PostgreSQL does (`$1`), with its parameters in that order."""

    named: str
    numbered: str
    parameters: tuple[str, ...]


def read_select(text: str) -> Select:
    """Raises SettingsError where it is anything but one SELECT."""
    if len(text) > _LONGEST:
        raise SettingsError(f"the query is longer than {_LONGEST} characters")
    if wrong := sorted(letter for letter in "\\$?;@`[]\0#" if letter in _outside(text.rstrip(" \n\t;"))):
        raise SettingsError(f"the query holds '{wrong[0]}'; write one SELECT, with parameters as :name")
    text = text.strip().rstrip("; \n\t")
    named, numbered, parameters, words, at = "", "", [], [], 0
    while at < len(text):
        letter, two = text[at], text[at : at + 2]
        if two in ("--", "/*"):
            raise SettingsError("the query holds a comment; write it beside the query, as YAML's")
        if letter in "'\"":
            end = _quoted(text, at)
            named, numbered, at = named + text[at:end], numbered + text[at:end], end
        elif two == "::":
            named, numbered, at = named + two, numbered + two, at + 2
        elif letter == ":":
            name = _word(text, at + 1)
            if not name:
                raise SettingsError("the query has a ':' without a parameter's name")
            if name not in parameters:
                parameters.append(name)
            named, numbered = named + ":" + name, f"{numbered}${parameters.index(name) + 1}"
            at += 1 + len(name)
        elif word := _word(text, at):
            words.append(word.lower())
            named, numbered, at = named + word, numbered + word, at + len(word)
        else:
            named, numbered, at = named + letter, numbered + letter, at + 1
    if not words or words[0] not in ("select", "with") or "select" not in words:
        raise SettingsError("the query is no SELECT; nothing else is done here")
    if written := sorted(_WRITES.intersection(words)):
        raise SettingsError(
            f"the query has '{written[0].upper()}' in it, which reads nothing; a name is quoted: \"…\""
        )
    return Select(named, numbered, tuple(parameters))


def _outside(text: str) -> str:
    """What stands outside of quotes; a backslash is looked for inside as well. Raises SettingsError."""
    kept, at = "", 0
    while at < len(text):
        if text[at] in "'\"":
            end = _quoted(text, at)
            kept += "\\" if "\\" in text[at:end] else " "
            at = end
        else:
            kept += text[at]
            at += 1
    return kept


def _quoted(text: str, at: int) -> int:
    """Where the quoted text that begins there is over. Raises SettingsError."""
    quote, end = text[at], at + 1
    while True:
        end = text.find(quote, end)
        if end < 0:
            raise SettingsError("the query has a quote that is not closed")
        if text[end : end + 2] != quote * 2:
            return end + 1
        end += 2


def _word(text: str, at: int) -> str:
    end = at
    while end < len(text) and (text[end] == "_" or text[end].isalnum()):
        end += 1
    return text[at:end]
