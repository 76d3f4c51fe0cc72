"""What of several acts that belong together was done, and what was not, for whoever has to put it right."""

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.actions.scope import Link, stopped_by
from answerable.actions.state import UNKNOWN, UNSENT, State


@dataclass(frozen=True, slots=True)
class Standing:
    """A chain as it stands. `undone` were done and taken back since."""

    done: tuple[Link, ...]
    undone: tuple[Link, ...]
    not_done: tuple[Link, ...]
    unknown: tuple[Link, ...]
    under_way: tuple[Link, ...]
    stopped_by: Link | None
    """The act that failed, so that nothing followed."""

    @property
    def partial(self) -> bool:
        """Was something done and something else not, or may it be so?"""
        return bool(self.done) and (self.stopped_by is not None or bool(self.unknown))

    def __str__(self) -> str:
        """For an operator: the tools by what became of them."""
        parts = {
            "done": self.done,
            "taken back": self.undone,
            "not done": self.not_done,
            "not known": self.unknown,
            "under way": self.under_way,
        }
        return "; ".join(
            f"{name}: {', '.join(one.tool for one in acts)}" for name, acts in parts.items() if acts
        )


def standing(chain: Sequence[Link]) -> Standing:
    """How the acts of one chain stand, each in the order in which they were begun."""
    taken_back = {one.undoes for one in chain if one.undoes is not None and one.state is State.DONE}

    def those(*states: State) -> tuple[Link, ...]:
        return tuple(one for one in chain if one.state in states)

    done = those(State.DONE)
    return Standing(
        tuple(one for one in done if one.id not in taken_back),
        tuple(one for one in done if one.id in taken_back),
        those(State.NOT_DONE, State.GIVEN_UP),
        those(*UNKNOWN),
        those(*UNSENT),
        stopped_by(chain),
    )
