"""Whether a style holds still while the picture moves: a photo shifted by less than a stride, as a hand-held camera."""

from torch import Tensor

SHIFTS = (1, 2)  # pixels, to the right and down: within a stride of 2, and of 4
MARGIN = max(SHIFTS)


def window(canvas: Tensor, shift: int = 0) -> Tensor:
    """``N x C x (H + 2) x (W + 2)`` to the ``N x C x H x W`` that lies ``shift`` pixels to the right and down."""
    height, width = canvas.shape[-2] - MARGIN, canvas.shape[-1] - MARGIN
    return canvas[..., shift : shift + height, shift : shift + width]


def frame_difference(result: Tensor, result_before: Tensor, photo: Tensor, photo_before: Tensor) -> float:
    """Mean of |(O_t - O_(t-1)) - (I_t - I_(t-1))| over pixels and channels in [0, 1]: from 0, moves as its photo does.

    The frame difference-based temporal loss of Xu, Xiong and Hu, arXiv 2102.05822, on pixels, with the mean absolute
    value as the norm. Strong lines move much even where they move rightly, so it also grows with contrast.
    """
    return float(((result - result_before) - (photo - photo_before)).abs().mean())


def warp_error(result: Tensor, result_before: Tensor, shift: int) -> float:
    """Mean of |O_t - W(O_(t-1))| where both see the same: from 0, strokes move with the picture.

    W moves by the true motion, which is known here: ``shift`` pixels. The warping error by which video stylisation is
    judged (Lai et al., arXiv 1808.00449), with the mean absolute value.
    """
    return float((result[..., :-shift, :-shift] - result_before[..., shift:, shift:]).abs().mean())
