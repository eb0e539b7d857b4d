#!/usr/bin/env python3
"""What OpenCV makes of test/filters/fixtures/crop.png: opencv.json lists the cases, opencv.png holds the results,
one below the other in fields of the crop's size, each at the upper left of its field.

Made with Debian's python3-opencv 4.6:  /usr/bin/python3 scripts/make-opencv-fixture.py
"""

import json
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).resolve().parent.parent / "test" / "filters" / "fixtures"
crop = cv2.imread(str(HERE / "crop.png"), cv2.IMREAD_COLOR)
height, width = crop.shape[:2]

KERNELS = {
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "laplacian": [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
    "motion": (np.eye(9) / 9).tolist(),
    "even": [[1, 2, 3, 4], [4, 3, 2, 5]],
    "column": [[1], [4], [6], [4], [1]],
    "difference": [[-1, 1]],
}
SCALES = {"even": 1 / 24, "column": 1 / 16}
BIASES = {"laplacian": 128, "difference": 128}
BORDERS = {
    "reflect": cv2.BORDER_REFLECT_101,
    "replicate": cv2.BORDER_REPLICATE,
    "zero": cv2.BORDER_CONSTANT,
    "symmetric": cv2.BORDER_REFLECT,
}


def filter2d(name, border, anchor=(-1, -1), kernel=None):
    weights = np.float32(KERNELS[name] if kernel is None else kernel) * np.float32(SCALES.get(name, 1))
    return cv2.filter2D(crop, -1, weights, anchor=anchor, delta=BIASES.get(name, 0), borderType=border)


def bordered(name, border, value=0):
    """For borders that filter2D does not take: extend first, cut out afterwards."""
    m = 12
    wide = cv2.copyMakeBorder(crop, m, m, m, m, border, value=(value, value, value))
    weights = np.float32(KERNELS[name]) * np.float32(SCALES.get(name, 1))
    return cv2.filter2D(wide, -1, weights, delta=BIASES.get(name, 0), borderType=cv2.BORDER_REPLICATE)[m:-m, m:-m]


cases = [(name, {"paddingMode": mode}, filter2d(name, border)) for name in KERNELS for mode, border in BORDERS.items()]
cases += [(name, {"paddingMode": "wrap"}, bordered(name, cv2.BORDER_WRAP)) for name in ("sharpen", "even")]
cases += [(name, {"paddingMode": "constant", "paddingValue": 200}, bordered(name, cv2.BORDER_CONSTANT, 200)) for name in ("sharpen", "even")]
# cv2's anchor is (x, y); its documentation makes a convolution of filter2D by turning kernel and anchor round
cases.append(("even", {"anchor": [0, 3]}, filter2d("even", cv2.BORDER_REFLECT_101, (3, 0))))
turned = np.flip(np.float32(KERNELS["even"])).copy()
cases.append(("even", {"flip": True}, filter2d("even", cv2.BORDER_REFLECT_101, (4 - 2 - 1, 2 - 1 - 1), turned)))
cases.append(("even", {"stride": [2, 3]}, filter2d("even", cv2.BORDER_REFLECT_101)[::2, ::3]))
spread = np.zeros((1 + 2 * 1, 1 + 3 * 3), np.float32)
spread[::2, ::3] = KERNELS["even"]
cases.append(("even", {"dilation": [2, 3]}, filter2d("even", cv2.BORDER_REFLECT_101, (2 * 3, 1 * 2), spread)))

sheet = np.zeros((height * len(cases), width, 3), np.uint8)
listing = []
for i, (name, options, result) in enumerate(cases):
    h, w = result.shape[:2]
    sheet[i * height : i * height + h, :w] = result
    extra = {key: table[name] for key, table in (("scale", SCALES), ("bias", BIASES)) if name in table}
    listing.append({"kernel": KERNELS[name], "options": {**options, **extra}, "width": w, "height": h})

cv2.imwrite(str(HERE / "opencv.png"), sheet, [cv2.IMWRITE_PNG_COMPRESSION, 9])
lines = ",\n  ".join(json.dumps(case) for case in listing)
(HERE / "opencv.json").write_text(f'{{ "opencv": "{cv2.__version__}", "cases": [\n  {lines}\n] }}\n')
