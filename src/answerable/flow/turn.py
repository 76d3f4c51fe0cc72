"""Start here: one reply on its way through the gate, as a pure state machine.

    turn = Turn(exchange, reader, decider, mode)
    step = turn.begin(now)                  # the exchange's own entry
    step = turn.feed(TextArrived(0, "I've refunded"), now)
    step = turn.feed(ChoiceEnded(0, "stop"), now)
    step = turn.feed(ReplyEnded("complete"), now)

Each step says which entries must be durable before which outputs may leave.
Nothing here waits, reads a clock or sends: that is the driver's (`apps.gate`).
"""

import hashlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

import msgspec

from answerable.claims import Claim, ReadingContext
from answerable.claims.unread import unread
from answerable.decisions import Decision, Outcome
from answerable.exchange import Exchange, ToolCall
from answerable.findings import Grounds, PublishedTexts, check, succeeded
from answerable.flow.acts import Acts
from answerable.flow.events import (
    CONTENT,
    CallArrived,
    ChoiceEnded,
    Event,
    ExtensionArrived,
    FrameArrived,
    ReplyEnded,
    TextArrived,
)
from answerable.flow.news import News, news_line
from answerable.flow.recording import call_parts, exchange_parts, line_parts
from answerable.flow.steps import (
    EndChoice,
    Line,
    PassCall,
    PassExtension,
    PassFrame,
    SendBack,
    Step,
    StopCall,
)
from answerable.ports import Decider, Reader
from answerable.receipts import (
    Body,
    ChoiceBody,
    Draft,
    ExtensionBody,
    ExtensionPrivate,
    Private,
    ReleasePart,
    ReplyBody,
    ReplyPrivate,
    data_subject,
)
from answerable.statements import JsonSplitter, Shape, Splitter, Statement, spoken, written
from answerable.values import Digest, rfc3339

# How many earlier statements of the reply a line is read with.
_LOOK_BACK = 4
_STOPPED = "needs-confirmation"
_DEFAULT = "default"
_STOP = "stop"


class Mode(StrEnum):
    """Whether decisions bind. In `observe` every line goes out, and the record says what would have been."""

    OBSERVE = "observe"
    ENFORCE = "enforce"


@dataclass(slots=True)
class _Track:
    """One text of one choice while it comes in."""

    splitter: Splitter | JsonSplitter
    before: deque[str] = field(default_factory=lambda: deque(maxlen=_LOOK_BACK))
    last_wording: str | None = None
    lines: int = 0
    verbatim: int = 0
    replaced: int = 0
    characters: int = 0
    earlier_lines: int = 0
    """Of tries before this one: a line's number and place are those in all that the model said."""
    earlier_characters: int = 0


