"""Simple colour arithmetic on ``N x 3 x H x W`` RGB in [0, 1]."""

from torch import Tensor, einsum
from torch.nn import functional

GREY = (0.299, 0.587, 0.114)  # luma of ITU-R BT.601
# RGB to YUV of BT.601, rows Y, U, V
YUV = ((0.299, 0.587, 0.114), (-0.14713, -0.28886, 0.436), (0.615, -0.51499, -0.10001))


def grey(images: Tensor) -> Tensor:
    """The brightness in all three channels."""
    parts = images.new_tensor(GREY).view(1, 3, 1, 1)
    return (images * parts).sum(1, keepdim=True).expand_as(images)


def smooth(images: Tensor) -> Tensor:
    """Blurred by a 5 x 5 binomial kernel: art without its crisp lines (CartoonGAN's edge-smoothed examples)."""
    row = images.new_tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    kernel = (row[:, None] * row).expand(3, 1, 5, 5)
    return functional.conv2d(functional.pad(images, (2, 2, 2, 2), mode="reflect"), kernel, groups=3)


def yuv(images: Tensor) -> Tensor:
    """Brightness in channel 0, from 0 to 1; blueness and redness in 1 and 2, around 0."""
    converted: Tensor = einsum("ij,njhw->nihw", images.new_tensor(YUV), images)
    return converted
