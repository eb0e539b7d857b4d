#!/usr/bin/env python3
"""Files that Pillow wrote, and the pixels that Pillow reads from them, for test/image/pillow.test.ts: pillow-files.json.

Each case has the file, packed by zlib, in base64, and what Pillow decodes it to, as RGBA of 8 bits or gray of 16: the SHA-256 of the pixels, and for JPEG, whose
decoders may differ by rounding, the pixels themselves.

Made with Debian's python3-pil 9.4 (libjpeg-turbo 2.1):  /usr/bin/python3 scripts/make-pillow-files.py
"""

import base64
import hashlib
import io
import json
import zlib
from pathlib import Path

from PIL import Image, ImageFilter

TO = Path(__file__).resolve().parent.parent / "test" / "image" / "fixtures" / "pillow-files.json"
W, H = 19, 13


def channel(seed):
    image = Image.new("L", (W, H))
    image.putdata([(x * 13 + y * 7 * seed + (x * y * seed) % 17) % 256 for y in range(H) for x in range(W)])
    return image.filter(ImageFilter.SMOOTH)


gray = channel(1)
rgb = Image.merge("RGB", [channel(1), channel(2), channel(3)])
alpha = Image.merge("RGBA", [*rgb.split(), channel(5)])
gray_alpha = Image.merge("LA", [gray, channel(5)])
bits = gray.point(lambda v: 255 if v > 90 else 0).convert("1")
palette = rgb.quantize(16)
few = rgb.quantize(4)
deep = Image.new("I;16", (W, H))
deep.frombytes(b"".join(((x * 3001 + y * 977) % 65536).to_bytes(2, "little") for y in range(H) for x in range(W)))

cases = []


def packed(data):
    return base64.b64encode(zlib.compress(data, 9)).decode()


def case(name, format, image, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    bytes_ = file.getvalue()
    frames = []
    with Image.open(io.BytesIO(bytes_)) as read:
        for i in range(getattr(read, "n_frames", 1)):
            read.seek(i)
            wide = read.mode.startswith("I")
            pixels = (read.convert("I") if wide else read.convert("RGBA")).tobytes()
            if wide:  # 32 bits to 16
                pixels = b"".join(pixels[at : at + 2] for at in range(0, len(pixels), 4))
            if format == "GIF":  # a transparent pixel has no color
                pixels = b"".join(pixels[at : at + 4] if pixels[at + 3] else bytes(4) for at in range(0, len(pixels), 4))
            exact = {"pixels": packed(pixels)} if format == "JPEG" else {}
            frames.append({"sha256": hashlib.sha256(pixels).hexdigest(), **exact})
    cases.append({"name": name, "file": packed(bytes_), "samples": "uint16" if wide else "uint8", "frames": frames})


for mode, image in {"gray": gray, "rgb": rgb, "rgba": alpha, "gray with alpha": gray_alpha, "1 bit": bits, "palette": palette, "16 bits": deep}.items():
    case(f"PNG, {mode}", "PNG", image)
case("PNG, a palette with a transparent color", "PNG", palette, transparency=3)
case("PNG, rgb with a transparent color", "PNG", rgb, transparency=rgb.getpixel((4, 4)))
case("PNG, palette of 2 bits", "PNG", few, bits=2)
case("APNG", "PNG", rgb, save_all=True, append_images=[rgb.transpose(Image.Transpose.FLIP_LEFT_RIGHT), rgb.rotate(180)], duration=40)

for mode, image in {"gray": gray, "rgb": rgb, "1 bit": bits, "palette": palette}.items():
    case(f"BMP, {mode}", "BMP", image)

case("GIF, palette", "GIF", palette)
case("GIF, gray", "GIF", gray)
case("GIF, interlaced", "GIF", palette, interlace=1)
case("GIF, a transparent color", "GIF", palette, transparency=3)
case("GIF, frames", "GIF", palette, save_all=True, append_images=[palette.rotate(180), few.convert("P")], duration=50, disposal=2)

for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate"]:
    for mode, image in {"gray": gray, "rgb": rgb, "rgba": alpha, "16 bits": deep}.items():
        case(f"TIFF, {mode}, {compression}", "TIFF", image, compression=compression)
# refused
case("TIFF, packbits", "TIFF", gray, compression="packbits")
case("TIFF, pages", "TIFF", rgb, save_all=True, append_images=[rgb.rotate(180)])

for subsampling, name in enumerate(["4:4:4", "4:2:2", "4:2:0"]):
    case(f"JPEG, {name}", "JPEG", rgb, quality=90, subsampling=subsampling)
case("JPEG, 4:4:4, progressive", "JPEG", rgb, quality=80, subsampling=0, progressive=True)
case("JPEG, 4:2:0, progressive", "JPEG", rgb, quality=80, subsampling=2, progressive=True)
case("JPEG, 4:4:4, low quality", "JPEG", rgb, quality=20, subsampling=0, optimize=True)
case("JPEG, gray", "JPEG", gray, quality=90)
case("JPEG, gray, progressive", "JPEG", gray, quality=70, progressive=True)

TO.write_text("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")
print(len(cases), "cases,", TO.stat().st_size, "bytes")
