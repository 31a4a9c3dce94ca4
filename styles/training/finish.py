"""The end of a training: card, preview and report become a pack."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from styles import pack
from styles.card import Card, Origin, Size
from styles.networks import network
from styles.training import device as devices
from styles.training.errors import writing
from styles.training.loop import Loop
from styles.training.sheet import preview
from styles.training.studio import Studio


def finish(loop: Loop, studio: Studio, folder: Path) -> Path:
    """Write the pack of a finished training over one that is there, and return its folder."""
    plan = loop.plan
    known = network(plan.network)
    card = Card(
        id=plan.id,
        version=plan.version,
        title=plan.title,
        takes=known.takes,
        network=plan.network,
        network_options=plan.network_options,
        licence=plan.licence,
        origin=Origin(
            recipe=plan.path.name + (f", started from {loop.started_from}" if loop.started_from else ""),
            trained_by="Atelier",
            trained_on=datetime.now(UTC).date().isoformat(),
            machine=devices.described(loop.device),
            data=plan.data,
        ),
        size=Size(multiple=known.multiple, minimum=known.minimum(plan.network_options), best=plan.best),
        defaults=plan.defaults,
    )
    with writing(folder):
        pack.write(
            folder, card, loop.module(), preview(loop.looker(plan.preview), studio.preview), _report(loop, studio)
        )
    return folder


def _report(loop: Loop, studio: Studio) -> dict[str, Any]:
    return {
        "steps": loop.step,
        "minutes": round(loop.seconds / 60, 1),
        "device": devices.described(loop.device),
        "precision": str(loop.dtype).removeprefix("torch."),
        "torch": torch.__version__,
        "processes": loop.team.size,
        "recipe_digest": loop.plan.digest,
        "started_from": loop.started_from,
        "warnings": [*loop.watch.said.values()],
        "art": loop.plan.patterns,  # not the files: a photo may be called after the person in it
        "art_pictures": len(studio.whole_art()),
        "photos": studio.photo_count,
        "losses": loop.history[-1] if loop.history else {},
        "history": loop.history,
    }
