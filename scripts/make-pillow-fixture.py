#!/usr/bin/env python3
"""What Pillow makes of test/filters/fixtures/crop.png in other sizes: pillow.json lists the cases, pillow.png holds the results of
8 bits, one below the other, each at the left; those of floats stand in pillow.json. The crop has half its contrast, so that nothing is
cut off. pillow-contrast.png holds, in the same way, those of a picture of black and white samples, of which Pillow cuts off much
between its passes.

Made with Debian's python3-pil 9.4:  /usr/bin/python3 scripts/make-pillow-fixture.py
"""

import json
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent.parent / "test" / "filters" / "fixtures"
crop = Image.open(HERE / "crop.png").convert("RGB").point(lambda v: 64 + v // 2)
width, height = crop.size

METHODS = {
    "box": Image.Resampling.BOX,
    "triangle": Image.Resampling.BILINEAR,
    "catmull-rom": Image.Resampling.BICUBIC,
    "lanczos3": Image.Resampling.LANCZOS,
}
# smaller, larger, one axis of each, a factor that repeats and ones that do not, and very small
SIZES = [(width // 2, height // 2), (37, 29), (width, 11), (width + 13, height + 7), (5, height), (1, 3)]
FLOAT_SIZES = [(7, 5), (3, 17)]

cases = [(method, size) for method in METHODS for size in SIZES]
results = [crop.resize(size, METHODS[method]) for method, size in cases]
sheet = Image.new("RGB", (max(r.width for r in results), sum(r.height for r in results)))
top = 0
for result in results:
    sheet.paste(result, (0, top))
    top += result.height
sheet.save(HERE / "pillow.png", optimize=True)

# full contrast; the test computes the same picture
W, H = 45, 37
samples = bytes(255 * ((37 * x * x + 91 * y * y + 13 * x * y + 5 * x + 57 * c) % 7 < 3) for y in range(H) for x in range(W) for c in range(3))
hard = Image.frombytes("RGB", (W, H), samples)
opaque = hard.convert("RGBA")
CONTRAST_METHODS = ["catmull-rom", "lanczos3"]
CONTRAST_SIZES = [(22, 18), (15, 12), (9, 31), (59, 41), (46, 36), (5, 74), (2, 3)]
hard_cases = [(method, size) for method in CONTRAST_METHODS for size in CONTRAST_SIZES]
hard_results = [hard.resize(size, METHODS[method]) for method, size in hard_cases]
for (method, size), result in zip(hard_cases, hard_results):
    # so the test has to keep one of the three
    assert hard.getchannel("R").resize(size, METHODS[method]).tobytes() == result.getchannel("R").tobytes()
    assert opaque.resize(size, METHODS[method]).convert("RGB").tobytes() == result.tobytes()
hard_sheet = Image.new("RGB", (max(r.width for r in hard_results), sum(r.height for r in hard_results)))
top = 0
for result in hard_results:
    hard_sheet.paste(result, (0, top))
    top += result.height
hard_sheet.save(HERE / "pillow-contrast.png", optimize=True)

# the green channel as floats from 0 to 1
green = crop.getchannel("G").convert("F").point(lambda v: v * (1 / 255) + 0)
floats = [
    {"method": method, "width": size[0], "height": size[1], "values": [round(v, 7) for v in green.resize(size, METHODS[method]).getdata()]}
    for method in METHODS
    for size in FLOAT_SIZES
]
gray = list(crop.convert("L").getdata())
as_lines = lambda cases: [json.dumps({"method": m, "width": w, "height": h}) for m, (w, h) in cases]
in_lines = ",\n    ".join
text = f"""{{
  "bytes": [
    {in_lines(as_lines(cases))}
  ],
  "contrast": [
    {in_lines(as_lines(hard_cases))}
  ],
  "floats": [
    {in_lines(map(json.dumps, floats))}
  ],
  "gray": {json.dumps(gray)}
}}
"""
(HERE / "pillow.json").write_text(text)
