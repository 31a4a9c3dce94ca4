"""A torch module drawn as an OpenVINO graph, by running it once on a symbol in the place of a tensor.

torch asks every argument that is not a tensor what its functions shall do with it (``__torch_function__``). A symbol
answers with a node of the graph, so that a module is drawn by its own ``forward``, in milliseconds, without a tracer
or a compiler. The general converters take seconds a style, and draw normalisation as a reshaping to three dimensions,
around which every convolution's result is laid out anew: with sizes left open, their graph takes twice as long.

This module is imported only where OpenVINO is installed.
"""

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

ov: Any = import_module("openvino")  # an extra: where it is missing, its types are too
ops: Any = import_module("openvino.opset13")

F = TypeVar("F", bound=Callable[..., Any])
OPERATORS: dict[str, Callable[..., Any]] = {}
"""By the name of a function of torch; what is not here cannot be drawn."""


class CannotDraw(Exception):
    """The module does what no operator here does; the text says what."""


class Symbol:
    """Stands for a tensor whose batch, height and width are left open."""

    dtype = torch.float32

    def __init__(self, node: Any) -> None:
        self.node = node

    @classmethod
    def __torch_function__(
        cls, function: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return drawn(function.__name__, *args, **(kwargs or {}))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in OPERATORS:
            raise CannotDraw(f"it uses {name}")
        return partial(drawn, name, self)

    def __add__(self, other: Any) -> "Symbol":
        return _add(self, other)

    def __radd__(self, other: Any) -> "Symbol":
        return _add(self, other)

    def __sub__(self, other: Any) -> "Symbol":
        return _symbol(ops.subtract(self.node, _node(other)))

    def __mul__(self, other: Any) -> "Symbol":
        return _mul(self, other)

    def __rmul__(self, other: Any) -> "Symbol":
        return _mul(self, other)

    def __truediv__(self, other: Any) -> "Symbol":
        return _symbol(ops.divide(self.node, _node(other)))

    def __len__(self) -> int:
        raise CannotDraw("it counts the pictures of a batch")

    def __bool__(self) -> bool:
        raise CannotDraw("it decides by values")

    def __getitem__(self, index: Any) -> "Symbol":
        """Whole dimensions, new ones, and slices from either end."""
        node, places = self.node, index if isinstance(index, tuple) else (index,)
        if Ellipsis in places:
            first = places.index(Ellipsis)
            missing = _rank(node) - sum(place is not None and place is not Ellipsis for place in places)
            places = (*places[:first], *[slice(None)] * missing, *places[first + 1 :])
        for axis, place in enumerate(places):
            if place is None:
                node = ops.unsqueeze(node, _whole(axis))
            elif isinstance(place, slice):
                node = _sliced(node, place, axis)
            else:
                raise CannotDraw(f"it takes {place!r} out of a tensor")
        return _symbol(node)


def drawn(name: str, *args: Any, **kwargs: Any) -> Any:
    """What the function of this name gives. Raises CannotDraw."""
    if name not in OPERATORS:
        raise CannotDraw(f"it uses {name}")
    try:
        return OPERATORS[name](*args, **kwargs)
    except (RuntimeError, TypeError) as error:  # OpenVINO's own refusals, and arguments that we do not know
        raise CannotDraw(f"its {name} cannot be drawn: {str(error).partition(chr(10))[0]}") from error


def draw(module: nn.Module, code_size: int) -> Any:
    """The ``openvino.Model`` of a module: N x H x W x 3 pictures in uint8, and N x ``code_size`` codes if any.

    It gives the same pictures restyled, and the sum of each one's values, which is no number where one of them is
    none. Weights are copied, in float32.

    Raises:
        CannotDraw: the module does something that is not known here.
    """
    pictures = ops.parameter([-1, -1, -1, 3], ov.Type.u8, "pictures")
    given = [pictures]
    if code_size:
        given.append(ops.parameter([-1, code_size], ov.Type.f32, "codes"))
    values = ops.convert(ops.transpose(pictures, [0, 3, 1, 2]), "f32")
    first = _symbol(ops.multiply(values, np.float32(1 / 255)))
    painted = module(first, *(Symbol(each.output(0)) for each in given[1:]))
    if not isinstance(painted, Symbol):
        raise CannotDraw("its result does not follow from the picture")
    steps = ops.multiply(ops.clamp(painted.node, 0.0, 1.0), np.float32(255))
    whole = ops.convert(ops.round(steps, "half_to_even"), "u8")
    sums = ops.reduce_sum(painted.node, np.array([1, 2, 3]), False)
    return ov.Model([ops.transpose(whole, [0, 2, 3, 1]), sums], given, "painter")


def operator(*names: str) -> Callable[[F], F]:
    def known(function: F) -> F:
        OPERATORS.update(dict.fromkeys(names, function))
        return function

    return known


def _symbol(node: Any) -> Symbol:
    return Symbol(node.output(0))


def _node(value: Any) -> Any:
    """A symbol's node, or a constant."""
    if isinstance(value, Symbol):
        return value.node
    return ops.constant(
        value.detach().float().cpu().numpy() if isinstance(value, Tensor) else float(value), ov.Type.f32
    )


def _whole(*values: int) -> Any:
    return ops.constant(list(values), ov.Type.i64)


def _rank(node: Any) -> int:
    return len(node.get_partial_shape())


def _channels(node: Any) -> int:
    return int(node.get_partial_shape()[1].get_length())


def _pair(value: int | Sequence[int]) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)


