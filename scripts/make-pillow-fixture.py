#!/usr/bin/env python3
"""What Pillow makes of test/filters/fixtures/crop.png in other sizes: pillow.json lists the cases, pillow.png holds the results of
8 bits, one below the other, each at the left; those of floats stand in pillow.json. The crop has half its contrast: Pillow limits
8 bits between its two passes, and what it cuts off there convlab keeps.

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

# the green channel as floats from 0 to 1
green = crop.getchannel("G").convert("F").point(lambda v: v * (1 / 255) + 0)
floats = [
    {"method": method, "width": size[0], "height": size[1], "values": [round(v, 7) for v in green.resize(size, METHODS[method]).getdata()]}
    for method in METHODS
    for size in FLOAT_SIZES
]
gray = list(crop.convert("L").getdata())
lines = [json.dumps({"method": m, "width": w, "height": h}) for m, (w, h) in cases]
in_lines = ",\n    ".join
text = f"""{{
  "bytes": [
    {in_lines(lines)}
  ],
  "floats": [
    {in_lines(map(json.dumps, floats))}
  ],
  "gray": {json.dumps(gray)}
}}
"""
(HERE / "pillow.json").write_text(text)
