"""What a generator is given to make a picture of words: its labels, and a vector of chance."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from styles import words


@dataclass(frozen=True, slots=True)
class Theme:
    """``keywords`` are a whole scene's; ``latent`` is ``1 x K``, normal."""

    keywords: tuple[str, ...]
    latent: Tensor

    @classmethod
    def of(cls, text: str, seed: int, known: Sequence[str], length: int) -> "Theme":
        """Of a text, for a generator that knows these words and takes a vector of this length.

        The same text and seed make the same theme, whatever the text's case and spaces. What it leaves open is drawn by
        chance.
        """
        draw = random.Random(f"{seed} {' '.join(text.casefold().split())}")
        return cls.around([word for word in words.understood(text) if word in known], draw, known, length)

    @classmethod
    def around(cls, said: Sequence[str], draw: random.Random, known: Sequence[str], length: int) -> "Theme":
        """Of words that are said and known; the rest is drawn by chance."""
        keywords = tuple(word for word in words.completed(said, draw) if word in known) if known else ()
        return cls(keywords, torch.tensor([[draw.gauss() for _ in range(length)]]))


@runtime_checkable
class TakesWords(Protocol):
    """What a network has that makes pictures of words: those that it knows, and the length of its chance vector."""

    words: tuple[str, ...]
    latent: int

    def code(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Codes of N chance vectors, ``N x latent`` (normal), and labels, ``N x L``: 1 for each word that is meant."""
        ...


def taking_words(module: nn.Module) -> TakesWords:
    """The module, known to take words. Raises TypeError."""
    if not isinstance(module, TakesWords):
        raise TypeError(f"{type(module).__name__} takes no words")
    return module


def code(network: TakesWords, themes: Sequence[Theme], device: torch.device) -> Tensor:
    """The network's code of each theme, ``N x K``."""
    labels = [[float(word in theme.keywords) for word in network.words] for theme in themes]
    latents = torch.cat([theme.latent for theme in themes])
    return network.code(latents.to(device), torch.tensor(labels).to(device))


def numbers(latents: Tensor) -> Tensor:
    """Chance vectors, ``N x K``, as even chances in [-1, 1], whatever the vectors' length (StyleGAN2 evens it too)."""
    return torch.erf(latents * (latents.square().mean(1, keepdim=True) * 2 + 1e-8).rsqrt())