def _sliced(node: Any, part: slice, axis: int) -> Any:
    if part == slice(None):
        return node
    if part.step not in (None, 1):
        raise CannotDraw("it takes every so many values")
    end = 2**31 - 1 if part.stop is None else part.stop
    return ops.slice(node, _whole(part.start or 0), _whole(end), _whole(1), _whole(axis))


def _per_channel(values: Tensor) -> Any:
    return _node(values.detach().reshape(1, -1, 1, 1))


@operator("float", "contiguous", "to", "type", "dropout")
def _same(features: Symbol, *_: Any, **__: Any) -> Symbol:
    """The precision and the layout are the runtime's to choose."""
    return features


@operator("relu", "relu_")
def _relu(features: Symbol, **_: Any) -> Symbol:
    return _symbol(ops.relu(features.node))


@operator("leaky_relu", "leaky_relu_")
def _leaky_relu(features: Symbol, negative_slope: float = 0.01, *_: Any, **__: Any) -> Symbol:
    return _symbol(ops.prelu(features.node, _node(negative_slope)))


@operator("sigmoid")
def _sigmoid(features: Symbol) -> Symbol:
    return _symbol(ops.sigmoid(features.node))


@operator("tanh")
def _tanh(features: Symbol) -> Symbol:
    return _symbol(ops.tanh(features.node))


@operator("sqrt")
def _sqrt(features: Symbol) -> Symbol:
    return _symbol(ops.sqrt(features.node))


@operator("clamp")
def _clamp(features: Symbol, low: float, high: float) -> Symbol:
    return _symbol(ops.clamp(features.node, float(low), float(high)))


@operator("clamp_min")
def _clamp_min(features: Symbol, low: float) -> Symbol:
    return _symbol(ops.maximum(features.node, _node(low)))


@operator("logit")
def _logit(features: Symbol, eps: float) -> Symbol:
    inside = ops.clamp(features.node, float(eps), 1 - float(eps))
    return _symbol(ops.log(ops.divide(inside, ops.subtract(_node(1), inside))))


@operator("var_mean")
def _var_mean(
    features: Symbol, dim: Sequence[int], correction: int = 1, keepdim: bool = False
) -> tuple[Symbol, Symbol]:
    axes = _whole(*dim)
    mean = ops.reduce_mean(features.node, axes, True)
    apart = ops.subtract(features.node, mean)
    variance = ops.reduce_mean(ops.multiply(apart, apart), axes, keepdim)
    if correction:
        sides = ops.gather(ops.shape_of(features.node), axes, _whole(0))
        count = ops.convert(ops.reduce_prod(sides, _whole(0)), ov.Type.f32)
        variance = ops.multiply(variance, ops.divide(count, ops.subtract(count, _node(correction))))
    return _symbol(variance), _symbol(mean if keepdim else ops.squeeze(mean, axes))


@operator("max_pool2d")
def _max_pool2d(features: Symbol, kernel_size: int, stride: int | None = None, *rest: Any, **_: Any) -> Symbol:
    if any(rest):
        raise CannotDraw("it pools otherwise than side by side")
    return _symbol(
        ops.max_pool(features.node, _pair(stride or kernel_size), [1, 1], [0, 0], [0, 0], _pair(kernel_size))
    )


@operator("avg_pool2d")
def _avg_pool2d(features: Symbol, kernel_size: int) -> Symbol:
    return _symbol(ops.avg_pool(features.node, _pair(kernel_size), [0, 0], [0, 0], _pair(kernel_size), True))


@operator("reciprocal")
def _reciprocal(features: Symbol) -> Symbol:
    return _symbol(ops.divide(_node(1), features.node))


