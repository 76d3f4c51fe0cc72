"""A folder of bundles, each named by its digest, and the record of which was put in force, when and by whom.

shelf/
sha256-<digest>/       the bundle's files, never changed once they are there
sha256-<digest>.note   its approval, signed
activations.jsonl      one line an activation; the last one is in force
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from answerable.adapters.bundle_files import pack_files
from answerable.adapters.durable_files import sync, write_over
from answerable.decisions import Approvers, Bundle, approval_of, check_approval, parse
from answerable.decisions.bundle import digest_of
from answerable.signing import Note, Verifier, parse_note
from answerable.values import Digest, from_rfc3339, rfc3339
from answerable.values.errors import BundleError, SignatureError

_RECORD = "activations.jsonl"


@dataclass(frozen=True, slots=True)
class Activation:
    """A bundle that was put in force."""

    digest: Digest
    by: str
    at: datetime
    because: str
    signed_with: str | None = None
    """The public key by which the approver signed; None where nobody asked for a signature."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A bundle that may be put in force, as far as the shelf can tell."""

    bundle: Bundle
    note: Note | None
    signed_with: Verifier | None
    """The approver's key; None where nobody asked for a signature."""


class BundleShelf:
    """Keeps bundles. One process may write while others read."""

    def __init__(self, folder: Path, approvers: Approvers | None) -> None:
        """`approvers` None is insecure: bundles are taken at their word about who approved them."""
        self.folder = folder
        self.approvers = approvers

    def add(self, pack: Path, approval: bytes | None = None) -> Bundle:
        """Check a pack and put its bundle on the shelf, with its signed approval if there is one yet.

        The files are never written again once they are there. Raises BundleError.
        """
        files = pack_files(pack)
        bundle = parse(files)
        if approval is not None:
            note = _read_approval(approval, bundle)
            if self.approvers is not None:
                check_approval(bundle, note, self.approvers)
        if not self._place(bundle.digest).exists():
            self._put(files, bundle.digest)
        if approval is not None:
            self._keep(self._note(bundle.digest), approval)
        return bundle

    def approval(self, digest: Digest) -> Note | None:
        """The signed approval of a bundle, not checked; None where there is none. Raises BundleError."""
        try:
            return parse_note(self._note(digest).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BundleError(f"'{self._note(digest)}' can't be read: {error.strerror}") from error
        except SignatureError as error:
            raise BundleError(f"'{self._note(digest)}': {error}") from error

    def _put(self, files: Mapping[str, bytes], digest: Digest) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=self.folder, prefix=".half-"))
        try:
            for name, content in files.items():
                path = half / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                sync(path)
            # A crash before this leaves a hidden folder that nobody reads; after it, the whole bundle.
            half.rename(self._place(digest))
        except OSError as error:
            shutil.rmtree(half, ignore_errors=True)
            raise BundleError(f"the bundle can't be put into '{self.folder}': {error.strerror}") from error
        sync(self.folder)

    def _keep(self, path: Path, approval: bytes) -> None:
        try:
            write_over(path, approval)
        except OSError as error:
            raise BundleError(f"'{path}' can't be written: {error.strerror}") from error

    def load(self, digest: Digest) -> Bundle:
        """The bundle of that digest, and approved where approvers are known.

        Raises BundleError where it is not there, is not what its name says, or its approval does not hold.
        """
        bundle = self.read(digest)
        if self.approvers is not None:
            check_approval(bundle, self.approval(digest), self.approvers)
        return bundle

    def read(self, digest: Digest) -> Bundle:
        """The bundle of that digest, approved or not. Raises BundleError as `load` does."""
        place = self._place(digest)
        files = pack_files(place)
        if digest_of(files) != digest:
            raise BundleError(
                f"the files in '{place}' were changed after they were put there; add the pack again"
            )
        return parse(files)

    def activate(
        self,
        digest: Digest,
        *,
        by: str,
        at: datetime,
        because: str,
        first: Callable[[Ready], None] = lambda _: None,
    ) -> Bundle:
        """Put a bundle in force from now on. Raises BundleError, and then the one before stays in force.

        Its approver must be on its manifest, be somebody else than its author and have signed
        for it, and its time must have come. Then `first` is called; what it raises leaves everything as it was.
        """
        bundle = self.read(digest)
        manifest = bundle.manifest
        if not by.strip():
            raise BundleError("say who puts the bundle in force: --by NAME")
        if manifest.approver is None:
            raise BundleError(f"nobody has approved '{manifest.name}'; name an approver in its bundle.yaml")
        if manifest.effective_from > at:
            raise BundleError(
                f"'{manifest.name}' takes effect on {rfc3339(manifest.effective_from)}; activate it then"
            )
        note = key = None
        if self.approvers is not None:
            note = self.approval(digest)
            key = check_approval(bundle, note, self.approvers)
        # A crash between the two leaves what `first` wrote of a bundle that is not in force; activate it again.
        first(Ready(bundle, note, key))
        line = {
            "digest": digest,
            "by": by,
            "at": rfc3339(at),
            "because": because,
            "signed_with": None if key is None else str(key),
        }
        try:
            with (self.folder / _RECORD).open("a", encoding="utf-8") as record:
                # One write of one line: a crash leaves it whole, or a last line that is no JSON and is not read.
                record.write(json.dumps(line) + "\n")
                record.flush()
                os.fsync(record.fileno())
        except OSError as error:
            raise BundleError(
                f"the activation can't be recorded in '{self.folder}': {error.strerror}"
            ) from error
        return bundle

    def history(self) -> list[Activation]:
        """Every activation, oldest first. A half-written last line is none. Raises BundleError."""
        try:
            lines = (self.folder / _RECORD).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise BundleError(f"the record in '{self.folder}' can't be read: {error.strerror}") from error
        found: list[Activation] = []
        for number, line in enumerate(lines, start=1):
            try:
                raw = json.loads(line)
                found.append(
                    Activation(
                        Digest(raw["digest"]),
                        raw["by"],
                        from_rfc3339(raw["at"]),
                        raw["because"],
                        raw.get("signed_with"),
                    )
                )
            except (ValueError, KeyError, TypeError) as error:
                if number == len(lines):
                    break
                raise BundleError(
                    f"{_RECORD}, line {number} is no activation: {error}; restore the file"
                ) from error
        return found

    def active(self) -> Digest:
        """The digest of the bundle in force. Raises BundleError where none was ever activated."""
        history = self.history()
        if not history:
            raise BundleError(
                f"no bundle of '{self.folder}' is in force; run 'answerable bundle add PACK', "
                "then 'answerable bundle activate'"
            )
        return history[-1].digest

    def before(self) -> Digest:
        """The digest that was in force before the present one. Raises BundleError where there was none."""
        history = self.history()
        others = [one.digest for one in history if one.digest != history[-1].digest]
        if not others:
            raise BundleError("no other bundle was in force before this one; there is nothing to go back to")
        return others[-1]

    def digests(self) -> list[Digest]:
        """Every bundle on the shelf."""
        names = sorted(path.name for path in self.folder.glob("sha256-*") if path.is_dir())
        return [Digest(name.replace("-", ":", 1)) for name in names]

    def stamp(self) -> tuple[int, int]:
        """Changes whenever something was activated: cheap to ask for."""
        try:
            found = (self.folder / _RECORD).stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_size)

    def _note(self, digest: Digest) -> Path:
        return self._place(digest).with_suffix(".note")

    def _place(self, digest: Digest) -> Path:
        if not digest.startswith("sha256:") or not digest.removeprefix("sha256:").isalnum():
            raise BundleError(f"'{digest}' names no bundle; write sha256: and 64 digits")
        return self.folder / digest.replace(":", "-", 1)


def _read_approval(approval: bytes, bundle: Bundle) -> Note:
    try:
        note = parse_note(approval)
    except SignatureError as error:
        raise BundleError(f"the approval of '{bundle.manifest.name}' can't be read: {error}") from error
    if note.text != approval_of(bundle).text:
        raise BundleError(
            f"the approval is of another bundle than '{bundle.manifest.name}' ({bundle.digest})"
        )
    return note
