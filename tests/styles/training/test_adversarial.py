"""Judges: what they see, what they learn, and what each switch changes."""

import copy
import random
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from styles.table import Table
from styles.training.adversarial import Adversarial
from styles.training.adversary import Adversary, steepness
from styles.training.augment import EMPTY, Change, changed
from styles.training.forms import FORMS
from styles.training.judges import JUDGES, judge, least_side
from styles.training.losses import LOSSES
from styles.training.pool import Pool
from styles.training.scene import Scene, Setting
from tests.styles.training.conftest import CPU, picture, plain


def adversary(penalty: float = 0.0, every: int = 1, form: str = "least_squares", rate: float = 2e-2) -> Adversary:
    torch.manual_seed(0)
    return Adversary(judge("small", 3, 4, 3, 1, True), FORMS[form], rate, CPU, penalty, every)


def adversarial(name: str = "adversarial", **options: object) -> Adversarial:
    torch.manual_seed(0)
    loss = LOSSES[name].read(Table("recipe", f"losses.{name}.", {"weight": 1.0, "width": 4, "rate": 2e-2, **options}))
    loss.prepare(Setting([], {}, CPU))
    assert isinstance(loss, Adversarial)
    return loss


def scene(photo: Tensor, result: Tensor, art: Tensor, progress: float = 0.0, fall: float = 1.0, seed: int = 1) -> Scene:
    torch.manual_seed(seed)
    return Scene(photo, result, art, {}, {}, progress=progress, fall=fall, draw=random.Random(seed))


def seen_pixels(judges: nn.Module, map_number: int = 0) -> int:
    """The side of what one verdict in the middle depends on."""
    image = picture(1, 192).requires_grad_()
    verdicts = judges(image)[map_number]
    middle = verdicts.shape[-1] // 2
    (gradient,) = torch.autograd.grad(verdicts[0, 0, middle, middle], image)
    return int((gradient.abs().sum((0, 1, 2)) > 0).sum())


def test_the_published_judge_sees_70_pixels_and_the_small_one_26() -> None:
    assert seen_pixels(judge("patch", 3, 4, 3, 1, True)) == 70
    assert seen_pixels(judge("patch", 3, 4, 2, 1, True)) == 34
    assert seen_pixels(judge("small", 3, 4, 3, 1, True)) == 26


def test_a_multi_scale_judge_sees_more_of_the_picture_at_each_scale() -> None:
    judges = judge("multi_scale", 3, 4, 2, 3, True)
    maps = judges(picture(1, 192))
    assert [each.shape[-1] for each in maps] == [46, 22, 10]
    assert seen_pixels(judges, 0) < seen_pixels(judges, 1) / 1.8 < seen_pixels(judges, 2) / 3.2


@pytest.mark.parametrize("kind", JUDGES)
@pytest.mark.parametrize("spectral", [True, False])
def test_a_judge_has_verdicts_from_its_least_side_on(kind: str, spectral: bool) -> None:
    side = least_side(kind, 2, 2)
    verdicts = judge(kind, 6, 4, 2, 2, spectral)(torch.rand(1, 6, side, side))
    assert all(each.numel() for each in verdicts)
    assert all(each.dtype == torch.float32 for each in verdicts)


def test_a_crop_too_small_for_a_patch_judge_breaks_it() -> None:
    with pytest.raises((RuntimeError, ValueError)):
        judge("multi_scale", 3, 4, 2, 2, False)(picture(1, least_side("multi_scale", 2, 2) - 8))


def test_spectral_normalisation_takes_the_size_of_the_weights_away() -> None:
    normed, free = (judge("small", 3, 4, 3, 1, spectral).eval() for spectral in (True, False))
    for judges in (normed, free):
        before = judges(picture(1))[0]
        with torch.no_grad():
            for weights in judges.parameters():
                if weights.dim() == 4:
                    weights.mul_(10)
        after = judges(picture(1))[0]
        assert torch.allclose(before, after, atol=1e-5) == (judges is normed)


KNOWN: dict[
    str, list[tuple[float, float]]
] = {  # at a verdict of 0 and of 1: a judge's cost of real, of fake, the generator's, and how sure that is of real
    "least_squares": [(1, 0), (0, 1), (1, 0), (0, 1)],
    "bce": [(0.6931, 0.3133), (0.6931, 1.3133), (0.6931, 0.3133), (0.5, 0.7311)],
    "hinge": [(1, 0), (1, 2), (0, -1), (0.5, 1)],
}


@pytest.mark.parametrize("name", FORMS)
def test_the_forms_of_the_loss_at_known_verdicts(name: str) -> None:
    form = FORMS[name]
    found = [[float(cost(torch.tensor([v]))) for v in (0.0, 1.0)] for cost in (form.real, form.fake, form.doubt)]
    found.append([float(form.sure(torch.tensor([v]))) for v in (0.0, 1.0)])
    assert found == [pytest.approx(each, abs=1e-4) for each in KNOWN[name]]


