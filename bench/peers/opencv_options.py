"""OpenCV with the options of convlab's filter that it has, each into an array that is there already."""

import cv2
import numpy as np

from filter_call import anchor_of, image_of, kernel_of, white_of

BORDERS = {
    "reflect": cv2.BORDER_REFLECT_101,
    "zero": cv2.BORDER_CONSTANT,
    "constant": cv2.BORDER_CONSTANT,
    "replicate": cv2.BORDER_REPLICATE,
    "symmetric": cv2.BORDER_REFLECT,
}


def prepare(call):
    """Returns what runs the call, and what makes an array of what that returned."""
    options, image = call["options"], image_of(call)
    stride = options.get("stride", 1)
    filtered = filter_of(call, image)
    output = options.get("output", "clamp")
    white = white_of(image)
    depth = {"abs": cv2.CV_16S, "normalize": cv2.CV_16S, "float": cv2.CV_32F}.get(output, -1)
    # the factor from the picture's units to floats is one of the weights
    scale = 1 / white if output == "float" else 1.0
    delta = options.get("bias", 0) + (128 if output == "signed" else 0)
    out = np.empty(image.shape, {"abs": np.int16, "normalize": np.int16, "float": np.float32}.get(output, image.dtype))
    last = np.empty_like(image)

    def run():
        result = filtered(out, depth, scale, delta)
        if output == "abs":
            return cv2.convertScaleAbs(result, last)
        if output == "normalize":
            return cv2.normalize(result, last, 0, white, cv2.NORM_MINMAX, cv2.CV_8U)
        if output == "clamp" and white == 1:
            np.clip(result, 0, 1, out=result)
        return np.ascontiguousarray(result[::stride, ::stride]) if stride > 1 else result

    return run, lambda result: result


def filter_of(call, image):
    options = call["options"]
    mode = options.get("paddingMode", "reflect")
    border = BORDERS[mode]
    if call.get("sobel"):
        return lambda out, depth, scale, delta: cv2.Sobel(image, depth, 1, 0, out, scale=scale, delta=delta, borderType=border)
    kernel = kernel_of(call)
    if "sigma" not in call:
        y, x = anchor_of(call, kernel)
        return lambda out, depth, scale, delta: cv2.filter2D(image, depth, kernel * np.float32(scale), out, (x, y), delta, border)
    blur = lambda source, out: cv2.GaussianBlur(source, (0, 0), call["sigma"], out, borderType=border)
    if mode != "constant":
        return lambda out, *_: blur(image, out)
    # other values than zero have to be laid around the picture
    reach = kernel.shape[0] // 2
    height, width = image.shape[:2]
    value = [options.get("paddingValue", 0)] * 3 + [white_of(image)]
    padded = np.empty((height + 2 * reach, width + 2 * reach, image.shape[2]), image.dtype)
    whole = np.empty_like(padded)

    def bordered(out, *_):
        cv2.copyMakeBorder(image, reach, reach, reach, reach, border, padded, value)
        blur(padded, whole)
        np.copyto(out, whole[reach : reach + height, reach : reach + width])
        return out

    return bordered
