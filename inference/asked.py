"""What a job asks for, checked: its numbers in range, its style's defaults put in."""

import math
from collections.abc import Sequence
from dataclasses import replace

from inference.errors import InvalidOption, ReferenceMissing, TooLarge, UnknownWords
from inference.job import (
    MOST_REFERENCES,
    MOST_SEED,
    MOST_WORDS,
    TAKES_REFERENCE,
    TAKES_WORDS,
    Crop,
    Format,
    Job,
    Options,
)
from inference.limits import Limits
from styles.card import Card
from styles.words import known

A_DOZEN = 12
"""Words that are named to whoever said none that a style knows."""


def resolved(job: Job, card: Card, limits: Limits) -> Options:
    """The job's options with ``strength``, ``keep_colours`` and ``faces`` those of the card where it says nothing.

    A picture that is made of words has no photo, and so nothing is taken from one.

    Raises:
        InvalidOption: an option or the deadline is out of its range; the sentence names it. Or style pictures that
            this style does not take, or too many, or with weights that are not above 0. Or words for a style that
            takes a photo, a photo for one that takes words, or no words.
        UnknownWords: the style knows some words, but none of these.
        ReferenceMissing: the style takes a style picture, and there is none.
        TooLarge: the picture has more bytes than we take.
    """
    if len(job.picture) > limits.picture_bytes:
        raise TooLarge(f"The file is larger than {limits.picture_bytes // 1_000_000} MB.")
    _check_references(job, card)
    _check_words(job, card)
    options = job.options
    strength = card.defaults.strength if options.strength is None else options.strength
    keep_colours = card.defaults.keep_colours if options.keep_colours is None else options.keep_colours
    if not 0 <= strength <= 1:  # not a number is refused here as well
        raise InvalidOption(f"strength must be between 0 and 1, not {strength:g}.")
    if not 0 <= options.detail <= 1:
        raise InvalidOption(f"detail must be between 0 and 1, not {options.detail:g}.")
    if not limits.min_result_side <= options.max_side <= limits.giant_side:
        raise InvalidOption(f"max_side must be between {limits.min_result_side} and {limits.giant_side} pixels.")
    if not (isinstance(options.format, Format) and isinstance(options.crop, Crop)):
        raise InvalidOption(f"format must be one of {', '.join(Format)}; crop one of {', '.join(Crop)}.")
    if job.deadline_s is not None and not (0 < job.deadline_s < math.inf):
        raise InvalidOption("deadline_s must be a positive number of seconds.")
    if card.takes == TAKES_WORDS:
        return _without_photo(options)
    faces = card.defaults.faces if options.faces is None else options.faces
    return replace(options, strength=strength, keep_colours=keep_colours, faces=faces)


def _without_photo(options: Options) -> Options:
    own = replace(options, strength=1.0, keep_colours=False, match_colours=False, detail=0.0)
    return replace(own, faces=False, crop=Crop.NONE)


def _check_references(job: Job, card: Card) -> None:
    if card.takes != TAKES_REFERENCE:
        if job.references:
            raise InvalidOption(f"The style “{card.id}” takes no style picture.")
    elif not job.references:
        raise ReferenceMissing(f"The style “{card.id}” paints a photo like another picture; send that as well.")
    if len(job.references) > MOST_REFERENCES:
        raise InvalidOption(f"At most {MOST_REFERENCES} style pictures can be mixed.")
    if not all(0 < reference.weight < math.inf for reference in job.references):
        raise InvalidOption("The weight of a style picture must be a number above 0.")


def _check_words(job: Job, card: Card) -> None:
    if card.takes != TAKES_WORDS:
        if job.words:
            raise InvalidOption(f"The style “{card.id}” paints a photo, and takes no words.")
        return
    if job.picture:
        raise InvalidOption(f"The style “{card.id}” makes a picture of words, not of a photo.")
    if not (job.words.strip() and len(job.words) <= MOST_WORDS and _is_text(job.words)):
        raise InvalidOption(f"words must be text of 1 to {MOST_WORDS} characters.")
    if not 0 <= job.seed <= MOST_SEED:
        raise InvalidOption(f"seed must be a whole number from 0 to {MOST_SEED}.")
    vocabulary = str(card.network_options.get("words", ""))
    if vocabulary and not known(job.words, vocabulary):
        raise UnknownWords(_a_dozen(vocabulary.split(",")))


def _is_text(words: str) -> bool:
    """Half a character, which JSON can hold, is none."""
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True


def _a_dozen(words: Sequence[str]) -> list[str]:
    """Of all kinds, which stand together: places, times of day, weather."""
    count = min(A_DOZEN, len(words))
    return [words[place * len(words) // count] for place in range(count)]
