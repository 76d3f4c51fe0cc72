"""A command line run in this process as if it were one of its own: what it said, and how it ended.

A process of its own imports everything first, which takes longer than most commands.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch


def run_here(
    main: Callable[[], object], arguments: Sequence[str], *, cwd: Path, environment: Mapping[str, str]
) -> "CompletedProcess[str]":
    """Run `main` with these arguments, in this folder and with these variables and no others."""
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code: int | str | None = 0
    with (
        patch.object(sys, "argv", ["answerable", *arguments]),
        patch.dict(os.environ, environment, clear=True),
        chdir(cwd),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    if isinstance(code, str):  # as the interpreter does
        err.write(f"{code}\n")
        code = 1
    said, told = (one.buffer.getvalue().decode() for one in (out, err))
    return CompletedProcess(list(arguments), code or 0, said, told)
