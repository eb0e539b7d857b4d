"""A call of convlab's filter as numpy sees it: what row.ts calls FilterCall."""

import numpy as np

TYPES = {"Uint8ClampedArray": np.uint8, "Uint16Array": np.uint16, "Float32Array": np.float32}


def image_of(call):
    image = call["image"]
    data = np.fromfile(image["data"]["file"], TYPES[image["data"]["type"]])
    return data.reshape(image["height"], image["width"], image["channels"])


def white_of(image):
    return 1.0 if image.dtype == np.float32 else float(np.iinfo(image.dtype).max)


def kernel_of(call):
    """[kH, kW] in floats, scaled, and with zeros between its weights where it is dilated."""
    options, (rows, columns) = call["options"], call["kernel"]["shape"]
    weights = np.fromfile(call["kernel"]["data"]["file"], np.float32).reshape(rows, columns) * np.float32(options.get("scale", 1))
    step = options.get("dilation", 1)
    kernel = np.zeros(((rows - 1) * step + 1, (columns - 1) * step + 1), np.float32)
    kernel[::step, ::step] = weights
    return kernel


def anchor_of(call, kernel):
    """(y, x), cells of the kernel."""
    anchor, step = call["options"].get("anchor"), call["options"].get("dilation", 1)
    return tuple(k // 2 for k in kernel.shape) if anchor is None else (anchor * step, anchor * step)
