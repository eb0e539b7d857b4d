#!/usr/bin/env python3
"""Makes test/kernels/fixtures/scipy.json: borders by numpy.pad, correlations and convolutions by scipy, all in whole numbers.

Made with Debian's numpy 1.24.2 and scipy 1.10.1:  /usr/bin/python3 scripts/make-scipy-fixture.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import ndimage, signal

TARGET = Path(__file__).parent.parent / "test/kernels/fixtures/scipy.json"
NUMPY_MODES = {"replicate": "edge", "reflect": "reflect", "symmetric": "symmetric", "wrap": "wrap"}
NDIMAGE_MODES = {"zero": "constant", "constant": "constant", "replicate": "nearest", "reflect": "mirror", "symmetric": "reflect", "wrap": "wrap"}
random = np.random.default_rng(1)


def whole(*shape):
    return random.integers(-9, 10, shape)


def pads():
    """Which cell every padded cell shows. numpy before 1.25 wraps wrongly beyond one period, so wrap stays within it."""
    for mode, theirs in NUMPY_MODES.items():
        for n in (1, 2, 3, 5):
            widths = [(0, 1), (2, 0), (1, 3), (4, 2), (5, 5), (11, 8)]
            for before, after in widths:
                if (mode == "reflect" and max(before, after) > n - 1) or (mode == "wrap" and max(before, after) > n):
                    continue
                yield {"mode": mode, "n": n, "before": before, "after": after, "shown": np.pad(np.arange(n), (before, after), theirs).tolist()}


def same(operation, options):
    """ndimage keeps the size; the kernel's middle is floor(k / 2), turned round or not."""
    for mode, theirs in NDIMAGE_MODES.items():
        for xshape, kshape in [((7,), (3,)), ((7,), (4,)), ((4, 5), (3, 3)), ((5, 6), (2, 4)), ((6, 5), (5, 1)), ((3, 4, 5), (3, 2, 3))]:
            x, k = whole(*xshape), whole(*kshape)
            out = operation(x, k, mode=theirs, cval=3 if mode == "constant" else 0)
            value = {"paddingValue": 3} if mode == "constant" else {}
            yield case(x, k, {"padding": "same", "anchor": [size // 2 for size in kshape], "paddingMode": mode, **value, **options}, out)


def outputs(operation, options):
    """scipy.signal, by the size of the output."""
    for padding in ("valid", "full"):
        for mode, boundary, value in [("zero", "fill", 0), ("constant", "fill", -2), ("symmetric", "symm", 0), ("wrap", "wrap", 0)]:
            x, k = whole(5, 6), whole(3, 4)
            out = operation(x, k, mode=padding, boundary=boundary, fillvalue=value)
            extra = {"paddingValue": value} if mode == "constant" else {}
            yield case(x, k, {"padding": padding, "paddingMode": mode, **extra, **options}, out)


def case(x, k, options, out):
    return {"x": x.tolist(), "kernel": k.tolist(), "options": options, "out": out.tolist()}


cases = [
    *same(ndimage.correlate, {}),
    *same(ndimage.convolve, {"flip": True}),
    *outputs(signal.correlate2d, {}),
    *outputs(signal.convolve2d, {"flip": True}),
]
dump = lambda entries: "[\n    " + ",\n    ".join(json.dumps(entry, separators=(",", ":")) for entry in entries) + "\n  ]"
TARGET.parent.mkdir(parents=True, exist_ok=True)
TARGET.write_text(f'{{\n  "pads": {dump(list(pads()))},\n  "cases": {dump(cases)}\n}}\n')
