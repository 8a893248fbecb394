"""How a paste is laid out: which lines belong together, who speaks in them, and where the time stands.

Knows channels (IRC, Slack, Teams, WhatsApp, Discord), lists, tables, mails, status pages and plain prose, line by line,
so that a paste may hold several after each other. Every line ends up in an entry or is set aside with the reason.
"""

import re
from collections.abc import Sequence

from coach.patterns import pattern
from coach.timeline import actors, exports
from coach.timeline.entry import Account, Entry, Laid
from coach.timeline.event import Aside
from coach.timeline.heads import (
    BULLET,
    EMOJI,
    NAMED,
    bare_stamp,
    cells_of,
    head_of,
    looks_chat,
    named_before,
    with_colons,
)
from coach.timeline.prose import SENTENCE_END, main_stamp, moments
from coach.timeline.stamps import Day, Stamp, stamp_at, stamps_in
from coach.timeline.zones import says_zone, zone_of

_LOG_OPENED = re.compile(r"^-{2,}\s*(?:log|day)\b.*$|^-{2,}.*-{2,}$", re.I)
_DIVIDER = re.compile(r"^[\s\-=_*#|:.]+$")
_MAIL = re.compile(r"^>*\s?(From|Sent|Date|To|Cc|Bcc|Subject|Von|Gesendet|Datum|An|Betreff|Reply-To)\s?:\s?(.*)$")
_WROTE = re.compile(r"^>*\s?On (?P<when>.+?),? (?P<who>[^,<>]+?)(?: <[^>]+>)? wrote:$")
# What stands before a day that a story is told of, and what is told of another day.
_ON_A_DAY = re.compile(r"(?:^|\b(?:on|morning of|afternoon of|evening of|night of)\s)(?:the )?\W*$", re.I)
_OTHER_DAY = re.compile(
    r"\b(?:debrief\w*|post-?mortem|retro\w*|review|meeting|meet|will|would|next|due|by|before|since|until|planned|"
    r"scheduled|deadline)\b",
    re.I,
)
_START = re.compile(r"\bT(?:\+?0+)?\s?(?:=|:|is)\s?")
_OWNED = re.compile(
    r"\b(?:from |source:? |account (?:of|by) |notes? (?:of|by) )?(?P<who>[A-Z][\w.\-]*)['’]s? "
    r"(?:notes?|account|version|side|view|log|recollection|timeline|story)"
)
_HEADING_WORDS = 25

# A prose line shorter than this ends where it ends; a longer one was probably wrapped.
_WRAPPED = 55


def lay_out(text: str) -> Laid:
    """Every line of a paste, in an entry or set aside."""
    found = exports.of_json(text)
    if found is None:
        found = exports.of_csv(text)
    if found is None:
        return _nods_aside(_Reader(with_colons(text.splitlines())).read())
    rows, aside = found
    accounts: dict[str, Account] = {}
    laid = Laid(aside=list(aside))
    for row in rows:
        account = accounts.setdefault(row.source, Account(row.source))
        if is_chatter(row.text):
            laid.aside += [Aside(n, row.text, "says nothing of its own") for n in range(row.line, row.end + 1)]
            continue
        stamp = next(stamps_in(row.when, days=True), None)
        laid.entries.append(Entry(row.line, row.end, row.text, account, stamp, row.actor, "message"))
    return laid


def _nods_aside(laid: Laid) -> Laid:
    """Messages whose words came on the lines after their head, and turn out to say nothing of their own."""
    nods = [one for one in laid.entries if one.kind == "message" and is_chatter(one.text)]
    for one in nods:
        laid.entries.remove(one)
        laid.aside += [Aside(n, one.text, "says nothing of its own") for n in range(one.line, one.end + 1)]
    return laid


def is_chatter(text: str) -> bool:
    """Whether a message only nods, thanks or greets."""
    bare = EMOJI.sub("", text).strip()
    return not re.search(r"[\w]", bare) or pattern("timeline", "chatter").fullmatch(bare) is not None


