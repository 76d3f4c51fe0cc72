"""Time and names, which rules never fetch for themselves."""

from collections.abc import Callable
from datetime import datetime

from answerable.values import TraceId

Clock = Callable[[], datetime]
"""Now, in UTC."""

NewTrace = Callable[[], TraceId]
"""A trace id that nobody has used before."""
