"""scipy.ndimage with the options of convlab's filter that it has: sums in floats, and numpy for the rest."""

import numpy as np
from scipy import ndimage

from filter_call import anchor_of, image_of, kernel_of, white_of

MODES = {"reflect": "mirror", "zero": "constant", "constant": "constant", "replicate": "nearest", "symmetric": "reflect", "wrap": "wrap"}


def prepare(call):
    """Returns what runs the call, and what makes an array of what that returned."""
    options, image = call["options"], image_of(call)
    border = {"mode": MODES[options.get("paddingMode", "reflect")], "cval": options.get("paddingValue", 0)}
    kernel = kernel_of(call)
    origin = [anchor - k // 2 for anchor, k in zip(anchor_of(call, kernel), kernel.shape)]
    sums = np.empty(image.shape, np.float32)
    stride = options.get("stride", 1)

    def run():
        if "sigma" in call:
            ndimage.gaussian_filter(image, (call["sigma"], call["sigma"], 0), output=sums, **border)
        else:
            ndimage.correlate(image, kernel[:, :, None], output=sums, origin=(*origin, 0), **border)
        return samples(sums[::stride, ::stride], options, image)

    return run, lambda result: result


def samples(values, options, image):
    white, output = white_of(image), options.get("output", "clamp")
    values = values + np.float32(options.get("bias", 0))
    if output == "float":
        return values / np.float32(white)
    if output == "abs":
        values = np.abs(values)
    if output == "signed":
        values = values + np.float32((white + 1) / 2)
    if output == "normalize":
        colors = values[..., :3]
        values = (values - colors.min()) * (white / (colors.max() - colors.min()))
    if output == "16bit":
        values, white = values * np.float32(65535 / white), 65535.0
    if image.dtype == np.float32 and output != "16bit":
        return np.clip(values, 0, white)
    return np.floor(np.clip(values, 0, white) + 0.5).astype(np.uint16 if output == "16bit" else image.dtype)
