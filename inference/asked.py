"""What a job asks for, checked: its numbers in range, its style's defaults put in."""

import math
from dataclasses import replace

from inference.errors import InvalidOption, ReferenceMissing, TooLarge
from inference.job import MOST_REFERENCES, TAKES_REFERENCE, Crop, Format, Job, Options
from inference.limits import Limits
from styles.card import Card


def resolved(job: Job, card: Card, limits: Limits) -> Options:
    """The job's options with ``strength``, ``keep_colours`` and ``faces`` those of the card where it says nothing.

    Raises:
        InvalidOption: an option or the deadline is out of its range; the sentence names it. Or style pictures that
            this style does not take, or too many, or with weights that are not above 0.
        ReferenceMissing: the style takes a style picture, and there is none.
        TooLarge: the picture has more bytes than we take.
    """
    if len(job.picture) > limits.picture_bytes:
        raise TooLarge(f"The file is larger than {limits.picture_bytes // 1_000_000} MB.")
    _check_references(job, card)
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
    faces = card.defaults.faces if options.faces is None else options.faces
    return replace(options, strength=strength, keep_colours=keep_colours, faces=faces)


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
