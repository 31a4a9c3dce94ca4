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
from styles.training.recipe import Phase, Recipe
from styles.training.scene import Scene, Setting
from styles.training.sheet import Looker
from styles.training.studio import Studio

LOWEST = 0.05  # what is left of a phase's learning rate at its end, after half a cosine
SLOW = 0.999  # Adam's own memory of squared gradients
NOTE_EVERY = 25  # steps between two entries of the losses' history
SCALES = 1.5  # photos are cropped at up to this scale, so that faces come in several sizes


class Loop:
    """The state of a training. ``step`` counts finished steps; ``kept`` is the step of the last checkpoint."""

    def __init__(self, plan: Recipe, studio: Studio, device: torch.device) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.studio, self.device = plan, studio, device
        self.dtype = devices.precision(device)
        module = network(plan.network).build(**plan.network_options)
        self.generator = module.train().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack memory_format alone
        self.average = AveragedModel(self.generator, multi_avg_fn=self._blend)
        self.optimiser = torch.optim.Adam(self.generator.parameters(), betas=(plan.momentum, SLOW))
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
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            losses = self._losses(self._scene(phase))
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
                cosine = (1 + math.cos(math.pi * done / phase.steps)) / 2
                return phase, phase.rate * (LOWEST + (1 - LOWEST) * cosine)
            done -= phase.steps
        raise ValueError("no step is left")

    def _scene(self, phase: Phase) -> Scene:
        draw = random.Random(f"{self.plan.seed} {self.step}")
        photos = self.studio.photos.crops(phase.batch, phase.size, draw, loosest=SCALES)
        art = self.studio.art.crops(phase.batch, phase.size, draw, top=self.plan.art.top)
        photo = pictures.batch(photos, self.device)
        result = self.generator(photo).float()
        return Scene(photo, result, pictures.batch(art, self.device), self.studio.eyes, self.studio.wanted)

    def _losses(self, scene: Scene) -> dict[str, Tensor]:
        warming = self.step < self.plan.warmup_steps
        counting = {name: loss for name, loss in self.plan.losses.items() if loss.warms_up or not warming}
        for loss in counting.values():
            loss.learn(scene)
        return {name: loss(scene) for name, loss in counting.items()}

    def _descend(self, total: Tensor) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]  # untyped in torch
        self.optimiser.step()
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
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "losses": {name: loss.state() for name, loss in self.plan.losses.items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint's state."""
        self.step = self.kept = state["step"]
        self.seconds, self.history = state["seconds"], state["history"]
        self.generator.load_state_dict(state["generator"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        for name, loss in self.plan.losses.items():
            loss.restore(state["losses"][name])
