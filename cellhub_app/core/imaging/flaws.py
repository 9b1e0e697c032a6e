"""What may be wrong with a picture itself, by name; quality.py finds it."""

from typing import Literal, get_args

Flaw = Literal["empty", "saturated", "blurred"]
FLAWS: tuple[Flaw, ...] = get_args(Flaw)
