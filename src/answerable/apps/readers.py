"""The readers that this version has, by name. A new one is one line here."""

from importlib import import_module

from answerable.ports import Reader
from answerable.values.errors import SettingsError

GATE_READER = "trained"
"""The reader that the gate uses."""

READERS = {
    "rules": ("answerable.claims", "RuleReader"),
    "trained": ("answerable.adapters.shipped_reader", "shipped_reader"),
}
"""Module of each, and what makes it there; imported when asked for, so that one costs nothing where another is used."""


def make_reader(name: str = GATE_READER) -> Reader:
    """The reader of a name; without one, the gate's. Raises SettingsError where there is none of that name."""
    if name not in READERS:
        raise SettingsError(f"'{name}' is no reader; write one of {', '.join(READERS)}")
    module, maker = READERS[name]
    try:
        reader: Reader = getattr(import_module(module), maker)()
    except (ImportError, FileNotFoundError) as error:
        raise SettingsError(
            f"the '{name}' reader is not in this installation ({error}); install the whole package, "
            f"or write --reader {GATE_READER}"
        ) from error
    return reader