@operator("add")
def _add(one: Any, other: Any) -> Symbol:
    return _symbol(ops.add(_node(one), _node(other)))


@operator("mul")
def _mul(one: Any, other: Any) -> Symbol:
    return _symbol(ops.multiply(_node(one), _node(other)))


@operator("addcmul")
def _addcmul(added: Symbol, one: Symbol, other: Symbol) -> Symbol:
    return _add(added, _mul(one, other))


@operator("linear")
def _linear(features: Symbol, weight: Tensor, bias: Tensor | None = None) -> Symbol:
    given = ops.matmul(features.node, _node(weight), False, True)
    return _symbol(given if bias is None else ops.add(given, _node(bias)))


@operator("split")
def _split(features: Symbol, sizes: Sequence[int], dim: int = 0) -> tuple[Symbol, ...]:
    parts = ops.variadic_split(features.node, ops.constant(dim, ov.Type.i64), _whole(*sizes))
    return tuple(Symbol(output) for output in parts.outputs())


@operator("chunk")
def _chunk(features: Symbol, chunks: int, dim: int = 0) -> tuple[Symbol, ...]:
    parts = ops.split(features.node, ops.constant(dim, ov.Type.i64), chunks)
    return tuple(Symbol(output) for output in parts.outputs())


@operator("cat")
def _cat(parts: Sequence[Symbol], dim: int = 0) -> Symbol:
    return _symbol(ops.concat([part.node for part in parts], dim))


@operator("flip")
def _flip(features: Symbol, *dims: int) -> Symbol:
    if dims != (1,):
        raise CannotDraw("it turns pictures over")
    order = _whole(*reversed(range(_channels(features.node))))
    return _symbol(ops.gather(features.node, order, _whole(1)))


@operator("pad", "_pad")
def _pad(features: Symbol, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Symbol:
    modes = {"constant": "constant", "reflect": "reflect", "replicate": "edge"}
    if mode not in modes:
        raise CannotDraw(f"it pads in the mode {mode}")
    left, right, top, bottom = pad
    begin, end = _whole(0, 0, top, left), _whole(0, 0, bottom, right)
    return _symbol(ops.pad(features.node, begin, end, modes[mode], _node(value or 0.0)))


@operator("conv2d")
def _conv2d(
    features: Symbol,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Symbol:
    where = (_pair(stride), _pair(padding), _pair(padding), _pair(dilation))
    if groups == 1:
        given = ops.convolution(features.node, _node(weight), *where)
    else:
        shape = (groups, weight.shape[0] // groups, *weight.shape[1:])
        given = ops.group_convolution(features.node, _node(weight.reshape(shape)), *where)
    return _symbol(given if bias is None else ops.add(given, _per_channel(bias)))


@operator("conv_transpose2d")
def _conv_transpose2d(
    features: Symbol,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Symbol:
    if groups != 1:
        raise CannotDraw("its transposed convolution has groups")
    given = ops.convolution_backprop_data(
        features.node,
        _node(weight),
        _pair(stride),
        pads_begin=_pair(padding),
        pads_end=_pair(padding),
        dilations=_pair(dilation),
        output_padding=_pair(output_padding),
    )
    return _symbol(given if bias is None else ops.add(given, _per_channel(bias)))


@operator("group_norm")
def _group_norm(
    features: Symbol, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Symbol:
    axes = {1: (1, 2, 3), _channels(features.node): (2, 3)}.get(num_groups)
    if axes is None:
        raise CannotDraw(f"it normalises in {num_groups} groups")
    given = ops.mvn(features.node, _whole(*axes), True, eps, "inside_sqrt")
    if weight is not None and bias is not None:
        given = ops.add(ops.multiply(given, _per_channel(weight)), _per_channel(bias))
    return _symbol(given)


@operator("interpolate")
def _interpolate(
    features: Symbol,
    size: Any = None,
    scale_factor: float | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    antialias: bool = False,
    **_: Any,
) -> Symbol:
    if size is not None or not isinstance(scale_factor, int | float) or align_corners or antialias:
        raise CannotDraw("it resizes otherwise than by a factor")
    by = {
        "nearest": ("nearest", "asymmetric"),
        "bilinear": ("linear_onnx", "half_pixel"),
    }
    if mode not in by:
        raise CannotDraw(f"it resizes in the mode {mode}")
    kind, places = by[mode]
    factors = ops.constant([float(scale_factor)] * 2, ov.Type.f32)
    return _symbol(
        ops.interpolate(
            features.node,
            factors,
            kind,
            "scales",
            coordinate_transformation_mode=places,
            nearest_mode="floor",
            axes=_whole(2, 3),
        )
    )
