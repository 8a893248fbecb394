"""The room: its agenda, its time, coming in, and the end that leaves nothing."""

from dataclasses import asdict
from pathlib import Path

import pytest
from workshop_stand_ins import Workshop, agenda

from coach.errors import CoachError, NotFoundError
from coach.values import Sentence
from coach.workshop import agenda as agendas
from coach.workshop.ending import end, leave, sweep
from coach.workshop.exercise import exercises
from coach.workshop.key import LETTERS, new_code, shown_code, typed_code
from coach.workshop.room import RoomError, at_step, begun, extended, held, rearranged
from coach.workshop.summary import Shown, facilitator, take_home, wall
from coach.workshop.themes import Theme, themes
from coach.workshop.wall import FLOOR, Card


@pytest.fixture
async def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_a_code_is_read_from_a_wall_without_doubt() -> None:
    code = new_code()
    assert len(code) == 6
    assert set(code) <= set(LETTERS)
    assert not set(LETTERS) & set("0O1ILZ2S5B8AEIU")
    assert typed_code(f" {shown_code(code).lower()} ") == code


def test_every_ready_agenda_can_be_read_and_says_what_it_takes() -> None:
    assert {name: one.minutes for name, one in agendas.ready().items()} == {
        "debrief-hour": 63, "half-day": 147, "trust-hour": 76, "twenty-minutes": 20,
    }  # fmt: skip
    assert {one.kind for one in exercises().values()} == {"wall", "coach", "pair", "pulse"}


def test_an_agenda_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text(
        '---\ntitle: Ours\nsteps:\n  - check-in\n  - {exercise: trust-wall, minutes: 5, prompt: "What next?"}\n'
        "  - {title: Break, kind: talk, minutes: 10, body: Coffee.}\n---\nA short one.\n"
    )
    made = agendas.named(str(file))
    assert (made.title, made.gist, made.minutes) == ("Ours", "A short one.", 23)
    assert [(one.title, one.prompt) for one in made.steps] == [
        ("Check-in", "In a few words, how do you arrive today?"), ("Trust wall", "What next?"), ("Break", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ("steps: [chek-in]", r"step 1 names the exercise 'chek-in', which there is not\. Did you mean check-in\?"),
        ("steps: []", "names no steps"),
        ("steps: [{title: Break, kind: nap, minutes: 3}]", "step 1: kind"),
        ("steps: [{exercise: check-in, minutes: 900}]", "step 1: minutes"),
        ("steps: [{exercise: check-in, minuets: 9}]", "step 1: minuets"),
    ],
)
def test_an_agenda_that_does_not_fit_is_one_clear_line(tmp_path: Path, steps: str, line: str) -> None:
    file = tmp_path / "mine.md"
    file.write_text(f"---\n{steps}\n---\n")
    with pytest.raises(CoachError, match=line):
        agendas.named(str(file))


def test_an_unknown_agenda_names_those_there_are() -> None:
    with pytest.raises(CoachError, match="Did you mean trust-hour"):
        agendas.named("trust-our")


async def test_time_runs_stands_still_and_is_extended(workshop: Workshop) -> None:
    room = (await workshop.opened("check-in", "trust-wall")).room
    clock = workshop.clock
    room = begun(room, clock())
    assert room.step is not None
    assert (room.step.name, room.remaining_s(clock())) == ("check-in", 480)
    clock.move(minutes=3)
    assert room.remaining_s(clock()) == 300
    room = held(room, clock())
    clock.move(minutes=30)
    assert room.remaining_s(clock()) == 300
    room = extended(room, 5)
    room = begun(room, clock())
    clock.move(minutes=11)
    assert room.remaining_s(clock()) == -60
    room = at_step(room, 1, clock())
    assert (room.remaining_s(clock()), room.done) == (900, (room.agenda[0].id,))
    with pytest.raises(RoomError, match="agenda ends here"):
        at_step(room, 2, clock())
    with pytest.raises(RoomError, match="cannot be taken out"):
        rearranged(room, room.agenda[:1])
    assert rearranged(room, room.agenda[::-1]).at == 0


async def test_the_room_is_the_same_for_another_worker(workshop: Workshop) -> None:
    opened = await workshop.opened("check-in", "trust-wall")
    changed = await workshop.rooms.change(opened.room.id, lambda room: begun(room, workshop.clock()))
    other = Workshop(workshop.home)
    assert await other.rooms.room(opened.room.id) == changed
    assert await other.rooms.version(opened.room.id) == 2


async def test_coming_in_and_coming_back(workshop: Workshop) -> None:
    opened = await workshop.opened()
    assert opened.room.code is not None
    key, seat = await workshop.rooms.join(opened.room.code, "  Mia\nof the north, who has a very long name ")
    assert seat.nickname == "Mia of the north, who ha"
    assert await workshop.rooms.by_key(key) == seat
    assert await workshop.rooms.by_key(seat.id) is None
    assert await workshop.rooms.by_desk(key) is None
    assert await workshop.rooms.by_key(opened.desk_key) is None
    assert await workshop.rooms.by_wall(opened.desk_key) is None
    with pytest.raises(NotFoundError, match="no room with this code"):
        await workshop.rooms.join("XXXXXX")
    await workshop.rooms.change(opened.room.id, lambda room: begun(room, workshop.clock()))
    await workshop.rooms.raise_hand(seat, True)
    assert await workshop.rooms.hands(opened.room.id) == ("Mia of the north, who ha",)


