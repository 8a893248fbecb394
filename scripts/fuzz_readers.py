"""Reads mutated documents until one breaks the reader: ``uv run python scripts/fuzz_readers.py [HOW_MANY] [SEED]``.

Every reader gets its share of small documents that were damaged in bytes, in the members of archives, or joined with
pieces of others. Prints how many were read and refused, the slowest and the memory used; exits 1 where one raised
something else, took longer than 5 s or more than 1 GB.
"""

import io
import random
import resource
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

LONGEST_S = 5.0
MOST_BYTES = 1 << 30


def main(count: int, seed: int) -> int:
    import paper

    from knowledge.chunks import chunks
    from knowledge.readers.dispatch import read
    from knowledge.readers.quality import quality
    from knowledge.readers.reading import Unreadable

    body = "Ask how it made sense at the time. Then wait, and listen to the answer before you go on. " * 12
    seeds = {
        "a.docx": paper.docx("# One", body, "Two three.", hidden="x"),
        "a.odt": paper.odt("# One", body),
        "a.pptx": paper.pptx("Six", body, notes="Seven"),
        "a.pdf": paper.pdf(*[(line, "") for line in body.split(". ")]),
        "a.html": f"<html><body><h1>x</h1><p style='color:red'>{body}</p><table><tr><td>a</table>".encode(),
        "a.md": f"---\ntitle: x\n---\n# A\n\n{body}\n\n- b\n\n| c | d |\n|---|---|\n{{{{< x >}}}}\n".encode(),
        "a.eml": f"From: a@b.c\nSubject: x\nMIME-Version: 1.0\n\n{body}".encode(),
        "a.csv": ("a,b\n" + '1,"2"\n' * 50).encode(),
        "a.txt": body.encode(),
    }
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    slowest, bad = (0.0, ""), 0
    for number in range(count):
        name = sorted(seeds)[number % len(seeds)]
        data = mutated(seeds, name, chance)
        began = time.perf_counter()
        try:
            reading = read(name, data)
            chunks(reading.blocks)
            quality("\n".join(block.text for block in reading.blocks))
            outcomes["read"] += 1
        except Unreadable as refused:
            outcomes[refused.reason] += 1
        except Exception as exc:
            bad += 1
            print(f"{name} of seed {seed}, document {number}: {exc!r}")
        took = time.perf_counter() - began
        slowest = max(slowest, (took, f"{name} {number}"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{count} documents: {dict(outcomes)}")
    print(f"slowest {slowest[0]:.2f} s ({slowest[1]}); {memory >> 20} MB; {bad} broke")
    return int(bad > 0 or slowest[0] > LONGEST_S or memory > MOST_BYTES)


def mutated(seeds: dict[str, bytes], name: str, chance: random.Random) -> bytes:
    data = seeds[name]
    if data.startswith(b"PK") and chance.random() < 0.7:
        return damaged_member(data, chance)
    if chance.random() < 0.1:
        other = seeds[chance.choice(sorted(seeds))]
        place = chance.randrange(len(other))
        return data[: chance.randrange(len(data))] + other[place:]
    return damaged(data, chance)


def damaged(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 30)):
        place = chance.randrange(len(out) or 1)
        how = chance.random()
        if how < 0.4:
            out[place : place + 1] = chance.randbytes(1)
        elif how < 0.6:
            del out[place : place + chance.randint(1, 200)]
        elif how < 0.8:
            out[place:place] = out[place : place + chance.randint(1, 200)] * chance.randint(1, 20)
        else:
            out[place:place] = chance.choice(
                [b"<", b">", b"<<", b"\x00", b"%", b"[[[[", b"{{%", b"&x;", b"*" * 99, b"9" * 30]
            )
        if not out:
            out = bytearray(b"x")
    return bytes(out)


def damaged_member(data: bytes, chance: random.Random) -> bytes:
    """The archive itself whole, one file in it broken: what reaches the parser behind the zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    name = chance.choice(sorted(members))
    members[name] = damaged(members[name] or b"x", chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for one, content in members.items():
            file.writestr(one, content)
    return out.getvalue()


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(arguments + [10_000, 0][len(arguments) :])))
