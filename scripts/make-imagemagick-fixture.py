#!/usr/bin/env python3
"""What ImageMagick makes of one white point of 10 gray levels under kernels in its own notation:
test/filters/fixtures/imagemagick.json, gray levels row by row.

Made with Debian's imagemagick 6.9.11:  /usr/bin/python3 scripts/make-imagemagick-fixture.py
"""

import json
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "test" / "filters" / "fixtures"
WIDTH, HEIGHT, POINT = 9, 7, (3, 4)
KERNELS = [
    "3x1: 1,2,4",
    "4x1: 1,2,4,7",
    "4x1+3+0: 1,2,4,7",
    "3: 1,nan,2 - 3,4 5,6 7",
    "2x3: 1 2,3 4 5,6",
    "4x4+0+2: 1,2,3,4 5,6,7,8 9,10,11,12 13,14,15,16",
]

picture = bytearray(WIDTH * HEIGHT)
picture[POINT[0] * WIDTH + POINT[1]] = 10
pgm = b"P5 %d %d 255\n" % (WIDTH, HEIGHT) + bytes(picture)


def run(method, kernel):
    made = subprocess.run(["/usr/bin/convert", "pgm:-", "-morphology", method, kernel, "-depth", "8", "pgm:-"], input=pgm, capture_output=True, check=True)
    return list(made.stdout[-WIDTH * HEIGHT :])


cases = [{"kernel": kernel, "flip": method == "Convolve", "result": run(method, kernel)} for kernel in KERNELS for method in ("Correlate", "Convolve")]
lines = ",\n  ".join(json.dumps(case) for case in cases)
(HERE / "imagemagick.json").write_text(f'{{ "width": {WIDTH}, "height": {HEIGHT}, "point": {json.dumps(POINT)}, "cases": [\n  {lines}\n] }}\n')
