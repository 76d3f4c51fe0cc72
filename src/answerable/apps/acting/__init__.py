"""Acts done at back ends: at most once each, and on record before and after."""

from answerable.apps.acting.calls import Pace
from answerable.apps.acting.executor import Executor
from answerable.apps.acting.granting import Granting
from answerable.apps.acting.recovery import Recovery
from answerable.apps.acting.undoing import RecordedUndo, Undoing

__all__ = ["Executor", "Granting", "Pace", "RecordedUndo", "Recovery", "Undoing"]
