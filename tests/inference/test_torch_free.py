"""A bot host needs neither torch nor pixels: what the bots may import must not bring them in."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["job", "creation", "errors", "service", "client", "http", "limits"])
def test_the_face_of_the_service_is_light(module: str) -> None:
    check = (
        f"import sys, inference.{module};"
        "print(*sorted({'torch', 'torchvision', 'PIL', 'numpy', 'cv2', 'prometheus_client'} & set(sys.modules)))"
    )
    seen = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == ""