@pytest.mark.parametrize("form", FORMS)
def test_a_judge_learns_what_is_art(form: str) -> None:
    judges = adversary(form=form)
    for _ in range(40):
        judges.learn(plain(1.0), [(plain(0.0), 1.0)])
    real, made = judges.sure.tolist()
    assert made < 0.45 < 0.55 < real
    assert judges.doubt(plain(1.0)) < judges.doubt(plain(0.0))


def test_doubt_reaches_the_picture_and_not_the_judge() -> None:
    judges = adversary()
    result = picture(1).requires_grad_()
    (gradient,) = torch.autograd.grad(judges.doubt(result), result)
    assert gradient.abs().sum() > 0
    assert all(weight.grad is None for weight in judges.judge.parameters())


def test_an_adversary_goes_on_from_its_state() -> None:
    first, second = adversary(penalty=1, every=2), adversary(penalty=1, every=2)
    first.learn(picture(1), [(picture(2), 1.0)])
    second.restore(copy.deepcopy(first.state()))
    for judges in (first, second):
        judges.learn(picture(3), [(picture(4), 1.0)])
    assert torch.equal(first.doubt(picture(5)), second.doubt(picture(5)))


class Linear(nn.Module):
    """A verdict for every pixel, a weighted sum of its channels, whose steepness everybody can tell."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        return (torch.einsum("nchw,c->nhw", images, self.weights)[:, None],)


@pytest.mark.parametrize("shape", [(1, 3, 8, 8), (2, 3, 16, 24)])
def test_the_steepness_of_a_linear_judge_is_its_squared_length(shape: tuple[int, ...]) -> None:
    assert float(steepness(Linear(), torch.rand(shape)).detach()) == pytest.approx(14)


def test_the_penalty_keeps_a_judge_flat_around_the_art() -> None:
    steep, flat, lazy = adversary(), adversary(penalty=30), adversary(penalty=30, every=1000)
    for judges in (steep, flat, lazy):
        for _ in range(30):
            judges.learn(picture(1), [(picture(2), 1.0)])
    measured = [float(steepness(each.judge, picture(1)).detach()) for each in (steep, flat)]
    assert measured[1] < measured[0] / 2
    assert not torch.equal(lazy.doubt(picture(5)), flat.doubt(picture(5)))  # which paid for it at every step


def test_a_rate_that_follows_falls_with_the_generators() -> None:
    for follows, expected in ((True, 1e-2), (False, 2e-2)):
        loss = adversarial(follows=follows)
        loss.learn(scene(picture(1), picture(2), picture(3), fall=0.5))
        assert loss.opponent.optimiser.param_groups[0]["lr"] == pytest.approx(expected)


def test_balance_tells_how_sure_the_judge_is() -> None:
    loss = adversarial()
    assert loss.balance() == (0.5, 0.5)
    for _ in range(30):
        loss.learn(scene(plain(0.5), plain(0.0), plain(1.0)))
    real, made = loss.balance()
    assert 0 <= made < 0.3 < 0.7 < real <= 1


def test_grey_and_smooth_art_count_as_fakes() -> None:
    art = picture(3)
    plainly, coloured = adversarial(), adversarial(grey_art=1.0, smooth_art=1.0)
    for loss in (plainly, coloured):
        for _ in range(30):
            loss.learn(scene(plain(0.5), plain(0.0), art))
    for fake in (art.mean(1, keepdim=True).expand_as(art), nn.functional.avg_pool2d(art, 5, 1, 2)):
        gaps = [float(each.opponent.doubt(fake) - each.opponent.doubt(art)) for each in (plainly, coloured)]
        assert gaps[1] > gaps[0] + 0.1


def test_only_a_conditional_judge_sees_whether_the_result_is_one_of_the_photo() -> None:
    """Real: black to black and white to white. Fake: the same results, of the wrong photos."""
    both = torch.cat((plain(0.0), plain(1.0)))
    knowing, blind = adversarial(conditional=True), adversarial()
    assert (knowing.needs_pairs, blind.needs_pairs) == (True, False)
    for loss in (knowing, blind):
        for _ in range(60):
            loss.learn(scene(both, both.flip(0), both))
    assert knowing.balance()[0] - knowing.balance()[1] > 0.5
    assert blind.balance()[0] - blind.balance()[1] < 0.1


def test_the_way_back_is_judged_by_photos() -> None:
    loss = adversarial("adversarial_back")
    assert loss.goes_back
    for _ in range(30):
        torch.manual_seed(1)
        loss.learn(Scene(plain(1.0), plain(0.5), plain(0.5), {}, {}, home=lambda images: 0 * images))
    real, made = loss.balance()
    assert made < 0.3 < 0.7 < real


def test_a_pool_fills_then_shows_former_pictures_as_often_as_new_ones() -> None:
    pool, draw = Pool(10), random.Random(1)
    shown = [pool.exchange(plain(step / 255), draw) for step in range(200)]
    levels = [round(float(each.mean()) * 255) for each in shown]
    assert levels[:10] == [*range(10)]
    former = [level < step for step, level in enumerate(levels[10:], start=10)]
    assert 60 < sum(former) < 130
    assert len(pool.kept) == 10
    assert pool.kept[0].dtype == torch.uint8


def test_a_pool_of_nothing_shows_what_it_is_given() -> None:
    images = picture(1)
    assert Pool(0).exchange(images, random.Random(1)) is images


def test_a_pool_gives_up_pictures_of_another_size() -> None:
    pool, draw = Pool(4), random.Random(1)
    for seed in range(4):
        pool.exchange(picture(seed, 32), draw)
    assert all(pool.exchange(picture(seed, 48), draw).shape == (1, 3, 48, 48) for seed in range(40))
    assert {kept.shape for kept in pool.kept} == {(3, 48, 48)}


def test_a_pool_reaches_the_judge_and_the_checkpoint() -> None:
    with_pool, without = adversarial(pool=2), adversarial()
    for loss in (with_pool, without):
        for seed in range(8):
            loss.learn(scene(picture(0), picture(seed), picture(9), seed=seed))
    kept = with_pool.state()["pool"]
    assert (len(kept), len(without.state()["pool"])) == (2, 0)
    fresh = adversarial(pool=2)
    fresh.restore(with_pool.state())
    assert all(torch.equal(one, other) for one, other in zip(fresh.pool.kept, kept, strict=True))
    assert with_pool(scene(picture(0), picture(1), picture(9))) != without(scene(picture(0), picture(1), picture(9)))


def test_noise_falls_to_none() -> None:
    noisy, calm = adversarial(noise=0.2), adversarial()

    def doubt(loss: Adversarial, progress: float) -> float:
        return float(loss(scene(picture(0), plain(0.5), picture(9), progress)).detach())

    for progress, same in ((0.0, False), (0.5, False), (1.0, True)):
        assert (doubt(noisy, progress) == doubt(calm, progress)) is same


def test_noise_has_the_deviation_that_the_recipe_names() -> None:
    loss = adversarial(noise=0.2)
    shown = [loss._shown(scene(plain(0.5), plain(0.5), plain(0.5), progress), plain(0.5)) for progress in (0, 0.5)]
    assert [float(each.std()) for each in shown] == pytest.approx([0.2, 0.1], rel=0.1)


def still(**parts: float) -> Change:
    nothing = {"down": 0.0, "right": 0.0, "brightness": 0.0, "saturation": 1.0, "contrast": 1.0}
    return Change(**{**nothing, "hole_top": 1.0, "hole_left": 1.0, **parts})


MOVED = torch.nn.functional.pad(picture(1)[..., :-8, :-16], (16, 0, 8, 0), value=EMPTY)
AUGMENTED: list[tuple[dict[str, float], Callable[[Tensor], Tensor]]] = [
    ({}, lambda image: image),
    ({"down": 0.25, "right": 0.5}, lambda _: MOVED),
    ({"brightness": 0.1}, lambda image: image + 0.1),
    ({"saturation": 0.0}, lambda image: image.mean(1, keepdim=True).expand_as(image)),
    ({"contrast": 0.5}, lambda image: (image + image.mean()) / 2),
]


@pytest.mark.parametrize(("parts", "expected"), AUGMENTED, ids=lambda each: str(each) if isinstance(each, dict) else "")
def test_a_change_is_what_it_says(parts: dict[str, float], expected: Callable[[Tensor], Tensor]) -> None:
    torch.testing.assert_close(changed(picture(1), [still(**parts)]), expected(picture(1)))


def test_a_hole_covers_a_quarter_or_less_at_the_border() -> None:
    for top, share in ((0.25, 1 / 4), (-0.25, 1 / 8)):
        cut = changed(plain(1.0), [still(hole_top=top, hole_left=0.5)])
        assert float((cut == EMPTY).float().mean()) == pytest.approx(share)


def test_augmentation_changes_a_pair_alike_and_lets_the_gradient_through() -> None:
    image = picture(1).requires_grad_()
    change = Change.drawn(random.Random(3))
    pair = changed(torch.cat((image, image), 1), [change])
    assert torch.equal(pair[:, :3], pair[:, 3:])
    (gradient,) = torch.autograd.grad(pair.sum(), image)
    assert gradient.abs().sum() > 0


def test_the_judge_sees_real_and_made_changed_alike_and_anew_at_every_step() -> None:
    loss = adversarial(augment=True)
    steps = scene(picture(0), picture(3), picture(3))
    seen = []
    for _ in range(2):
        loss.learn(steps)
        real, made = loss._shown(steps, steps.art), loss._shown(steps, steps.result)
        assert torch.equal(real, made)
        assert not torch.equal(real, steps.art)
        seen.append(real)
    assert not torch.equal(*seen)
