"""`answerable pack lint`: what would go wrong with a pack, before it does."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from answerable.adapters.bundle_files import pack_files
from answerable.adapters.world import utc_now
from answerable.apps.readers import make_reader
from answerable.claims import ReadingContext
from answerable.decisions import Bundle, parse
from answerable.decisions.lint import Remark, Severity, lint
from answerable.terms import TERMS


def lint_pack(folder: Path) -> list[Remark]:
    """Everything found in a pack. Raises BundleError where it can't even be parsed."""
    files = pack_files(folder)
    bundle = parse(files)
    reader = make_reader()
    found = lint(bundle, files, lambda text: reader.read(text, ReadingContext()), utc_now())
    return [*found, *_sources(folder, bundle)]


def _sources(folder: Path, bundle: Bundle) -> Iterator[Remark]:
    """Terms whose document lies in the pack's folder, and is not the one that they were taken from."""
    if not folder.is_dir():
        return
    inside = folder.resolve()
    for term in bundle.terms.terms:
        document = (inside / term.source.document).resolve()
        if not document.is_relative_to(inside) or not document.is_file():
            continue
        digest = "sha256:" + hashlib.sha256(document.read_bytes()).hexdigest()
        name = term.source.document
        if term.source.digest is None:
            text = f"'{term.id}' does not say which '{name}' it was taken from; add digest: \"{digest}\""
            yield Remark(Severity.WARNING, TERMS, None, text)
        elif term.source.digest != digest:
            text = f"'{name}' has changed since '{term.id}' was taken from it ({digest} now); read it again"
            yield Remark(Severity.ERROR, TERMS, None, text)


def report_lint(console: Console, folder: Path, *, as_json: bool) -> int:
    """Print what was found; 1 where anything is an error, else 0. Raises BundleError."""
    found = lint_pack(folder)
    errors = sum(one.severity is Severity.ERROR for one in found)
    if as_json:
        rows = [
            {"severity": one.severity.value, "file": one.file, "line": one.line, "text": one.text}
            for one in found
        ]
        print(json.dumps({"remarks": rows, "errors": errors}))  # noqa: T201
    else:
        for one in found:
            mark = "✗ error  " if one.severity is Severity.ERROR else "! warning"
            place = one.file if one.line is None else f"{one.file}:{one.line}"
            console.print(f"{mark} {folder / place}: {one.text}", markup=False, soft_wrap=True)
        console.print(
            f"{errors} errors, {len(found) - errors} warnings in {folder}", markup=False, soft_wrap=True
        )
    return 1 if errors else 0
