"""Let the gate's loop decide, and the caller's own thread or task do: a function runs where it was called.

A function may hang on its thread (a database's session) or its task (a context variable), so it is never moved.
"""

import asyncio
import inspect
import queue
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any

from answerable.actions import Done, NotDone, Outcome, Uncertain
from answerable.apps.sdk.functions import NOT_DONE, Function, as_result

Begin = Callable[[], "Coroutine[Any, Any, Any]"]


class Job:
    """A call that was let happen: to be made by whoever waits for it, and by nobody else."""

    def __init__(self) -> None:
        self.outcome: Future[Outcome] = Future()

    def settle(self, outcome: Outcome) -> None:
        """The first word counts."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)


class Bridge:
    """One call's way between two threads. `result` and `error` are what the function itself gave."""

    def __init__(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function = function
        self._args, self._kwargs = args, kwargs
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._wake: Callable[[], None] = lambda: None
        self._door = threading.Lock()
        self._left = False
        self.ran = False
        self.result: Any = None
        self.error: BaseException | None = None

    # -- the gate's side

    async def make(self) -> Outcome:
        """Have the call made. Whoever left before it began is one for whom nothing is done."""
        job = Job()
        with self._door:
            if self._left:
                return NotDone("whoever asked for it has left")
            self._jobs.put(job)
        self._wake()
        return await asyncio.wrap_future(job.outcome)

    # -- the caller's side

    def wait(self, loop: asyncio.AbstractEventLoop, begin: Begin) -> Any:
        """Wait in this thread, and make the call in it when it may be made."""
        deciding = asyncio.run_coroutine_threadsafe(begin(), loop)
        deciding.add_done_callback(lambda _: self._jobs.put(None))
        try:
            while (job := self._jobs.get()) is not None:
                self._run(job)
            return deciding.result()
        finally:
            self._leave()

    async def wait_here(self, loop: asyncio.AbstractEventLoop, begin: Begin) -> Any:
        """Wait in this task, and make the call in it when it may be made."""
        here, ready = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            if not here.is_closed():
                here.call_soon_threadsafe(ready.set)

        self._wake = wake
        deciding = asyncio.run_coroutine_threadsafe(begin(), loop)
        deciding.add_done_callback(lambda _: (self._jobs.put(None), wake()))  # type: ignore[func-returns-value]
        try:
            while True:
                await ready.wait()
                ready.clear()
                while not self._jobs.empty():
                    job = self._jobs.get()
                    if job is None:
                        return deciding.result()
                    await self._run_here(job)
        finally:
            self._leave()

    def _run(self, job: Job) -> None:
        """Exceptions go to the caller once what they mean is on record."""
        self.ran = True
        try:
            self.result = self.function.call(*self._args, **self._kwargs)
            job.settle(Done(as_result(self.result)))
        except Exception as error:  # noqa: BLE001 – whatever it was, what it means must be on record
            self._failed(job, error)
        except BaseException as error:
            job.settle(Uncertain(f"it was broken off ({type(error).__name__})"))
            raise

    async def _run_here(self, job: Job) -> None:
        self.ran = True
        try:
            found = self.function.call(*self._args, **self._kwargs)
            self.result = await found if inspect.isawaitable(found) else found
            job.settle(Done(as_result(self.result)))
        except Exception as error:  # noqa: BLE001 – whatever it was, what it means must be on record
            self._failed(job, error)
        except BaseException as error:
            job.settle(Uncertain(f"it was broken off ({type(error).__name__})"))
            raise

    def _failed(self, job: Job, error: Exception) -> None:
        self.error = error
        why = f"it raised {type(error).__name__}"
        said = self.function.raises_mean == NOT_DONE or self.function.reads
        job.settle(NotDone(why) if said else Uncertain(why))

    def _leave(self) -> None:
        with self._door:
            self._left = True
            while not self._jobs.empty():
                if (job := self._jobs.get()) is not None:
                    job.settle(NotDone("whoever asked for it has left"))


BRIDGE: ContextVar[Bridge | None] = ContextVar("answerable_bridge", default=None)
"""The bridge of the call that the gate's loop is deciding on."""
