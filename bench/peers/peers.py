"""Python's libraries as peers of the bench. One command a line on stdin, as JSON; one answer a line on stdout.

prepare {id, threads, work}: work as row.ts has it, arrays as {"file": name}
run     {id, runs}         -> {ms}: the mean of so many runs
result  {id, file}         -> {file, floats}: what the last run computed, raw
dispose {id}
"""

import json
import sys
import time

import numpy as np

LIBRARY = sys.argv[1]
if LIBRARY == "cv2":
    import cv2
else:
    import torch


def array(value, dtype, shape):
    return np.fromfile(value["file"], dtype).reshape(shape)


def opencv(work):
    """Into an array that is there already. The border as convlab has it."""
    picture = work["picture"]
    image = array(picture["data"], np.uint8, (picture["height"], picture["width"], 4))
    out = np.empty_like(image)
    border = cv2.BORDER_REFLECT_101
    if work["kind"] == "sobel":

        def run():
            gx = cv2.Sobel(image, cv2.CV_32F, 1, 0, borderType=border)
            gy = cv2.Sobel(image, cv2.CV_32F, 0, 1, borderType=border)
            return cv2.convertScaleAbs(cv2.magnitude(gx, gy, gx), out, 0.25)
    elif "sigma" in work:
        run = lambda: cv2.GaussianBlur(image, (0, 0), work["sigma"], out, borderType=border)
    elif "box" in work:
        run = lambda: cv2.blur(image, (work["box"], work["box"]), out, borderType=border)
    else:
        kernel = array(work["kernel"]["data"], np.float32, work["kernel"]["shape"])
        run = lambda: cv2.filter2D(image, -1, kernel, out, borderType=border)
    return run


def answer(command):
    what, number = command["do"], command["id"]
    if what == "prepare":
        prepared[number] = [command["threads"], opencv(command["work"]), None]
        return {}
    if what == "dispose":
        del prepared[number]
        return {}
    threads, run, result = prepared[number]
    if what == "result":
        result.tofile(command["file"])
        return {"file": command["file"], "floats": result.dtype == np.float32}
    cv2.setNumThreads(threads)
    start = time.perf_counter()
    for _ in range(command["runs"]):
        result = run()
    ms = (time.perf_counter() - start) * 1000 / command["runs"]
    prepared[number][2] = result
    return {"ms": ms}


prepared = {}
for line in sys.stdin:
    try:
        print(json.dumps(answer(json.loads(line))), flush=True)
    except Exception as error:  # the bench says so in one line and goes on
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
