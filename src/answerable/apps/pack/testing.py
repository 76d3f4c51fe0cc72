"""`answerable pack test`: decide a pack's own cases, and say which came out otherwise than expected."""

import json
from pathlib import Path

from rich.console import Console

from answerable.adapters.bundle_files import SAYING, from_folder
from answerable.apps.pack.cases import read_cases, run_case
from answerable.apps.readers import make_reader
from answerable.decisions import Bundle
from answerable.values import PolicyId
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
    reached = {name for one in results for name in one.policies}
    idle = [str(name) for name in bundle.policies if name not in reached and _is_own(bundle, name)]
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
        print(json.dumps({"cases": rows, "failed": len(failed), "policies_in_no_case": idle}))  # noqa: T201
    else:
        for one in results:
            console.print(f"{'✗' if one.problem else '✓'} {one.outcome:8} {one.case.name}", markup=False)
            if one.problem:
                console.print(f"           {one.case.place}: {one.problem}", markup=False, soft_wrap=True)
        console.print(
            f"{len(results) - len(failed)} of {len(results)} cases came out as expected", markup=False
        )
        if idle:
            console.print(
                f"in no case did these policies decide: {', '.join(idle)}", markup=False, soft_wrap=True
            )
    return 1 if failed else 0


def _is_own(bundle: Bundle, name: PolicyId) -> bool:
    """Is it the pack's, and not one of the built-in ones for lines?"""
    return bundle.policies[name].file != SAYING
