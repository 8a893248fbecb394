"""The claims ledger: ``knowledge/claims.yaml``, validated here and nowhere else.

Each row says what is known, how well, and the one sentence the coach may say about it. What may be said follows
from the grade: A to D are stated or attributed, X is the correction of a popular wording, and E is never asserted
and only answered when the person brings it up.
"""

import re
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from coach.errors import KnowledgeError
from coach.values import Claim, Grade

CLAIMS_FILE = Path(__file__).parent / "claims.yaml"

# A listener holds about this many words of one spoken sentence.
SAY_WORDS = 40


def _one_sentence(text: str) -> str:
    if len(text.split()) > SAY_WORDS:
        raise ValueError(f"has {len(text.split())} words; {SAY_WORDS} is the most")
    if text[-1] not in ".?!":
        raise ValueError("must end as a sentence")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=400)]
Say = Annotated[Text, AfterValidator(_one_sentence)]
Id = Annotated[str, StringConstraints(pattern=r"^[FK]\d{2}x?$")]
Doi = Annotated[str, StringConstraints(pattern=r"^10\.\d{4,9}/\S+$")]


class ClaimFile(BaseModel):
    """The shape of one row. Unknown keys are refused, and so is a row that may say more than its grade allows."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Id
    statement: Text
    type: Text
    population: Text
    effect: Text
    source: Text
    doi: Doi | None
    basis: Text
    grade: Grade
    caveat: Text
    say: Say | None
    if_asked: Say | None = None
    deeper: Say | None = None
    see: list[Id] = Field(default_factory=list)
    asked: list[Text]

    @model_validator(mode="after")
    def _says_what_its_grade_allows(self) -> "ClaimFile":
        if self.grade == "E":
            if self.say is not None:
                raise ValueError("grade E is never asserted: move say to if_asked")
            if self.if_asked is None or not re.search(r"\bcould not (find a source|check)\b", self.if_asked):
                raise ValueError("grade E needs if_asked, saying that no source could be found or checked")
        elif self.say is None:
            raise ValueError(f"grade {self.grade} needs say")
        elif self.if_asked is not None:
            raise ValueError("if_asked is for grade E only")
        if self.type != "marketing" and not 4 <= len(self.asked) <= 8:
            raise ValueError("needs 4 to 8 ways of asking")
        return self

    def claim(self) -> Claim:
        return Claim(
            id=self.id,
            statement=self.statement,
            type=self.type,
            population=self.population,
            effect=self.effect,
            source=self.source,
            doi=self.doi,
            basis=self.basis,
            grade=self.grade,
            caveat=self.caveat,
            say=self.say,
            asked=tuple(self.asked),
            if_asked=self.if_asked,
            deeper=self.deeper,
            see=tuple(self.see),
        )


def load_claims(path: Path = CLAIMS_FILE) -> dict[str, Claim]:
    """All claims by id, in file order.

    Raises KnowledgeError that names the row and the first thing wrong with it.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as exc:
        raise KnowledgeError(f"{path.name} cannot be read: {exc}. Restore it and try again.") from exc
    if not isinstance(rows, list):
        raise KnowledgeError(f"{path.name} is not a list of claims. Restore it and try again.")
    claims: dict[str, Claim] = {}
    for number, row in enumerate(rows, start=1):
        name = row.get("id", f"row {number}") if isinstance(row, dict) else f"row {number}"
        try:
            claim = ClaimFile.model_validate(row).claim()
        except ValidationError as exc:
            first = exc.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            problem = f"{where}: {first['msg']}" if where else first["msg"]
            raise KnowledgeError(f"{path.name}: {name}: {problem}. Correct the claim and try again.") from exc
        if claim.id in claims:
            raise KnowledgeError(f"{path.name}: {name} stands there twice. Keep one of them.")
        claims[claim.id] = claim
    for claim in claims.values():
        missing = [other for other in claim.see if other not in claims]
        if missing:
            raise KnowledgeError(f"{path.name}: {claim.id}: see names {missing[0]!r}, which is not in the ledger.")
    return claims