async def test_presence_counts_phones_of_all_workers_and_forgets_dead_ones(workshop: Workshop) -> None:
    id = (await workshop.opened()).room.id
    await workshop.rooms.tell_presence("a", {id: {"coach": 2, "wall": 1}, "gone": {"now": 1}})
    await workshop.rooms.tell_presence("b", {id: {"coach": 3}})
    assert await workshop.rooms.places(id) == {"coach": 5, "wall": 1}
    workshop.clock.move(seconds=60)
    await workshop.rooms.tell_presence("b", {id: {"now": 3}})
    assert await workshop.rooms.places(id) == {"now": 3}


async def test_the_end_deletes_everything_and_says_so(workshop: Workshop) -> None:
    opened, other = await workshop.opened(), await workshop.opened()
    step = await workshop.at(opened, 0)
    seats = await workshop.people(opened, FLOOR)
    [(_, apart)] = await workshop.people(other, 1)
    await workshop.store.begin(apart.conversation, "Something else entirely")
    for key, seat in seats:
        turn = await workshop.store.begin(seat.conversation, "Zanzibar is what I call my boss")
        await workshop.store.say(turn.id, Sentence("Tell me more."))
        await workshop.walls.send(opened.room.id, step, key, "Say Quetzalcoatl aloud")
    await workshop.walls.show(opened.room.id, step)
    receipt = await end(workshop.rooms, opened.room.id)
    assert asdict(receipt.deleted) == {
        "people": FLOOR, "conversations": FLOOR, "messages": FLOOR, "pages": 0, "commitments": 0, "cards": FLOOR,
        "waiting": 1,
    }  # fmt: skip
    assert receipt.clean
    assert set(asdict(receipt.left).values()) == {0}
    left = b"".join(file.read_bytes() for file in workshop.home.iterdir() if file.is_file())
    for word in (b"Zanzibar", b"Quetzalcoatl", b"Guest 3"):
        assert word not in left
    assert await workshop.store.history(apart.conversation) != ()
    assert (await workshop.rooms.room(opened.room.id)).receipt == asdict(receipt)
    with pytest.raises(CoachError):
        await workshop.rooms.change(opened.room.id, lambda room: room)
    assert await workshop.rooms.by_key(seats[0][0]) is None


async def test_who_leaves_early_takes_their_talk_along(workshop: Workshop) -> None:
    opened = await workshop.opened()
    [(key, seat), (other, _)] = await workshop.people(opened, 2)
    await workshop.store.begin(seat.conversation, "Zanzibar")
    await leave(workshop.rooms, seat.id)
    assert await workshop.store.entry(seat.conversation) is None
    assert await workshop.rooms.by_key(key) is None
    assert await workshop.rooms.by_key(other) is not None


async def test_a_forgotten_room_ends_by_itself_and_its_receipt_later(workshop: Workshop) -> None:
    id = (await workshop.opened()).room.id
    workshop.clock.move(hours=15)
    await sweep(workshop.rooms)
    assert len(await workshop.rooms.open_ones()) == 1
    workshop.clock.move(hours=2)
    await sweep(workshop.rooms)
    assert (await workshop.rooms.room(id)).ended == workshop.clock()
    workshop.clock.move(hours=25)
    await sweep(workshop.rooms)
    with pytest.raises(NotFoundError):
        await workshop.rooms.room(id)


CARDS = tuple(
    Card(f"c{n}", "s", text)
    for n, text in enumerate(
        (
            "Meetings where only the loud ones speak",
            "Shorter meetings with an agenda",
            "Meetings start late and nobody says so",
            "Feedback only once a year",
            "Feedback that comes by e-mail",
            "Honest feedback from my manager",
            "Xylophone",
        )
    )
)


def test_themes_are_named_in_the_cards_own_words_and_do_not_depend_on_order() -> None:
    found = themes(CARDS, None)
    assert [(one.name.split(" · ")[0], one.cards) for one in found] == [
        ("feedback", ("c3", "c4", "c5")), ("meetings", ("c0", "c1", "c2")),
    ]  # fmt: skip
    assert themes(CARDS[::-1], None) == found
    assert themes(CARDS[:1], None) == ()


async def test_exports_hold_no_person(workshop: Workshop) -> None:
    opened = await workshop.opened("trust-wall", "check-out")
    await workshop.people(opened, 2)
    room = begun((await workshop.rooms.room(opened.room.id)), workshop.clock())
    cards = (Card("a", "s", "Say it early", votes=5), Card("b", "s", "Say it kindly", votes=1), Card("c", "s", "Tea"))
    shown = [Shown(room.agenda[0], cards, (Theme("say", ("a", "b")),))]
    prompt = room.agenda[0].prompt
    assert wall(room, shown) == (
        f"# A morning on trust: the wall\n\n## {prompt}\n\n### say (2)\n\n- Say it early (5 votes)\n"
        "- Say it kindly (1 vote)\n\n### Others\n\n- Tea\n"
    )
    text = facilitator(room, 2, shown, workshop.clock())
    assert "2026-03-02 · 2 joined · 1 of 2 exercises" in text
    assert "- say: 2 cards" in text
    assert "Guest" not in text
    empty = take_home(room.title, (), (), (), workshop.clock())
    assert empty == "# My notes: A morning on trust\n\n*2026-03-02 · yours alone*\n\nNothing was written.\n"


def test_an_agenda_is_a_value() -> None:
    assert agenda("check-in").steps[0].title == "Check-in"
