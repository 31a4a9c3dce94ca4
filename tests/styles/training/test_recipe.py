"""A recipe says everything, and whatever is wrong in one is said with its key."""

from pathlib import Path

import pytest

import styles.training
from styles import pack
from styles.measure import measure
from styles.networks import REFERENCE, network
from styles.training import BadRecipe
from styles.training import recipe as recipes
from tests.styles.training.conftest import Written

SHIPPED = sorted((Path(styles.training.__file__).parent / "recipes").glob("*.toml"))


def test_three_recipes_ship() -> None:
    assert {path.stem for path in SHIPPED} >= {"anime", "starry-night", "ukiyoe"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_recipe_reads_and_names_its_sources(path: Path) -> None:
    plan = recipes.read(path)
    assert plan.id == path.stem
    assert {"en", "zh"} <= set(plan.title)
    assert all(source.licence and source.source for source in plan.data)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_generator_is_small(path: Path) -> None:
    plan = recipes.read(path)
    cost = measure(network(plan.network).build(**plan.network_options))
    assert cost.gmac_512 <= 10
    assert cost.parameters <= (1_000_000 if network(plan.network).takes == REFERENCE else 600_000)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "tiny"', 'id = "Tiny!"', "`id`"),
        ('id = "tiny"', "", "`id` is missing"),
        ("seed = 3", 'seed = "three"', "`seed`"),
        ("seed = 3", "sead = 3", "`sead` is not a known key"),
        ('name = "small"', 'name = "huge"', "`network.name` must be one of"),
        ("fine = 4", "fyne = 4", "`network.fyne` is not an option of the network small; there are width, deep, fine"),
        ("fine = 4", "fine = -4", "`network` cannot be built with these options: "),
        ("fine = 4", 'fine = "wide"', "`network` cannot be built with these options: "),
        ("seed = 3", "warmup_steps = 4", "`warmup_steps` must be fewer than the 4 steps of all phases"),
        ("side = 64", "side = 1", "`art.side`"),
        ('pictures = ["art/*.png"]', "pictures = []", "`art.pictures` must not be empty"),
        ("size = 64", "size = 66", "`phases[0].size` must be a multiple of 4"),
        ("rate = 1e-3", "rate = -1", "`phases[0].rate`"),
        ("[losses.gram]", "[losses.grim]", "`losses.grim` is not a loss; there are content, gram"),
        ('["relu1_1", "relu2_1"]', '["relu9_9"]', "`losses.gram.layers` must name some of"),
        ("even = true", 'target = "median"', "`losses.gram.target` must be one of mean, crop"),
        ("grey_art = 0.3", "gray_art = 0.3", "`losses.adversarial.gray_art` is not a known key"),
        ('preview = ["photos/0.png"]', "preview = []", "`preview` must not be empty"),
        ("share = 1", "share = 0", "`photos[0].share`"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(recipe: Written, old: str, new: str, key: str) -> None:
    with pytest.raises(BadRecipe) as caught:
        recipes.read(recipe(old, new))
    assert key in str(caught.value)
    assert "tiny.toml" in str(caught.value)


def test_a_warm_up_needs_a_loss_that_counts_in_it(recipe: Written) -> None:
    text = recipe("seed = 3", "warmup_steps = 2").read_text("utf-8")
    path = recipe()
    start, end = text.index("[losses.content]"), text.index("[losses.gram]")
    path.write_text((text[:start] + text[end:]).replace("[losses.colour]\nweight = 1\n", ""), "utf-8")
    with pytest.raises(BadRecipe, match="`warmup_steps` leaves nothing to learn from: it needs one of the losses cont"):
        recipes.read(path)


def test_not_toml(recipe: Written) -> None:
    with pytest.raises(BadRecipe, match="not valid TOML"):
        recipes.read(recipe("[network]", "[network"))


def test_no_such_recipe(tmp_path: Path) -> None:
    with pytest.raises(BadRecipe, match="cannot be read"):
        recipes.read(tmp_path / "nothing.toml")


def test_a_new_title_keeps_the_digest_and_a_new_weight_does_not(recipe: Written) -> None:
    plain = recipes.read(recipe()).digest
    assert recipes.read(recipe('en = "Tiny"', 'en = "Small"')).digest == plain
    assert recipes.read(recipe("weight = 0.1", "weight = 0.2")).digest != plain


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_pack_was_made_by_its_recipe(path: Path) -> None:
    plan = recipes.read(path)
    folder = Path(styles.__file__).parent / "packs" / plan.id
    card = pack.read(folder)
    assert pack.report(folder)["recipe_digest"] == plan.digest
    assert (card.network, card.network_options, card.origin.data) == (plan.network, plan.network_options, plan.data)
    assert sum(file.stat().st_size for file in folder.iterdir()) < 2_000_000
