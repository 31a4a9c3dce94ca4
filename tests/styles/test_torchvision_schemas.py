"""torchvision imports beside whatever build of torch is here, and has its networks."""

import subprocess
import sys

SCRIPT = """
from styles import torchvision_schemas
import torch, torchvision
with torch.device("meta"):  # its 144 million weights are not needed to see that it is there
    features = torchvision.models.vgg19().features(torch.empty(1, 3, 64, 64))
print(tuple(features.shape), torchvision_schemas.prepare())
"""


def test_torchvision_and_its_vgg_are_there_after_the_shim() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=50, check=False)

    assert done.stderr == ""
    assert done.stdout == "(1, 512, 2, 2) False\n", "asked again, there is nothing left to do"
