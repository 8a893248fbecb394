"""To whom words are to be said: the one that the person's last such message names."""

import re
from dataclasses import dataclass

from coach import patterns
from coach.frame import Frame

_TITLED = re.compile(r"\A(?:mr|mrs|ms|miss|dr)\b", re.I)
_PRONOUNS = frozenset(("him", "her"))


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whoever will hear the words."""

    name: str | None
    role: str | None
    """How they are called without a name: "the student"."""
    many: bool = False
    """Several at once, so that what one of them did is not said to all."""

    def is_named(self, text: str) -> bool:
        """Whether a doer's words stand for them."""
        words = {word for word in re.findall(r"[a-z]+", text.lower()) if word not in _EMPTY}
        return any(
            words & {word for word in re.findall(r"[a-z]+", own.lower()) if word not in _EMPTY}
            for own in (self.name, self.role)
            if own
        )


_EMPTY = frozenset(("my", "our", "the", "a", "an", "one", "of", "this", "that", "new", "old", "senior", "junior", "mr",
                    "mrs", "ms", "dr", "s"))  # fmt: skip


def addressee(frame: Frame) -> Addressee | None:
    """None where the talk does not say. "Her" or "him" alone says no more than what was said before."""
    names = {slot.text.lower(): slot.text for slot in frame.all("person")}
    roles = [slot.text.lower() for slot in frame.all("role")]
    for said in reversed(frame.topic):
        plain = said.replace("’", "'")
        for who in [*_found("to_first", plain), *reversed(_found("to", plain))]:
            low = who.lower()
            if low in _PRONOUNS:
                continue
            if low in names:
                return Addressee(names[low], None)
            if _TITLED.match(low):
                return Addressee(low.title().replace(".", ""), None)
            if patterns.pattern("addressee", "many").search(low):
                return Addressee(None, who, many=True)
            named = next((name for name in names if name in low.split()), None)
            if named:
                return Addressee(names[named], who)
            if who[0].isupper() and not patterns.pattern("frame", "not_a_name").search(who):
                return Addressee(who, None)
            if any(role in low or low in role for role in roles):
                return Addressee(None, who)
    return None


def _found(name: str, text: str) -> list[str]:
    return [next(filter(None, m.groups())) for m in patterns.pattern("addressee", name).finditer(text)]
