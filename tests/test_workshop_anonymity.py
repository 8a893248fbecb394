"""Whoever has the whole database, at every moment, cannot tell better than chance who wrote a card."""

import hashlib
import json
import logging
import math
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from workshop_stand_ins import Workshop

from coach.values import Gated, Sentence
from coach.workshop.forgetting import forget
from coach.workshop.key import hashed
from coach.workshop.room import RoomError
from coach.workshop.wall import FLOOR, Pool, Seal, Waiting, leaving
from coach.workshop.walls import Walls


@pytest.fixture
async def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def raw(workshop: Workshop, name: str = "*") -> bytes:
    """All bytes on disk: database, journal, whatever lies beside it."""
    return b"".join(file.read_bytes() for file in sorted(workshop.home.glob(name)) if file.is_file())


def tables(workshop: Workshop) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(workshop.file) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def strings(of: object) -> Iterator[str]:
    """Every text in rows, also inside JSON."""
    if isinstance(of, str):
        yield of
        if of[:1] in ("[", "{"):
            yield from strings(json.loads(of))
    elif isinstance(of, dict):
        for one in of.values():
            yield from strings(one)
    elif isinstance(of, list | tuple):
        for one in of:
            yield from strings(one)


async def test_who_wrote_what_is_no_better_than_a_guess(workshop: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    """Thirty exercises of ten people each. The one who guesses may use any order that is written down anywhere."""
    caplog.set_level(logging.DEBUG)
    rounds, people = 30, 10
    opened = await workshop.opened(*["trust-wall"] * rounds)
    seats = await workshop.people(opened, people)
    order = random.Random(1)
    hits = {"row": 0, "id": 0, "bytes": 0, "journal": 0, "seat and id": 0}
    for n in range(rounds):
        step = await workshop.at(opened, n)
        sending = order.sample(range(people), people)
        texts = {who: f"card {n} of {hashlib.sha256(f'{n} {who}'.encode()).hexdigest()[:8]}" for who in sending}
        for who in sending:
            before = raw(workshop)
            assert not any(text.encode() in before for text in texts.values()), "a card lay open before its batch"
            await workshop.rooms.raise_hand(seats[who][1], True)  # something that is stored with a name, each time
            await workshop.walls.send(opened.room.id, step, seats[who][0], texts[who])
        await workshop.walls.show(opened.room.id, step)
        assert {one.text for one in await workshop.walls.cards(opened.room.id) if one.step == step} == set(
            texts.values()
        )
        with sqlite3.connect(workshop.file) as db:
            rows = [text for (text,) in db.execute("SELECT text FROM cards WHERE step = ? ORDER BY rowid", (step,))]
            ids = [text for (text,) in db.execute("SELECT text FROM cards WHERE step = ? ORDER BY id", (step,))]
            joined = [id for (id,) in db.execute("SELECT id FROM seats ORDER BY id")]
        everything = raw(workshop)
        journal = raw(workshop, "workshop.sqlite-wal")
        guesses = {
            "row": rows,
            "id": ids,
            "bytes": sorted(rows, key=lambda text: everything.rindex(text.encode())),
            "journal": sorted(rows, key=lambda text: journal.find(text.encode())),
        }
        for how, guess in guesses.items():
            hits[how] += sum(texts[who] == text for who, text in zip(sending, guess, strict=True))
        by_id = [next(n for n, (_, seat) in enumerate(seats) if seat.id == id) for id in joined]
        hits["seat and id"] += sum(texts[who] == text for who, text in zip(by_id, ids, strict=True))
    # Guessing blindly hits one of ten cards a round, give or take.
    chance = rounds + 4 * math.sqrt(rounds)
    assert all(n <= chance for n in hits.values()), hits
    assert not any("card 0 of" in record.getMessage() for record in caplog.records)


async def test_no_row_names_a_person_beside_a_card(workshop: Workshop) -> None:
    opened = await workshop.opened()
    step = await workshop.at(opened, 0)
    seats = await workshop.people(opened, FLOOR)
    for n, (key, _) in enumerate(seats):
        await workshop.walls.send(opened.room.id, step, key, f"My thought {n}")
    await workshop.walls.show(opened.room.id, step)
    shown = await workshop.walls.cards(opened.room.id)
    await workshop.walls.vote(opened.room.id, shown[0].id, seats[0][0])
    found = tables(workshop)
    known = {text for table in ("seats", "conversations") for row in found[table] for text in strings(row)}
    known |= {hashlib.sha256(text.encode()).hexdigest()[:32] for text in known}
    beside = {text for table in ("cards", "pools") for row in found[table] for text in strings(row)}
    assert known & beside == {opened.room.id}
    assert hashed(seats[0][0]) in known
    assert not any(
        key in text for key, _ in seats for table in found.values() for row in table for text in strings(row)
    )


async def test_tags_of_one_person_cannot_be_joined(workshop: Workshop) -> None:
    """Two exercises, votes and care: one person's tag is another one in each."""
    opened = await workshop.opened("trust-wall", "trust-wall")
    seats = await workshop.people(opened, FLOOR)
    seen: list[set[str]] = []
    for n in range(2):
        step = await workshop.at(opened, n)
        for key, _ in seats:
            await workshop.walls.send(opened.room.id, step, key, "A thought")
        await workshop.walls.show(opened.room.id, step)
    for card in await workshop.walls.cards(opened.room.id):
        if card.step == step:
            await workshop.walls.vote(opened.room.id, card.id, seats[0][0])
            break
    await workshop.walls.agree_to_care(opened.room.id, seats[0][0], True)
    for row in tables(workshop)["pools"]:
        held = json.loads(str(row[2]))
        seen += [set(held["contributors"]), set(held["voters"])]
    seen += [set(json.loads(str(row[6]))) for row in tables(workshop)["cards"]]
    everything = [tag for tags in seen for tag in tags]
    assert len(everything) == len(set(everything)) >= 2 * FLOOR + 3


async def test_four_people_are_too_few_whatever_they_write(workshop: Workshop) -> None:
    opened = await workshop.opened()
    step = await workshop.at(opened, 0)
    seats = await workshop.people(opened, FLOOR)
    for key, _ in seats[: FLOOR - 1]:
        for n in range(4):
            await workshop.walls.send(opened.room.id, step, key, f"Thought {n}")
    assert not await workshop.walls.show(opened.room.id, step)
    assert await workshop.walls.cards(opened.room.id, hidden=True) == ()
    assert await workshop.walls.shows(opened.room.id) == frozenset()
    await workshop.walls.send(opened.room.id, step, seats[-1][0], "The fifth")
    assert await workshop.walls.show(opened.room.id, step)
    assert len(await workshop.walls.cards(opened.room.id)) == 4 * (FLOOR - 1) + 1
    assert await workshop.walls.shows(opened.room.id) == {step}


async def test_times_are_blurred(workshop: Workshop) -> None:
    opened = await workshop.opened()
    step = await workshop.at(opened, 0)
    for key, _ in await workshop.people(opened, FLOOR):
        await workshop.walls.send(opened.room.id, step, key, "A thought")
        workshop.clock.move(seconds=40)
    await workshop.walls.show(opened.room.id, step)
    assert {row[4] for row in tables(workshop)["cards"]} == {"2026-03-02 09:00:00.000000"}


def test_those_who_stay_are_never_too_few_to_follow() -> None:
    chance = random.Random(3)
    waiting = [Waiting(f"t{n}", f"s{n}") for n in range(FLOOR)]
    assert leaving(waiting, whole=False, chance=chance) == frozenset()
    waiting += [Waiting(f"u{n}", f"s{n}") for n in range(FLOOR)]
    going = leaving(waiting, whole=False, chance=chance)
    assert len(going) == FLOOR
    assert len({one.tag for one in waiting} - going) == FLOOR
    assert leaving(waiting[:3], whole=True, chance=chance) == frozenset()
    one = [Waiting("t1", f"s{n}") for n in range(30)]
    assert leaving(one, whole=True, chance=chance) == frozenset()
    assert Pool(contributors=frozenset("abcd")).shows is False


def test_a_sealed_card_tells_neither_its_words_nor_its_length() -> None:
    seal = Seal()
    short, long = seal.close("No."), seal.close("Ü" * 280)
    assert len(short) == len(long)
    assert seal.open(short) == "No."
    assert seal.open(long) == "Ü" * 280
    assert Seal().open(short) is None
    assert seal.close("No.") != short


async def test_a_restart_loses_the_seal_and_opens_nothing(workshop: Workshop) -> None:
    opened = await workshop.opened()
    step = await workshop.at(opened, 0)
    for key, _ in await workshop.people(opened, FLOOR):
        await workshop.walls.send(opened.room.id, step, key, "A thought")
    again = Walls(workshop.rooms, Seal())
    assert again.sealed_by != workshop.walls.sealed_by
    assert not await again.show(opened.room.id, step)
    assert await again.cards(opened.room.id) == ()


async def test_votes_count_from_five_voters_on_and_no_further_than_allowed(workshop: Workshop) -> None:
    opened = await workshop.opened()
    step = await workshop.at(opened, 0)
    seats = await workshop.people(opened, FLOOR)
    for n, (key, _) in enumerate(seats):
        await workshop.walls.send(opened.room.id, step, key, f"Thought {n}")
    await workshop.walls.show(opened.room.id, step)
    cards = await workshop.walls.cards(opened.room.id)
    for n, (key, _) in enumerate(seats):
        assert {one.votes for one in await workshop.walls.cards(opened.room.id)} == {0}
        await workshop.walls.vote(opened.room.id, cards[0].id, key)
        assert await workshop.walls.votes_of(opened.room.id, key) == (cards[0].id,), n
    votes = {one.id: one.votes for one in await workshop.walls.cards(opened.room.id)}
    assert votes == {one.id: FLOOR if one is cards[0] else 0 for one in cards}
    for card in cards[1:3]:
        await workshop.walls.vote(opened.room.id, card.id, seats[0][0])
    with pytest.raises(RoomError, match="Each has 3 votes"):
        await workshop.walls.vote(opened.room.id, cards[3].id, seats[0][0])


async def test_the_pulse_is_worked_out_once_and_its_answers_go(workshop: Workshop) -> None:
    opened = await workshop.opened("team-pulse", "team-pulse")
    seats = await workshop.people(opened, FLOOR)
    from coach.pulse.pulse import questions

    for n in range(2):
        step = await workshop.at(opened, n)
        for key, _ in seats[n:]:
            await workshop.walls.answer_pulse(opened.room.id, step, key, {one.id: "4" for one in questions()})
        await workshop.walls.answer_pulse(opened.room.id, step, seats[-1][0], {one.id: 4 for one in questions()})
        assert await workshop.walls.has_answered(opened.room.id, step, seats[-1][0])
        await workshop.walls.close_pulse(opened.room.id, step)
        with pytest.raises(RoomError, match="closed"):
            await workshop.walls.answer_pulse(opened.room.id, step, seats[0][0], {questions()[0].id: 1})
    room = await workshop.rooms.room(opened.room.id)
    assert room.pulses is not None
    first, second = (room.pulses[one.id] for one in room.agenda)
    assert first["n"] == FLOOR
    assert second is None
    assert all(json.loads(str(row[2]))["waiting"] == [] for row in tables(workshop)["pools"])


async def test_what_is_sent_to_the_wall_leaves_the_conversation(workshop: Workshop) -> None:
    opened = await workshop.opened()
    [(_, seat)] = await workshop.people(opened, 1)
    store, talk = workshop.store, seat.conversation
    for said in ("Our boss interrupts!  The juniors, always.", "Tired", "What do I say to her?"):
        turn = await store.begin(talk, said)
        await store.say(turn.id, Sentence("And then?"))
    assert await forget(store, talk, "tired") == 0
    assert await forget(store, talk, "our boss interrupts the juniors") == 1
    assert [turn.said for turn in await store.history(talk)] == ["Tired", "What do I say to her?"]
    assert await forget(store, talk, "Quote: what do I say to her? Nobody knows.") == 1
    danger = await store.begin(talk, "I do not want to live any more")
    await store.redirect(danger.id, Gated("crisis", "own", ("Call 112.",), "asked:own:en"), [Sentence("Call 112.")])
    assert await forget(store, talk, "I do not want to live any more") == 0
