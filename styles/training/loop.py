"""One step after another: crops, generator, losses, optimiser, running mean of the weights."""

import math
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from styles.networks import REFERENCE, network
from styles.theme import code, taking_words
from styles.training import checkpoint, imagined, pictures
from styles.training import device as devices
from styles.training.descent import descend
from styles.training.phase import Phase
from styles.training.recipe import Recipe
from styles.training.scene import Generator, Scene, Setting
from styles.training.sheet import Imaginer, Look, Looker
from styles.training.start import Start
from styles.training.studio import Studio
from styles.training.team import Team
from styles.training.watch import Watch

SLOW = 0.999  # Adam's own memory of squared gradients
NOTE_EVERY = 25  # steps between two entries of the losses' history


@runtime_checkable
class Judging(Protocol):
    """A loss with a discriminator; ``balance`` is its mean verdict on art and on results: 1 where it sees art."""

    def balance(self) -> tuple[float, float]: ...


class Loop:
    """The state of a training. ``step`` counts finished steps; ``kept`` is the step of the last checkpoint.

    ``fresh`` holds what the watch said of the last step, ``rate`` its learning rate, and ``pace`` the mean steps in a
    second of late.
    """

    def __init__(
        self,
        plan: Recipe,
        studio: Studio,
        device: torch.device,
        team: Team | None = None,
        start: Start | None = None,
    ) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.studio, self.device, self.team = plan, studio, device, team or Team(device)
        self.dtype = devices.precision(device)
        self.takes_reference = network(plan.network).takes == REFERENCE
        self.generator = self._built()
        self.started_from = start.give(self.generator) if start else ""
        self.back = self._built() if any(loss.goes_back for loss in plan.losses.values()) else None
        self.average = AveragedModel(self.generator, multi_avg_fn=self._blend)
        self.optimiser = torch.optim.Adam(self._weights(), betas=(plan.momentum, SLOW))
        setting = Setting(studio.whole_art(), studio.eyes, device)
        for loss in plan.losses.values():
            loss.prepare(setting)
        self.step = self.kept = 0
        self.seconds = self.rate = self.pace = 0.0
        self.watch, self.fresh = Watch(), list[str]()
        self.losses: dict[str, float] = {}
        self.history: list[dict[str, float]] = []

    def advance(self) -> str:
        """Take one step; keep its losses in ``losses`` and return them in words.

        Raises:
            FloatingPointError: the sum of the losses is no number; the generators are as they were.
        """
        began = time.monotonic()
        phase, self.rate = self.schedule()
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate
        torch.manual_seed(random.Random(self._chance("noise")).getrandbits(63))
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            scene = self._scene(phase)
            losses = self._losses(scene)
        total = torch.stack([self.plan.losses[name].weight * loss for name, loss in losses.items()]).sum()
        if self.team.any(not math.isfinite(total.item())):
            raise FloatingPointError
        self._descend(total)
        self.losses = {name: loss.item() for name, loss in losses.items()}
        self.fresh = self.watch.see(self.step, scene.photo, scene.result, self.losses, self._gaps())
        self._clock(time.monotonic() - began)
        return self._noted()

    def schedule(self) -> tuple[Phase, float]:
        """The phase of the step to come, and its learning rate."""
        done = self.step
        for phase in self.plan.phases:
            if done < phase.steps:
                return phase, phase.rate_at(done)
            done -= phase.steps
        raise ValueError("no step is left")

    def _built(self) -> nn.Module:
        module = network(self.plan.network).build(**self.plan.network_options)
        placed: nn.Module = module.train().to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack memory_format alone
        return placed

    def _weights(self) -> list[nn.Parameter]:
        """Those of both generators, if there are two: they share the losses, hence the optimiser."""
        return [*self.generator.parameters(), *(self.back.parameters() if self.back else ())]

    def _chance(self, *words: str) -> str:
        """The seed of this step's draws: each process of a team has its own, the first that of one alone."""
        ours = () if self.team.first else (str(self.team.rank),)
        return " ".join((str(self.plan.seed), str(self.step), *words, *ours))

    def _scene(self, phase: Phase) -> Scene:
        draw = random.Random(f"{self.plan.seed} {self.step}")
        size = draw.choice(phase.sizes) if len(phase.sizes) > 1 else phase.size  # the same in all processes
        draw = draw if self.team.first else random.Random(self._chance())
        if self.plan.takes_words:
            return self._imagined(phase.batch, size, draw)
        photos, art = self.studio.crops(phase.batch, size, draw)
        photo, style = pictures.batch(photos, self.device), pictures.batch(art, self.device)
        forth = in_float32(self.generator, style if self.takes_reference else None)
        return Scene(
            photo,
            forth(photo),
            style,
            self.studio.eyes,
            self.studio.wanted,
            forth=forth,
            home=in_float32(self.back) if self.back else None,
            progress=self.step / self.plan.steps,
            fall=self.rate / self.plan.phases[0].rate,
            draw=draw,
        )

    def _imagined(self, count: int, size: int, draw: random.Random) -> Scene:
        """Pictures of words, with the scenes that are drawn of the same ones; where no art is, these are targets."""
        scenes = self.studio.imagined
        themes = scenes.themes(count, draw)
        drawn = pictures.batch([imagined.scene(theme, size) for theme in themes], self.device)
        art = pictures.batch(scenes.art.crops(count, size, draw), self.device) if scenes.art else drawn
        result = self.generator(drawn, code(taking_words(self.generator), themes, self.device)).float()
        return Scene(
            drawn,
            result,
            art,
            self.studio.eyes,
            self.studio.wanted,
            progress=self.step / self.plan.steps,
            fall=self.rate / self.plan.phases[0].rate,
            draw=draw,
        )

    def _losses(self, scene: Scene) -> dict[str, Tensor]:
        warming = self.step < self.plan.warmup_steps
        counting = {name: loss for name, loss in self.plan.losses.items() if loss.warms_up or not warming}
        for loss in counting.values():
            loss.learn(scene)
        return {name: loss(scene) for name, loss in counting.items()}

    def _descend(self, total: Tensor) -> None:
        descend(total, self.optimiser, self.plan.clip)
        self.team.average(buffer for buffer in self.generator.buffers() if buffer.is_floating_point())
        self.average.update_parameters(self.generator)
        self.step += 1

    def _blend(self, averages: Sequence[Tensor], current: Sequence[Tensor], count: Tensor | int) -> None:
        """The running mean; short at first, or the random weights of the start would stay in it for long."""
        decay = min(self.plan.average, (1 + int(count)) / (10 + int(count)))
        for average, weights in zip(averages, current, strict=True):
            average.lerp_(weights, 1 - decay)

    def _gaps(self) -> dict[str, float]:
        """How well each discriminator that plays in this step tells art from results."""
        judged = {name: loss for name, loss in self.plan.losses.items() if isinstance(loss, Judging)}
        verdicts = {name: loss.balance() for name, loss in judged.items() if name in self.losses}
        return {name: real - fake for name, (real, fake) in verdicts.items()}

    def _clock(self, seconds: float) -> None:
        self.seconds += seconds
        self.pace = 1 / seconds if not self.pace else 0.9 * self.pace + 0.1 / seconds

    def _noted(self) -> str:
        if self.step % NOTE_EVERY == 0:
            self.history.append({"step": self.step, **{name: round(loss, 5) for name, loss in self.losses.items()}})
        return " ".join(f"{name}={loss:.3g}" for name, loss in self.losses.items())

    def looker(self, shown: Sequence[str]) -> Look:
        """The running mean of the generator, ready to show what the recipe calls ``shown``."""
        if self.plan.takes_words:
            return Imaginer(self.average.module, self.device, shown)
        return Looker(self.average.module, self.device, network(self.plan.network).multiple, self.studio.references)

    def module(self) -> nn.Module:
        """The generator that goes into the pack."""
        return self.average.module

    def save(self, path: Path) -> None:
        """Keep a checkpoint; of a team, the first process alone writes it.

        Raises:
            FloatingPointError: a weight is no number, as after a gradient that overflowed; nothing is written.
            NotWritten: the disk refuses.
        """
        if not all(bool(weights.isfinite().all()) for weights in self._weights()):
            raise FloatingPointError
        if self.team.first:
            checkpoint.save(path, self.plan.digest, self._state())
        self.kept = self.step

    def _state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "seconds": self.seconds,
            "history": self.history,
            "said": self.watch.said,
            "started_from": self.started_from,
            "generator": self.generator.state_dict(),
            "back": self.back.state_dict() if self.back else {},
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "losses": {name: loss.state() for name, loss in self.plan.losses.items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint's state."""
        self.step = self.kept = state["step"]
        self.seconds, self.history = state["seconds"], state["history"]
        self.watch.said, self.started_from = state["said"], state["started_from"]
        self.generator.load_state_dict(state["generator"])
        if self.back:
            self.back.load_state_dict(state["back"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        for name, loss in self.plan.losses.items():
            loss.restore(state["losses"][name])


def in_float32(module: nn.Module, style: Tensor | None = None) -> Generator:
    """The generator as losses see it: whatever it computes in, its pictures are float32.

    ``style``, ``N x 3 x H x W``, are the style pictures of N photos, for a network that takes them.
    """

    def paint(images: Tensor) -> Tensor:
        codes = () if style is None else (module.encode(style),)  # type: ignore[operator]  # as all that take one
        painted: Tensor = module(images, *codes).float()
        return painted

    return paint
