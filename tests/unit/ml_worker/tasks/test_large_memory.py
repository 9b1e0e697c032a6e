"""A plane of 9 megapixels passes all stages with little memory, once the limits say that it is too large to be worked on whole."""

import json
import subprocess
import sys

import numpy as np
import tifffile

SIDE, SPACING = 3000, 100
SCRIPT = """
import json, pathlib, resource, sys
from contextlib import closing
from functools import partial

import cv2
import numpy as np

from cellhub_app.core.imaging import quality, tiff
from cellhub_app.core.imaging.read import Stack
from ml_worker.inference import classical_bands, room, segmenter
from ml_worker.inference.pieces import label_in_pieces
from ml_worker.inference.scale import resize_maps, resize_pixels
from ml_worker.tasks.describe import describe

def count(plane):
    prepared = model.prepare(plane, "classical")
    quality.assess(np.asarray(plane))
    [maps] = model.predict([prepared])
    resize_maps(maps[:, ::2, ::2], resize_pixels(plane, 0.7).shape[:2])
    return len(describe(model.finish_in_pieces(prepared, maps), np.asarray(plane)).objects)

cv2.setNumThreads(1)
model = segmenter.Segmenter(device="cpu", threads=1, engine="torch")
y, x = np.mgrid[:200, :200] % 50
count(((y - 25) ** 2 + (x - 25) ** 2 < 100).astype(np.uint8)[:, :, None] * 200)  # compiles what is compiled

tiff.MAX_WHOLE_PIXELS = room.WHOLE_PIXELS = 1_000_000
classical_bands.ROWS, quality.BLOCKS, segmenter.CORE = 128, 100_000, 512
segmenter.label_in_pieces = partial(label_in_pieces, core=512, margin=64)
taken = int(pathlib.Path("/proc/self/status").read_text().split("VmData:")[1].split()[0]) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (taken + int(sys.argv[2]), taken + int(sys.argv[2])))
with closing(Stack(pathlib.Path(sys.argv[1]))) as stack:
    plane = stack.read(0, 0, "slide.tif")
told = {"in_parts": count(plane)}
room.WHOLE_PIXELS = 36_000_000
try:
    told["whole"] = count(plane)
except (MemoryError, cv2.error) as error:
    told["whole"] = "out of memory"
print(json.dumps(told))
"""


def test_a_large_plane_takes_little_memory(tmp_path):
    y, x = (np.arange(SIDE) % SPACING - SPACING // 2 for _ in range(2))
    discs = np.where(y[:, None] ** 2 + x**2 < 200, np.uint8(200), np.uint8(20))
    tifffile.imwrite(tmp_path / "slide.tif", discs, tile=(512, 512), compression="zlib", photometric="minisblack")
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "slide.tif"), str(64 * 1024 * 1024)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"in_parts": (SIDE // SPACING) ** 2, "whole": "out of memory"}
