#!/usr/bin/env python3
"""What scipy and native OpenCV do with the same kernels on the same pixels as ask-peers.mjs: where docs/peers.md has its facts from.

Debian's python3-opencv 4.6 and python3-scipy 1.10:  /usr/bin/python3 scripts/ask-peers.py
"""

import cv2
import numpy as np
import scipy
from scipy import ndimage, signal

print("scipy", scipy.__version__, "OpenCV", cv2.__version__)
steps = np.array([[10, 20, 40, 80, 160]] * 7, np.uint8)
edge = np.array([[10, 200, 20, 20, 20]] * 7, np.uint8)
two_right = np.zeros((5, 5))
two_right[2, 4] = 1
slope = np.array([[0.0, -1, 1]])


def ask(question, answer):
    try:
        print(f"{question:60}", answer())
    except Exception as error:  # noqa: BLE001 - whatever it says is the answer
        print(f"{question:60}", "raises", type(error).__name__, str(error).splitlines()[0][:120])


print("\nscipy.ndimage.correlate")
ask("two to the right, the default border", lambda: ndimage.correlate(steps, two_right)[3])
for mode in ("reflect", "mirror", "nearest", "wrap"):
    ask(f"two to the right, {mode}", lambda: ndimage.correlate(steps, two_right, mode=mode)[3])
ask("two to the right, constant 77", lambda: ndimage.correlate(steps, two_right, mode="constant", cval=77)[3])
ask("convolve turns it round", lambda: ndimage.convolve(steps, two_right)[3])
ask("one pixel", lambda: ndimage.correlate(np.array([[90]], np.uint8), two_right)[0])
ask("even: 1 in row 1, column 1 of 2 × 2", lambda: ndimage.correlate(steps, np.array([[0, 0], [0, 1]]))[3])
ask("the same with origin -1", lambda: ndimage.correlate(steps, np.array([[0, 0], [0, 1]]), origin=-1)[3])
ask("f(x + 1) - f(x), bytes", lambda: ndimage.correlate(edge, slope)[3])
ask("the same, output=float", lambda: ndimage.correlate(edge, slope, output=float)[3])
ask("twice 10 200 20, bytes", lambda: ndimage.correlate(edge, np.array([[2.0]]))[3])
ask("halves of 1 3 5 7 9", lambda: ndimage.correlate(np.array([[1, 3, 5, 7, 9]], np.uint8), np.array([[0.5]])))
ask("tenths of 4 6 14 16 26", lambda: ndimage.correlate(np.array([[4, 6, 14, 16, 26]], np.uint8), np.array([[0.1]])))
ask("an option that does not exist", lambda: ndimage.correlate(steps, two_right, stride=2))
ask("3 × 3 on a picture of 3 channels", lambda: ndimage.correlate(np.zeros((4, 4, 3)), np.ones((3, 3))))
ask("scipy.signal.correlate, valid", lambda: signal.correlate(steps[0].astype(float), [0, 0, 1], mode="valid"))
ask("scipy.signal.correlate, full", lambda: signal.correlate(steps[0].astype(float), [0, 0, 1], mode="full"))

print("\ncv2.filter2D")
ask("two to the right, the default border", lambda: cv2.filter2D(steps, -1, two_right)[3])
ask("two to the right, wrap", lambda: cv2.filter2D(steps, -1, two_right, borderType=cv2.BORDER_WRAP)[3])
ask("one pixel", lambda: cv2.filter2D(np.array([[90]], np.uint8), -1, two_right)[0])
ask("even: 1 in row 1, column 1 of 2 × 2", lambda: cv2.filter2D(steps, -1, np.array([[0, 0], [0, 1.0]]))[3])
ask("anchor on the first column of 0 0 1", lambda: cv2.filter2D(steps, -1, np.array([[0, 0, 1.0]]), anchor=(0, 0))[3])
ask("f(x + 1) - f(x), bytes", lambda: cv2.filter2D(edge, -1, slope)[3])
ask("the same, CV_16S", lambda: cv2.filter2D(edge, cv2.CV_16S, slope)[3])
ask("halves of 1 3 5 7 9", lambda: cv2.filter2D(np.array([[1, 3, 5, 7, 9]], np.uint8), -1, np.array([[0.5]])))
ask("an option that does not exist", lambda: cv2.filter2D(steps, -1, two_right, stride=2))
ask("a kernel of sum zero on RGBA 200", lambda: cv2.filter2D(np.full((3, 3, 4), 200, np.uint8), -1, slope)[1, 1])

print("\nresizing")
stripes = np.array([[0, 255] * 12] * 4, np.uint8)
for name in ("INTER_LINEAR", "INTER_CUBIC", "INTER_AREA", "INTER_LANCZOS4"):
    ask(f"columns 0 255 0 255 …, 24 to 8, {name}", lambda: cv2.resize(stripes, (8, 4), interpolation=getattr(cv2, name))[0])
for order in (0, 1, 3):
    ask(f"columns 0 255 0 255 …, 24 to 8, ndimage.zoom, order {order}", lambda: ndimage.zoom(stripes, (1, 1 / 3), order=order)[0])
ask("0 0 255 255 to 8, ndimage.zoom", lambda: ndimage.zoom(np.array([[0, 0, 255, 255]] * 4, np.uint8), (1, 2))[0])
ask("the same with grid_mode", lambda: ndimage.zoom(np.array([[0, 0, 255, 255]] * 4, np.uint8), (1, 2), grid_mode=True, mode="nearest")[0])
