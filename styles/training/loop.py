"""One step after another: crops, generator, losses, optimiser, running mean of the weights."""

import math
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from styles.networks import network
from styles.training import checkpoint, pictures
from styles.training import device as devices
from styles.training.descent import descend
from styles.training.phase import Phase
from styles.training.recipe import Recipe
from styles.training.scene import Generator, Scene, Setting
from styles.training.sheet import Looker
from styles.training.studio import Studio

SLOW = 0.999  # Adam's own memory of squared gradients
NOTE_EVERY = 25  # steps between two entries of the losses' history


class Loop:
    """The state of a training. ``step`` counts finished steps; ``kept`` is the step of the last checkpoint."""

    def __init__(self, plan: Recipe, studio: Studio, device: torch.device) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.studio, self.device = plan, studio, device
        self.dtype = devices.precision(device)
        self.generator = self._built()
        self.back = self._built() if any(loss.goes_back for loss in plan.losses.values()) else None
        self.average = AveragedModel(self.generator, multi_avg_fn=self._blend)
        self.optimiser = torch.optim.Adam(self._weights(), betas=(plan.momentum, SLOW))
        setting = Setting(studio.whole_art(), studio.eyes, device)
        for loss in plan.losses.values():
            loss.prepare(setting)
        self.step = self.kept = 0
        self.seconds = 0.0
        self.losses: dict[str, float] = {}
        self.history: list[dict[str, float]] = []

    def advance(self) -> str:
        """Take one step; keep its losses in ``losses`` and return them in words.

        Raises:
            FloatingPointError: the sum of the losses is no number; nothing has changed.
        """
        began = time.monotonic()
        phase, rate = self.schedule()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        torch.manual_seed(random.Random(f"{self.plan.seed} {self.step} noise").getrandbits(63))
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            losses = self._losses(self._scene(phase, rate))
        total = torch.stack([self.plan.losses[name].weight * loss for name, loss in losses.items()]).sum()
        if not math.isfinite(total.item()):
            raise FloatingPointError
        self._descend(total)
        self.seconds += time.monotonic() - began
        self.losses = {name: loss.item() for name, loss in losses.items()}
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

    def _scene(self, phase: Phase, rate: float) -> Scene:
        draw = random.Random(f"{self.plan.seed} {self.step}")
        size = draw.choice(phase.sizes) if len(phase.sizes) > 1 else phase.size
        photos, art = self.studio.crops(phase.batch, size, draw)
        photo = pictures.batch(photos, self.device)
        forth = in_float32(self.generator)
        return Scene(
            photo,
            forth(photo),
            pictures.batch(art, self.device),
            self.studio.eyes,
            self.studio.wanted,
            forth=forth,
            home=in_float32(self.back) if self.back else None,
            progress=self.step / self.plan.steps,
            fall=rate / self.plan.phases[0].rate,
            draw=draw,
        )

    def _losses(self, scene: Scene) -> dict[str, Tensor]:
        warming = self.step < self.plan.warmup_steps
        counting = {name: loss for name, loss in self.plan.losses.items() if loss.warms_up or not warming}
        for loss in counting.values():
            loss.learn(scene)
        return {name: loss(scene) for name, loss in counting.items()}

    def _descend(self, total: Tensor) -> None:
        descend(total, self.optimiser)
        self.average.update_parameters(self.generator)
        self.step += 1

    def _blend(self, averages: Sequence[Tensor], current: Sequence[Tensor], count: Tensor | int) -> None:
        """The running mean; short at first, or the random weights of the start would stay in it for long."""
        decay = min(self.plan.average, (1 + int(count)) / (10 + int(count)))
        for average, weights in zip(averages, current, strict=True):
            average.lerp_(weights, 1 - decay)

    def _noted(self) -> str:
        if self.step % NOTE_EVERY == 0:
            self.history.append({"step": self.step, **{name: round(loss, 5) for name, loss in self.losses.items()}})
        return " ".join(f"{name}={loss:.3g}" for name, loss in self.losses.items())

    def looker(self) -> Looker:
        """The running mean of the generator, ready to restyle whole pictures."""
        return Looker(self.average.module, self.device)

    def module(self) -> nn.Module:
        """The generator that goes into the pack."""
        return self.average.module

    def save(self, path: Path) -> None:
        checkpoint.save(path, self.plan.digest, self._state())
        self.kept = self.step

    def _state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "seconds": self.seconds,
            "history": self.history,
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
        self.generator.load_state_dict(state["generator"])
        if self.back:
            self.back.load_state_dict(state["back"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        for name, loss in self.plan.losses.items():
            loss.restore(state["losses"][name])


def in_float32(module: nn.Module) -> Generator:
    """The generator as losses see it: whatever it computes in, its pictures are float32."""

    def paint(images: Tensor) -> Tensor:
        painted: Tensor = module(images).float()
        return painted

    return paint
