"""The reader of the gate: the rules read, a model trained on the corpus weighs, the rules stay the floor."""

from answerable.claims.carried import in_full
from answerable.claims.claim import Claim, Force, Polarity, Subject
from answerable.claims.idioms import MatcherExhausted
from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.line import Line
from answerable.claims.model import Likelihoods, LinearModel
from answerable.claims.polarity import polarity_of
from answerable.claims.reader import ReadingContext
from answerable.claims.reasons import COMMITTAL
from answerable.claims.setting import Setting, Settled, settle
from answerable.claims.subject import subject_of
from answerable.claims.terms.extract import resolved
from answerable.claims.thresholds import COMMITTAL as COMMITTAL_FROM
from answerable.claims.thresholds import FLOOR, STANDS
from answerable.claims.unread import unread
from answerable.claims.weigher import Weighed, Weigher

_CERTAIN = 1000
_NAMES_NOTHING = 3
"""Words, stops counted, of a line too short to say what it is about."""


class TrainedReader:
    """Reads a statement by the rule book of docs/reading.md. Holds no changing state; safe to share."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        self._weigher = Weigher(model)
        self.version = model.version
        self._committal = [at for at, force in enumerate(model.forces) if force in COMMITTAL]
        self._named = [at for at, subject in enumerate(model.subjects) if subject is not Subject.NONE]
        self._quiet = [at for at, force in enumerate(model.forces) if force not in COMMITTAL]

    def read(self, text: str, context: ReadingContext) -> Claim:
        """The claim that a statement makes. Never raises; what can't be read has force UNKNOWN.

        Takes time linear in the length of the text, of which at most
        `LONGEST_LINE` characters are analysed.
        """
        if len(text) > LONGEST_LINE:
            return unread(self.version, "overlong")
        try:
            line = in_full(text, context.governing, context.before)
            if not line.legible:
                return unread(self.version, "illegible", resolved(line.terms, context.now))
            return self._weighed(line, context)
        except MatcherExhausted:
            return unread(self.version, "matcher-exhausted")

    def committal(self, text: str, context: ReadingContext) -> int:
        """How likely the statement is committal, in permille; certain where it can't be read."""
        claim = self.read(text, context)
        if claim.force is Force.UNKNOWN:
            return _CERTAIN
        line = in_full(text, context.governing, context.before)
        _, likely, settled, _, _ = self._likelihoods(line, context)
        return self._with_floor(settled, sum(likely.force[at] for at in self._committal))

    def _likelihoods(
        self, line: Line, context: ReadingContext
    ) -> tuple[Weighed, Likelihoods, Settled, Subject, Polarity]:
        setting = Setting(context.governing, context.before, context.customer, context.calls, context.earlier)
        settled = settle(line, setting)
        named = subject_of(line, settled.reading, setting)
        polarity = polarity_of(line, settled.reading, named)
        weighed = self._weigher.weigh(line, setting, settled, named, polarity)
        return weighed, self._model.likelihoods(weighed.sums), settled, named, polarity

    def _with_floor(self, settled: Settled, likelihood: float) -> int:
        permille = round(likelihood * _CERTAIN)
        if settled.reading.force in COMMITTAL and permille >= FLOOR:
            return max(permille, COMMITTAL_FROM)
        return permille

    def _weighed(self, line: Line, context: ReadingContext) -> Claim:
        weighed, likely, settled, named, polarity = self._likelihoods(line, context)
        permille = self._with_floor(settled, sum(likely.force[at] for at in self._committal))
        among = self._committal if permille >= COMMITTAL_FROM else self._quiet
        best = max(among, key=lambda at: likely.force[at])
        force = self._model.forces[best]
        # A verb group that the rules read well names its own subject; elsewhere the model knows more trades.
        # "All set!" names nothing: what it is about comes from the talk, by rule, never from a guess.
        bare = len(line.words) <= _NAMES_NOTHING
        agreed = (
            settled.reading.force is force
            and force in COMMITTAL
            and (bare or (settled.reading.frame is not None and named is not Subject.OTHER))
        )
        return Claim(
            force=force,
            polarity=polarity
            if agreed and self._bears_out(polarity, likely)
            else self._polarity(force, likely),
            subject=named
            if agreed and (bare or self._bears_out(named, likely))
            else self._subject(force, likely),
            terms=resolved(line.terms, context.now),
            confidence=round(likely.force[best] * _CERTAIN),
            because=(*settled.because, *self._spoke_for(weighed, force)),
            reader=self.version,
        )

    def _spoke_for(self, weighed: Weighed, force: Force) -> tuple[str, ...]:
        """For a line that may be held, what in it spoke for its force; nobody asks it of a greeting."""
        return self._weigher.spoke_for(weighed, force) if force in COMMITTAL else ()

    def _bears_out(self, label: Polarity | Subject, likely: Likelihoods) -> bool:
        """Whether the model finds a label of the rules likely enough to let it stand."""
        if isinstance(label, Polarity):
            return likely.polarity[self._model.polarities.index(label)] >= STANDS
        return likely.subject[self._model.subjects.index(label)] >= STANDS

    def _polarity(self, force: Force, likely: Likelihoods) -> Polarity:
        if force is Force.NONE:
            return Polarity.NEUTRAL
        scores = likely.polarity_scores
        return self._model.polarities[max(range(len(scores)), key=scores.__getitem__)]

    def _subject(self, force: Force, likely: Likelihoods) -> Subject:
        if force is Force.NONE:
            return Subject.NONE
        return self._model.subjects[max(self._named, key=likely.subject_scores.__getitem__)]
