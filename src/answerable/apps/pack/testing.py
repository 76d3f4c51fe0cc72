"""`answerable pack test`: decide a pack's own cases, and say which came out otherwise than expected."""

import json
from pathlib import Path

from rich.console import Console

from answerable.adapters.bundle_files import from_folder
from answerable.apps.pack.cases import read_cases, run_case
from answerable.apps.readers import make_reader
from answerable.values.errors import BundleError


def report_tests(console: Console, folder: Path, *, as_json: bool) -> int:
    """Run and print every case; 1 where one failed, else 0. Raises BundleError."""
    bundle = from_folder(folder)
    cases = read_cases(folder)
    if not cases:
        raise BundleError(f"'{folder / 'tests'}' holds no case; write tests/*.yaml (docs/packs.md shows how)")
    reader = make_reader()
    results = [run_case(case, bundle, reader) for case in cases]
    failed = [one for one in results if one.problem]
    if as_json:
        rows = [
            {
                "case": one.case.name,
                "place": one.case.place,
                "outcome": one.outcome,
                "problem": one.problem or None,
            }
            for one in results
        ]
        print(json.dumps({"cases": rows, "failed": len(failed)}))  # noqa: T201
    else:
        for one in results:
            console.print(f"{'✗' if one.problem else '✓'} {one.outcome:8} {one.case.name}", markup=False)
            if one.problem:
                console.print(f"           {one.case.place}: {one.problem}", markup=False, soft_wrap=True)
        console.print(
            f"{len(results) - len(failed)} of {len(results)} cases came out as expected", markup=False
        )
    return 1 if failed else 0