class _Reader:
    """Reads line by line. ``_open`` is the entry that a line without a time of its own goes on with."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._laid = Laid()
        self._account = Account()
        self._day: Day | None = None
        self._open: Entry | None = None
        self._chat = False
        self._paragraph: list[tuple[int, str]] = []
        self._written: Stamp | None = None
        self._mail = ""
        self._columns: list[str] = []
        self._trailing = self._times_stand_below()

    def read(self) -> Laid:
        n = 0
        while n < len(self._lines):
            n = self._line(n)
        self._end_paragraph()
        return self._laid

    def _times_stand_below(self) -> bool:
        """Whether each text comes before its time, as on status pages: the last line is a time."""
        full = [line for line in self._lines if line.strip()]
        return (
            len(full) > 1
            and bare_stamp(full[-1]) is not None
            and bare_stamp(full[0]) is None
            and (sum(bare_stamp(line) is not None for line in full) > 1)
        )

    def _line(self, n: int) -> int:
        """Takes line ``n`` (from 0) and says which comes next."""
        raw = self._lines[n]
        line = raw.strip()
        if not line:
            self._end_paragraph()
            if not self._chat:
                self._open = None
            return n + 1
        if after := self._letter(n, line):
            return after
        if self._set_aside(n, line):
            return n + 1
        if "|" in line and (cells := cells_of(line)):
            self._row(n, cells)
            return n + 1
        if self._trailing and (stamp := bare_stamp(line)):
            self._above(n, stamp)
            return n + 1
        if after := self._name_above(n, line):
            return after
        if self._named(n, line) or self._headed(n, raw):
            return n + 1
        if self._heading(n, line):
            return n + 1
        self._plain(n, raw)
        return n + 1

    # What stands around events

    def _aside(self, n: int, why: str) -> None:
        self._laid.aside.append(Aside(n + 1, self._lines[n].strip(), why))

    def _letter(self, n: int, line: str) -> int:
        """The head of a mail, read whole; 0 where there is none."""
        if match := _WROTE.match(line):
            self._begin_letter(match["who"], next(stamps_in(match["when"], days=True), None))
            self._aside(n, "the head of a mail")
            return n + 1
        if not _MAIL.match(line) or n + 1 >= len(self._lines) or not _MAIL.match(self._lines[n + 1].strip()):
            return 0
        who, when = "", None
        while n < len(self._lines) and (match := _MAIL.match(self._lines[n].strip())):
            if match[1] in {"From", "Von"}:
                who = re.sub(r"\s*<[^>]*>", "", match[2]).strip(' "')
            elif match[1] in {"Date", "Sent", "Gesendet", "Datum"}:
                when = next(stamps_in(match[2], days=True), None)
            self._aside(n, "the head of a mail")
            n += 1
        self._begin_letter(who, when)
        return n

    def _begin_letter(self, who: str, when: Stamp | None) -> None:
        self._end_paragraph()
        zone = when.zone if when else ""
        self._account = Account(f"Mail of {who}" if who else "Mail", who, zone, when.day if when else None)
        self._written, self._mail, self._chat, self._open = when, who, False, None
        self._day = when.day if when else None

    def _set_aside(self, n: int, line: str) -> bool:
        """Lines that are about the paste and not about what happened; a day in them counts for what follows."""
        if _DIVIDER.match(line):
            self._aside(n, "a divider")
        elif _LOG_OPENED.match(line):
            self._take_day(line)
            self._aside(n, "the log's own words")
        elif (stamp := bare_stamp(line)) and stamp.is_day_only:
            self._end_paragraph()
            self._day = stamp.day
            self._aside(n, "a day")
        else:
            return False
        return True

    def _take_day(self, line: str) -> None:
        for stamp in stamps_in(line, days=True):
            if stamp.day is not None and stamp.day.day is not None:
                self._day = stamp.day

    def _heading(self, n: int, line: str) -> bool:
        """A line that names what follows: an account, a day, a zone, T+0."""
        marked = re.match(r"#{1,6} |={2,} ?|\*\*[^*]+\*\*:?$", line) is not None
        above = n == 0 or not self._lines[n - 1].strip()
        short = len(line.split()) <= 14 and not re.search(r"[.!?]$", line)
        below = next((one for one in self._lines[n + 1 : n + 4] if one.strip()), "")
        opens = above and short and (not below or self._is_head(below) or _DIVIDER.match(below) is not None)
        colon = short and line.endswith(":") and not BULLET.match(line)
        chat = self._chat and not above
        # A whole story in one line is no heading, though it begins by saying the zone.
        says = len(line.split()) <= _HEADING_WORDS and says_zone(line)
        if chat or (BULLET.match(line) and not marked) or not (marked or opens or colon or says):
            return False
        self._end_paragraph()
        bare = re.sub(r"^[#=*\s]+|[*=\s:]+$", "", line)
        written = zone_of(line)
        first = not self._laid.entries and not self._account.name
        if says and not marked and not opens:
            self._account.zone = written
        else:
            owned = _OWNED.search(bare)
            name = bare if not first or owned or written else ""
            # What the first heading says of days and zones holds for the whole paste.
            kept = self._account
            self._account = Account(
                name, owned["who"] if owned else kept.owner if first else "", written or kept.zone, kept.day
            )
            self._account.start = kept.start
        self._take_heading(bare)
        self._chat, self._open = False, None
        self._aside(n, "a heading")
        return True

    def _take_heading(self, line: str) -> None:
        for stamp in stamps_in(line, days=True):
            if stamp.day is not None:
                self._account.day = self._day = stamp.day
        if match := _START.search(line):
            self._account.start = stamp_at(line, match.end())

    def _is_head(self, line: str) -> bool:
        return bool(BULLET.match(line)) or head_of(line) is not None or cells_of(line.strip()) != []

    # Events

    def _add(self, entry: Entry) -> None:
        self._end_paragraph()
        entry.day, self._day = self._day, None
        entry.written = self._written
        self._laid.entries.append(entry)
        self._open = entry

    def _row(self, n: int, cells: list[str]) -> None:
        """A row of a table; the first one may name the columns."""
        lower = [cell.lower() for cell in cells]
        if not self._columns or len(self._columns) != len(cells):
            named = [
                cell
                for cell in lower
                if re.search(r"\b(?:time|when|date|zeit|event|what|who|actor|description|owner)\b", cell)
            ]
            self._columns = lower
            if named:
                self._account.zone = zone_of(" ".join(cells)) or self._account.zone
                self._aside(n, "the head of a table")
                return
        if all(_DIVIDER.match(cell) for cell in cells if cell):
            self._aside(n, "a divider")
            return
        who = next(
            (c for name, c in zip(self._columns, cells, strict=True) if re.search(r"\b(?:who|actor|owner|by)\b", name)),
            "",
        )
        stamp, rest = None, []
        for name, cell in zip(self._columns, cells, strict=True):
            found = next(stamps_in(cell, days=True), None) if stamp is None else None
            if found and found.end - found.start >= len(cell) - 4:
                stamp = found
            elif not re.search(r"\b(?:who|actor|owner|by)\b", name):
                rest.append(cell)
        text = " – ".join(cell for cell in rest if re.search(r"\w", cell))
        if not text and stamp is None:
            self._aside(n, "an empty row")
            return
        who = who if re.search(r"\w", who) else actors.of(text, self._account.owner)
        self._add(Entry(n + 1, n + 1, text, self._account, stamp, who))

    def _above(self, n: int, stamp: Stamp) -> None:
        """A time that belongs to the lines right above it."""
        lines, self._paragraph = self._paragraph, []
        text = " ".join(text for _, text in lines)
        first = lines[0][0] if lines else n
        self._add(Entry(first + 1, n + 1, text, self._account, stamp, kind="note"))
        self._open = None

    def _name_above(self, n: int, line: str) -> int:
        """A name on a line of its own and a time on the next, as Slack copies; 0 where it is no such."""
        waits = self._chat and self._open is not None and not self._open.text
        if waits or self._trailing or not actors.is_name(line) or n + 1 >= len(self._lines):
            return 0  # after the head of a message come its words, and no other name
        stamp = bare_stamp(self._lines[n + 1])
        if stamp is None or stamp.is_day_only:
            return 0
        self._message(n, n + 1, stamp, line, "")
        return n + 2

    def _named(self, n: int, line: str) -> bool:
        """A name and a time on one line, and what is said below, as some channels copy."""
        match = NAMED.match(line)
        if match is None or not actors.is_name(match["name"]) or not self._goes_on(n):
            return False
        stamp = bare_stamp(match["time"])
        if stamp is None or not (self._chat or sum(NAMED.match(one.strip()) is not None for one in self._lines) > 1):
            return False
        self._message(n, n, stamp, match["name"], "")
        return True

    def _message(self, first: int, last: int, stamp: Stamp, who: str, text: str) -> None:
        who = re.sub(r"\s*\(?\bAPP\b\)?\s*", "", who).strip(" :@%+~&")
        self._add(Entry(first + 1, last + 1, text.strip(), self._account, stamp, who, "message"))
        self._chat = True

    def _headed(self, n: int, raw: str) -> bool:
        """A line that begins with its time, or names who speaks and then the time."""
        head = head_of(raw)
        if head is None:
            return False
        stamp, rest = head
        if stamp.is_day_only and not rest:
            return False
        speaker, said = actors.speaker(rest)
        action = re.match(r"\*+ ?@?([\w.\-\[\]|^`]+) (.+)", rest)
        if pattern("timeline", "joined").search(rest[:120]) and not said:
            self._end_paragraph()
            self._aside(n, "somebody came or went")
        elif action and not BULLET.match(raw):
            self._message(n, n, stamp, action[1], action[2])
        elif said is not None and pattern("timeline", "media").match(said.strip()):
            self._aside(n, "a picture or file")
        elif said is not None and (speaker.startswith(("<", "@")) or self._bracketed(raw) or looks_chat(raw, stamp)):
            if is_chatter(said):
                self._end_paragraph()
                self._aside(n, "says nothing of its own")
                self._chat, self._open = True, None
            else:
                self._message(n, n, stamp, speaker.strip("<>@+%~& "), said)
        elif rest and actors.is_name(rest) and self._bracketed(raw) and self._goes_on(n):
            self._message(n, n, stamp, rest, "")
        elif not rest and (head_name := named_before(raw, stamp)):
            self._message(n, n, stamp, head_name, "")
        elif not rest and stamp.later is None:
            who = self._laid.entries[-1].actor if self._chat and self._laid.entries else ""
            self._message(n, n, stamp, who, "") if self._chat or self._goes_on(n) else self._note(n, stamp, "")
        else:
            if said is not None and speaker[:1].isupper():
                self._note(n, stamp, said, speaker)
            else:
                self._note(n, stamp, rest, actors.of(rest, self._account.owner))
        return True

    def _note(self, n: int, stamp: Stamp, text: str, who: str = "") -> None:
        self._add(Entry(n + 1, n + 1, text, self._account, stamp, who))
        self._chat = False

    def _bracketed(self, raw: str) -> bool:
        return raw.lstrip().startswith(("[", "("))

    def _goes_on(self, n: int) -> bool:
        below = self._lines[n + 1].strip() if n + 1 < len(self._lines) else ""
        return bool(below) and head_of(below) is None

    def _plain(self, n: int, raw: str) -> None:
        """A line without a time at its head."""
        line = raw.strip()
        bullet = BULLET.match(raw)
        if self._chat and self._open is not None and not bullet:
            self._open.text = f"{self._open.text}\n{line}".strip()
            self._open.end = n + 1
        elif self._chat and self._open is None:
            # It goes on with what was set aside.
            self._aside(n, "says nothing of its own") if is_chatter(line) else self._paragraph_line(n, line)
        elif self._chat and bullet and self._open is not None:
            self._open.text, self._open.end = f"{self._open.text}\n{line}".strip(), n + 1
        elif bullet and bullet[0].strip() != ">":
            self._bulleted(n, line[len(bullet[0].lstrip()) :] if bullet[0].strip() else line)
        elif self._open is not None and raw[:1].isspace() and self._open.kind == "note":
            self._open.text, self._open.end = f"{self._open.text} {line}".strip(), n + 1
        else:
            self._paragraph_line(n, line)

    def _bulleted(self, n: int, text: str) -> None:
        """A point of a list; where its time stands later in it, or is missing, it is an event all the same."""
        stamp = next(stamps_in(text), None)
        self._add(Entry(n + 1, n + 1, text, self._account, stamp, actors.of(text, self._account.owner)))
        self._chat = False

    def _paragraph_line(self, n: int, line: str) -> None:
        if not line.strip("> "):
            self._aside(n, "a divider")
            return
        if self._mail and re.fullmatch(rf"{re.escape(self._mail.split()[0])}\W*", line):
            self._aside(n, "a signature")
            return
        if (
            pattern("timeline", "greeting").search(line)
            and not any(True for _ in stamps_in(line))
            and len(line.split()) <= 12
        ):
            self._end_paragraph()
            self._aside(n, "a greeting")
            return
        self._paragraph.append((n, line.lstrip("> ")))
        if len(line) < _WRAPPED and not self._trailing:
            self._end_paragraph()

    def _end_paragraph(self) -> None:
        """Splits what was gathered into sentences; each with a time, or a word of sequence, is an entry."""
        lines, self._paragraph = self._paragraph, []
        if not lines:
            return
        whole, starts = "", []
        for n, line in lines:
            starts.append((len(whole), n))
            whole += line + " "
        at = 0
        for sentence in SENTENCE_END.split(whole.strip()):
            begin = whole.index(sentence, at)
            at = begin + len(sentence)
            first = max(n for start, n in starts if start <= begin)
            last = max(n for start, n in starts if start < at)
            for part in moments(sentence):
                self._sentence(first, last, part)

    def _learn_day(self, sentence: str, stamp: Stamp | None) -> None:
        """The day and the zone that a sentence of a story says for what follows: "On 3 March the checkout was down"."""
        if says_zone(sentence):
            self._account.zone = zone_of(sentence)
        elif stamp is None and not self._laid.entries and (written := zone_of(sentence)):
            self._account.zone = written
        begun = any(one.account is self._account for one in self._laid.entries)
        if begun or self._day or self._account.day or (stamp and stamp.day) or _OTHER_DAY.search(sentence):
            return
        for day in stamps_in(sentence, days=True):
            told = stamp is None or (day.start < stamp.start and _ON_A_DAY.search(sentence, 0, day.start))
            if day.is_day_only and told:
                self._day = day.day
                return

    def _sentence(self, first: int, last: int, sentence: str) -> None:
        stamps = [one for one in stamps_in(sentence, days=False) if not one.ago or self._written]
        previous = self._laid.entries[-1] if self._laid.entries else None
        # After a blank line nothing goes on that has no time of its own.
        goes_on = previous is not None and previous.account is self._account and first <= previous.end
        same = goes_on and previous is not None and previous.kind == "prose"
        who = actors.of(sentence, self._account.owner)
        self._learn_day(sentence, main_stamp(stamps))
        if stamps or pattern("timeline", "sequence").search(sentence):
            if not stamps and previous is None:
                self._put_aside(first, last, sentence)
                return
            entry = Entry(first + 1, last + 1, sentence, self._account, main_stamp(stamps), who, "prose")
            day, self._day = self._day, None
            entry.day, entry.written = day, self._written
            self._laid.entries.append(entry)
        elif (
            self._mail
            and not self._tells()
            and len(sentence.split()) > 2
            and not pattern("timeline", "greeting").search(sentence)
        ):
            # What a letter says before any time is said at the time it was sent.
            entry = Entry(first + 1, last + 1, sentence, self._account, self._written, self._mail, "message")
            entry.written = self._written
            self._laid.entries.append(entry)
        elif same and previous is not None:
            previous.text, previous.end = f"{previous.text} {sentence}", max(previous.end, last + 1)
        else:
            self._put_aside(first, last, sentence)

    def _tells(self) -> bool:
        """Whether the letter has begun to tell what happened when; before, it speaks of the time it was sent."""
        return any(one.account is self._account and one.kind == "prose" for one in self._laid.entries)

    def _put_aside(self, first: int, last: int, sentence: str) -> None:
        for n in range(first, last + 1):
            self._laid.aside.append(Aside(n + 1, sentence, "names no time"))