@dataclass(slots=True)
class _Choice:
    tracks: dict[str, _Track] = field(default_factory=dict)
    calls: list[tuple[int, ToolCall]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    tries: int = 0
    finish: str | None = None


class Turn:
    """One exchange's reply. Feed it events in order; it is over after `ReplyEnded`."""

    def __init__(
        self,
        exchange: Exchange,
        reader: Reader,
        decider: Decider,
        mode: Mode,
        *,
        texts: PublishedTexts | None = None,
        line_limit: int = 2000,
        zone: tzinfo = UTC,
        retries: int = 0,
        news: Sequence[News] = (),
    ) -> None:
        self.exchange = exchange
        self._reader = reader
        self._decider = decider
        self._mode = mode
        self._line_limit = line_limit
        self._acts = Acts(exchange, decider.bundle)
        self._names = {tool.name for tool in exchange.tools} | set(decider.bundle.actions)
        """Of acts, that were offered or are the bundle's: every other is a word of the model's own."""
        self._grounds = Grounds(exchange, texts or published_texts(reader), self._acts.known)
        self._retries = retries
        self._news = () if exchange.structured else tuple(news)
        self.news_told = False
        """Have the news become part of the reply? They are told once its entries are durable."""
        self._calls = tuple(o.call.name for o in exchange.outcomes if succeeded(o))
        *earlier, self._customer = exchange.customer_turns or ("",)
        self._earlier = tuple(earlier)
        self._said_at = exchange.asked_at.astimezone(zone)
        self._choices: dict[int, _Choice] = {}
        self._shown = 0
        self._now: datetime | None = None
        self._at = ""
        self._subject = data_subject(
            exchange.customer, exchange.workload, exchange.conversation, exchange.trace
        )

    @property
    def bundle(self) -> Digest:
        """The digest of the bundle that decides this reply."""
        return self._decider.bundle.digest

    def begin(self, now: datetime) -> Step:
        """Record the exchange. Send nothing to anybody before this step is durable."""
        body, private = exchange_parts(
            self.exchange,
            prompt=prompt_digest(self.exchange),
            mode=self._mode.value,
            bundle=self._decider.bundle,
            reader=self._reader.version,
        )
        return Step([self._draft(now, body, private)])

    def feed(self, event: Event, now: datetime) -> Step:
        """Take one event; return what must be recorded and what may then be sent."""
        match event:
            case TextArrived(choice, text, track):
                found = self._track(choice, track)
                return self._decide(choice, track, found, found.splitter.feed(text), now)
            case CallArrived(choice, index, call):
                if self._acts.decides:  # when the choice ends, all of them together
                    self._choices.setdefault(choice, _Choice()).calls.append((index, call))
                    return Step()
                body, private = call_parts(choice, index, call, known=call.name in self._names)
                return Step([self._draft(now, body, private)], [PassCall(choice, index, call)])
            case ExtensionArrived(choice, fields, json, passed, rides):
                extension = ExtensionBody(choice, fields, passed)
                return Step(
                    [self._draft(now, extension, ExtensionPrivate(json))],
                    [PassExtension(choice, json)] if passed and not rides else [],
                )
            case FrameArrived(frame):
                return Step([], [PassFrame(frame)])
            case ChoiceEnded(choice, reason):
                return self._end_choice(choice, reason, now)
            case ReplyEnded():
                return self._end_reply(event, now)

    def _track(self, choice: int, track: str) -> _Track:
        tracks = self._choices.setdefault(choice, _Choice()).tracks
        if track not in tracks:
            tracks[track] = _Track(self._splitter(track))
        return tracks[track]

    def _splitter(self, track: str) -> Splitter | JsonSplitter:
        kind = JsonSplitter if self.exchange.structured and track == CONTENT else Splitter
        return kind(limit=self._line_limit)

    def _decide(
        self, choice: int, name: str, track: _Track, statements: list[Statement], now: datetime
    ) -> Step:
        step = Step()
        if statements and name == CONTENT:
            step.join(self._tell_news(choice, track, now))
        for statement in statements:
            step.join(self._line(choice, name, track, _in_reply(track, statement), now))
        return step

    def _tell_news(self, choice: int, track: _Track, now: datetime) -> Step:
        step = Step()
        if track.lines:
            return step
        for ordinal, news in enumerate(self._news):
            claim = self._reader.read(news.text, ReadingContext(now=self._said_at))
            enforced = self._mode is Mode.ENFORCE
            body, private, line = news_line(
                news,
                claim,
                choice=choice,
                track=CONTENT,
                ordinal=ordinal,
                bundle=self.bundle,
                enforced=enforced,
            )
            step.drafts.append(self._draft(now, body, private))
            step.outputs.append(line)
            self._choices[choice].shown.append(line.shown)
            self._shown += 1
            track.lines += 1
            track.earlier_lines += 1
            self.news_told = True
        return step

    def _line(self, choice: int, name: str, track: _Track, statement: Statement, now: datetime) -> Step:
        # 1. Read the line in its place, as anybody would read it: without JSON's escapes.
        text = spoken(statement.text) if statement.shape is Shape.VALUE else statement.text
        claim = self._read(text, statement, track)
        # 2. Hold it against what the exchange shows. 3. Decide.
        finding = self._acts.on_line(claim, text or "", check(claim, text or "", self._grounds))
        decision = self._decider.decide(claim, finding, self.exchange.assurance)
        # 4. Work out what the customer sees for it.
        enforced = self._mode is Mode.ENFORCE
        verbatim = decision.outcome is Outcome.RELEASE or not enforced or statement.shape is Shape.BLANK
        shown = statement.lead + statement.text if verbatim else _replacement(track, statement, decision)
        if verbatim and statement.text:
            track.last_wording = None
        # 5. One entry holds all of it, and the line leaves only when that is durable.
        release = ReleasePart(verbatim, None if verbatim else shown) if shown else None
        body, private = line_parts(
            choice, name, statement, claim, finding, decision, release, enforced=enforced
        )
        self._shown += release is not None
        track.lines += 1
        track.characters = statement.end
        track.verbatim += verbatim
        track.replaced += not verbatim
        if text:
            track.before.append(text)
        if shown:
            self._choices[choice].shown.append(shown)
        return Step(
            [self._draft(now, body, private)],
            [Line(choice, name, statement, claim, finding, decision, shown, verbatim)],
        )

    def _read(self, text: str | None, statement: Statement, track: _Track) -> Claim:
        if statement.overlong or text is None:
            return unread(self._reader.version, "overlong" if statement.overlong else "malformed")
        context = ReadingContext(
            governing=statement.governing,
            before=tuple(track.before),
            customer=self._customer,
            calls=self._calls,
            now=self._said_at,
            earlier=self._earlier,
        )
        return self._reader.read(text, context)

    def _end_choice(self, choice: int, reason: str, now: datetime) -> Step:
        state = self._choices.setdefault(choice, _Choice())
        step = Step()
        for name, track in state.tracks.items():
            step.join(self._decide(choice, name, track, track.splitter.finish(), now))
        ending = self._end_calls(choice, state, reason, step, now) if state.calls else reason
        if ending is not None:
            state.finish = ending
            step.outputs.append(EndChoice(choice, ending))
        return step

    def _end_calls(self, choice: int, state: _Choice, reason: str, step: Step, now: datetime) -> str | None:
        """Decide a choice's acts. Returns how the choice ended; None if it goes back to the model."""
        said = "".join(state.shown)
        enforced = self._mode is Mode.ENFORCE
        decided = self._acts.decide(choice, state.calls, said, enforced=enforced)
        state.calls = []
        for one in decided:
            passed = isinstance(one, PassCall)
            known = one.call.name in self._names
            parts = call_parts(
                choice, one.index, one.call, one.decision, known=known, passed=passed, enforced=enforced
            )
            step.drafts.append(self._draft(now, *parts))
        step.outputs += decided
        stopped = tuple(one for one in decided if isinstance(one, StopCall))
        if not stopped:
            return reason
        if state.tries < self._retries:
            state.tries += 1
            for name, track in state.tracks.items():
                track.splitter = self._splitter(name)
                track.earlier_lines, track.earlier_characters = track.lines, track.characters
            step.outputs.append(SendBack(choice, said, stopped, last=state.tries == self._retries))
            return None
        if not said:
            # Nothing may go out but what somebody approved; it is read like any other line.
            words = self._decider.bundle.wording.get(_STOPPED) or self._decider.bundle.wording[_DEFAULT]
            track = self._track(choice, CONTENT)
            found = [*track.splitter.feed(words.text), *track.splitter.finish()]
            step.join(self._decide(choice, CONTENT, track, found, now))
        return _STOP

    def _end_reply(self, ended: ReplyEnded, now: datetime) -> Step:
        choices: list[ChoiceBody] = []
        unread_texts: list[tuple[int, str]] = []
        for index, state in sorted(self._choices.items()):
            pending = "".join(track.splitter.pending for track in state.tracks.values())
            if pending:
                unread_texts.append((index, pending))
            tracks = state.tracks.values()
            choices.append(
                ChoiceBody(
                    index,
                    state.finish,
                    sum(track.lines for track in tracks),
                    sum(track.verbatim for track in tracks),
                    sum(track.replaced for track in tracks),
                    len(pending),
                )
            )
        sent = self._shown if ended.sent is None else ended.sent
        body = ReplyBody(
            ended.ending,
            ended.detail,
            ended.upstream_id,
            ended.model,
            tuple(choices),
            sent,
            ended.usage,
            ended.fingerprint or msgspec.UNSET,
        )
        private = ReplyPrivate(tuple(unread_texts)) if unread_texts else None
        return Step([self._draft(now, body, private)])

    def _draft(self, now: datetime, body: Body, private: Private | None = None) -> Draft:
        if now is not self._now:
            self._now, self._at = now, rfc3339(now)
        return Draft(self.exchange.trace, self._at, body, private, self._subject)


def published_texts(reader: Reader) -> PublishedTexts:
    """Published texts as this reader reads them, each line alone. Share one between turns."""
    return PublishedTexts(lambda text: reader.read(text, ReadingContext()))


def prompt_digest(exchange: Exchange) -> Digest:
    """Name the instructions that the bot ran under: every system and developer message, in order."""
    digest = hashlib.sha256()
    for text in exchange.published:
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return Digest("sha256:" + digest.hexdigest())


def _in_reply(track: _Track, statement: Statement) -> Statement:
    """A statement with its number and place in the whole reply."""
    if not track.earlier_lines:
        return statement
    moved = track.earlier_characters
    return msgspec.structs.replace(
        statement,
        ordinal=statement.ordinal + track.earlier_lines,
        start=statement.start + moved,
        end=statement.end + moved,
    )


def _replacement(track: _Track, statement: Statement, decision: Decision) -> str:
    """The wording in the line's place, behind the line's own lead.

    A run of lines that get the same wording gets it once: three refusals in a row
    are noise. In a reply that is JSON every string stands, and only the pieces of
    one string share the wording.
    """
    words = decision.wording.text if decision.wording else ""
    value = statement.shape is Shape.VALUE
    if value and statement.lead:
        track.last_wording = None
    if not words or track.last_wording == words:
        return statement.lead if value else ""
    track.last_wording = words
    return statement.lead + (written(words) if value else words)
