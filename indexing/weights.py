"""The weights in force, from config/weights.json."""

from __future__ import annotations

import json
from importlib.resources import files

from matching.model import Weights


def load_weights() -> Weights:
    """Read the file that the product ships with."""
    content = json.loads(files("config").joinpath("weights.json").read_text(encoding="utf-8"))
    return Weights(content["version"], content["features"], content["calibration"])
