#!/usr/bin/env python3
"""Makes test/filters/fixtures/volume.json: a synthetic volume and signal, and what scipy.ndimage makes of them.

Made with Debian's numpy 1.24.2 and scipy 1.10.1:  /usr/bin/python3 scripts/make-volume-fixture.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import ndimage

TARGET = Path(__file__).parent.parent / "test/filters/fixtures/volume.json"

# a bright ball beside a ramp, with a little noise: [D, H, W] = [6, 7, 8]
z, y, x = np.mgrid[0:6, 0:7, 0:8].astype(float)
ball = 100.0 * ((z - 2) ** 2 + (y - 3) ** 2 + (x - 4) ** 2 <= 5)
volume = np.round(ball + 3 * x + 5 * z + np.random.default_rng(2).integers(0, 5, ball.shape))
signal = np.round(40 * np.sin(np.arange(16) / 2) + np.arange(16) ** 2 / 4)

rounded = lambda a: np.round(a, 4).tolist()
TARGET.write_text(
    json.dumps(
        {
            "volume": volume.tolist(),
            "signal": signal.tolist(),
            "gaussian": rounded(ndimage.gaussian_filter(volume, [0.8, 1.0, 1.2], mode="mirror")),
            "sobel": [ndimage.sobel(volume, axis, mode="nearest").tolist() for axis in range(3)],
            "gaussian1d": rounded(ndimage.gaussian_filter1d(signal, 1.5, mode="reflect")),
            "perSlice": rounded(ndimage.correlate(volume, np.array([[[1, 2], [3, 4], [5, -6]]]), mode="wrap")),
        },
        separators=(",", ":"),
    )
    + "\n"
)
