"""A creator's style that is made better in the background: asked for, shown when it is ready, and chosen."""

from pathlib import Path

import pytest

from bots.conversation.bettering import Bettering
from inference.errors import Failed
from tests.bots.creators_house import STEPS, House
from tests.bots.talking import said

INK = b"ink"
BETTER = (*STEPS[:-1], "better yes", "agree")
PLAIN = (*STEPS[:-1], "better no", "agree")
STYLE = "autumn-ink"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / "ledger.sqlite3")
    house.service.better = set()
    return house


async def told(house: House) -> None:
    """As it is looked for every minute."""
    await Bettering(house.service, house.ledger, {"console": house.console}).tell()


async def test_it_is_asked_for_and_agreed_to_word_for_word(house: House) -> None:
    async with house.running():
        assert await house.asks("Autumn ink", INK, steps=STEPS[:-1]) == said("creators-ask-better")
        assert said("creators-statement-better") in await house.presses(house.ann, "better yes")
        await house.presses(house.ann, "agree")
        await house.presses(house.ada, "yes")
        assert house.service.creations[STYLE].better


async def test_who_says_no_and_where_nothing_is_trained_nothing_is_kept(house: House) -> None:
    async with house.running() as ledger:
        assert said("creators-statement-better") not in await house.asks("Autumn ink", INK, steps=PLAIN)
        await house.presses(house.ada, "yes")
        assert not house.service.creations[STYLE].better
        house.service.better = None
        await house.makes("Spring ink", INK + b"2")
        assert not house.service.creations["spring-ink"].better
        assert await ledger.betterings.open() == ()


@pytest.mark.parametrize("choice", ["old", "new"])
async def test_the_creator_sees_both_once_and_chooses(house: House, choice: str) -> None:
    async with house.running():
        await house.makes("Autumn ink", INK, steps=BETTER)
        before = len(house.console.history)
        await told(house)
        assert len(house.console.history) == before  # it is not ready
        house.service.better = {STYLE}
    async with house.running():
        await told(house)
        await told(house)
        assert len(house.console.history) == before + 1
        assert house.last().text == said("creators-better", title="Autumn ink")
        assert house.last().pictures == (b"both of autumn-ink",)
        assert await house.presses(house.ben, f"{choice} {STYLE}") == said("creators-not-yours")
        assert house.service.chosen == []
        house.service.hesitations = [Failed()]
        assert await house.presses(house.ann, f"{choice} {STYLE}") == said("error-failed")
        assert house.service.chosen == []
    async with house.running():
        chose = said(f"creators-better-chose-{choice}", title="Autumn ink")
        other = {"old": "new", "new": "old"}[choice]
        assert await house.presses(house.ann, f"{other} {STYLE}") == chose  # the first word counts
        assert await house.presses(house.ann, f"{choice} {STYLE}") == chose
        assert house.service.chosen == [(STYLE, choice == "new")]
        await told(house)
        assert house.last().text == chose


async def test_who_missed_it_finds_it_among_their_styles(house: House) -> None:
    async with house.running():
        await house.makes("Autumn ink", INK, steps=BETTER)
        await house.says(house.ann, "/mystyles")
        assert not house.stands(f"both {STYLE}")
        house.service.better = {STYLE}
        await house.says(house.ann, "/mystyles")
        assert await house.presses(house.ann, f"both {STYLE}") == said("creators-better", title="Autumn ink")
        await house.presses(house.ann, f"new {STYLE}")
        assert house.service.chosen == [(STYLE, True)]
        assert await house.presses(house.ann, f"both {STYLE}") == said("creators-better-over")


async def test_a_style_that_is_taken_back_is_not_offered_better(house: House) -> None:
    async with house.running() as ledger:
        await house.makes("Autumn ink", INK, steps=BETTER)
        house.service.better = {STYLE}
        await told(house)
        await house.says(house.ann, "/mystyles")
        await house.presses(house.ann, f"back {STYLE}")
        await house.presses(house.ann, "sure")
        assert await ledger.betterings.open() == ()
        assert await house.presses(house.ann, f"new {STYLE}") == said("creators-better-over")


async def test_forgetting_a_person_forgets_the_choice(house: House) -> None:
    async with house.running() as ledger:
        await house.makes("Autumn ink", INK, steps=BETTER)
        assert len(await ledger.betterings.open()) == 1
        await house.says(house.ann, "/forgetme")
        assert said("forgetme-proof") in await house.presses(house.ann, "forgetme")
        assert await ledger.betterings.open() == ()
        assert house.service.withdrawn == {STYLE}
