import numpy as np
import pytest
from PIL import Image

from inference.service import StyleInfo


@pytest.fixture
def info() -> StyleInfo:
    return StyleInfo("ukiyoe", "1.2.3", {"en": "Ukiyo-e", "zh": "浮世绘"}, "photo", "CC0-1.0")


@pytest.fixture(scope="session")
def astronaut() -> Image.Image:
    skimage = pytest.importorskip("skimage.data", reason="needs scikit-image's sample pictures")
    return Image.fromarray(np.asarray(skimage.astronaut()))
