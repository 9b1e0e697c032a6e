"""Which image is for what: decided by its name alone, so that every run and every machine agrees."""

import hashlib
from typing import Literal

Part = Literal["train", "validation", "held_out"]

HELD_OUT_DIGITS = "01"
VALIDATION_DIGITS = "2"
RULE = "first hex digit of sha256(stem): 0 or 1 held out, 2 validation, the rest training"


def part_of(stem: str) -> Part:
    """The part an image belongs to: held out (only for the figures of the model card), validation or training."""
    digit = hashlib.sha256(stem.encode()).hexdigest()[0]
    if digit in HELD_OUT_DIGITS:
        return "held_out"
    return "validation" if digit in VALIDATION_DIGITS else "train"
