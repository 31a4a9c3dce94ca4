"""Import this before torchvision: ``from styles import torchvision_schemas``.

torchvision's default wheel carries operators that are compiled against a CUDA build of torch. Beside a CPU build of
torch they cannot be loaded; torchvision passes that over in silence, and then stumbles at its own import, because it
describes the results' shapes of two operators (``nms``, ``qnms``) that were never declared. We need its pretrained
VGG and none of its operators, so here the two are declared, without a kernel, and the import is tried again.

Where the builds match, the first import succeeds and nothing is declared.
"""

import importlib
import sys

import torch

SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

_declared: list[torch.library.Library] = []  # a declaration lives as long as its Library object


def prepare() -> bool:
    """Make ``import torchvision`` work; say whether the operators had to be declared. Raises ImportError without it."""
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        _forget_half_import()
        _declare()
        importlib.import_module("torchvision")
        return True
    return False


def _forget_half_import() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]


def _declare() -> None:
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]  # untyped in torch
    for operator in ("nms", "qnms"):
        library.define(f"{operator}{SCHEMA}")  # type: ignore[no-untyped-call]  # untyped in torch
    _declared.append(library)


prepare()
