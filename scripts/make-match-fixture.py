#!/usr/bin/env python3
"""What OpenCV's matchTemplate, pyrDown and pyrUp and scikit-image's metrics say about test/filters/fixtures/crop.png:
test/filters/fixtures/match.json, lists of numbers row by row, every one rounded to 7 digits. Channels are in the order of the PNG, R, G, B.

Made with Debian's python3-opencv 4.6, python3-skimage 0.19:  /usr/bin/python3 scripts/make-match-fixture.py
"""

import json
from pathlib import Path

import cv2
import numpy as np
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity

HERE = Path(__file__).resolve().parent.parent / "test" / "filters" / "fixtures"
crop = cv2.cvtColor(cv2.imread(str(HERE / "crop.png"), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
X, Y, W, H = 13, 9, 9, 7
template = np.ascontiguousarray(crop[Y : Y + H, X : X + W])
METHODS = {"zncc": cv2.TM_CCOEFF_NORMED, "ncc": cv2.TM_CCORR_NORMED, "ssd": cv2.TM_SQDIFF, "correlation": cv2.TM_CCORR}


def numbers(values):
    return [float(f"{value:.7g}") for value in np.asarray(values).ravel()]


def scores(image, patch):
    return {name: numbers(cv2.matchTemplate(image, patch, method)) for name, method in METHODS.items()}


other = cv2.GaussianBlur(crop, (5, 5), 1)
other[:, :20] = np.clip(other[:, :20].astype(int) + 9, 0, 255)
down = cv2.pyrDown(crop)
odd = crop[:31, :47]
fixture = {
    "opencv": cv2.__version__,
    "template": {"x": X, "y": Y, "width": W, "height": H},
    "color": scores(crop, template),
    "gray": scores(np.ascontiguousarray(crop[..., 1]), np.ascontiguousarray(template[..., 1])),
    "pyrDown": down.ravel().tolist(),
    "pyrDownOdd": cv2.pyrDown(odd).ravel().tolist(),
    "pyrUp": numbers(cv2.pyrUp(np.float32(down))),
    "other": other.ravel().tolist(),
    "comparison": {
        "max": int(np.abs(crop.astype(int) - other).max()),
        "mean": float(np.abs(crop.astype(int) - other).mean()),
        "rmse": float(mean_squared_error(crop, other) ** 0.5),
        "psnr": float(peak_signal_noise_ratio(crop, other, data_range=255)),
        "ssim": float(structural_similarity(crop, other, data_range=255, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)),
    },
}
lines = ",\n  ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in fixture.items())
(HERE / "match.json").write_text(f"{{\n  {lines}\n}}\n")
