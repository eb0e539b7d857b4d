#!/usr/bin/env python3
"""What OpenCV, scipy and scikit-image make of the catalogue's filters, in test/filters/catalogue/fixtures:
photo.png, 96 × 72 gray pixels of scikit-image's astronaut (NASA, public domain); results.png, one field for each case, one
below the other; cases.json, which lists them; kernels.json, weights computed without convlab.

Made with Debian's python3-opencv 4.6, python3-scipy 1.10 and python3-skimage 0.19:  /usr/bin/python3 scripts/make-catalogue-fixture.py
"""

import json
import math
from pathlib import Path

import cv2
import numpy as np
from scipy import ndimage, special
from skimage import data, feature, filters

HERE = Path(__file__).resolve().parent.parent / "test/filters/catalogue/fixtures"
HERE.mkdir(parents=True, exist_ok=True)
photo = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)[20:164:2, 160:352:2]  # face, hair, flag: sharp at this size
cv2.imwrite(str(HERE / "photo.png"), photo, [cv2.IMWRITE_PNG_COMPRESSION, 9])
f = photo.astype(np.float64)
height, width = photo.shape


# --- kernels ---------------------------------------------------------------------------------------------------------


def impulse(operation, radius, rank=2):
    """The kernel of a correlation: what it makes of a point, turned round."""
    point = np.zeros([2 * radius + 1] * rank)
    point[(radius,) * rank] = 1
    return np.flip(operation(point))


def supersampled(inside, half_y, half_x, n=256):
    """The share of each pixel that lies inside, by n × n points, each somewhere in its own cell: rows of them would lie along edges."""
    random = np.random.default_rng(1)
    fine = lambda half: (np.arange((2 * half + 1) * n) + 0.5) / n - half - 0.5
    y, x = np.meshgrid(fine(half_y), fine(half_x), indexing="ij")
    x, y = (each + (random.random(each.shape) - 0.5) / n for each in (x, y))
    shares = inside(x, y).reshape(2 * half_y + 1, n, 2 * half_x + 1, n).mean(axis=(1, 3))
    return shares / shares.sum()


def stroke(length, angle):
    c, s = math.cos(math.radians(angle)), -math.sin(math.radians(angle))
    inside = lambda x, y: (abs(x * c + y * s) <= length / 2) & (abs(y * c - x * s) <= 0.5)
    reach = lambda along, across: max(0, math.ceil(abs(along) * length / 2 + abs(across) / 2 - 0.5 - 1e-9))
    return supersampled(inside, reach(s, c), reach(c, s))


def gabor(wavelength, orientation, phase, gamma=0.5):
    """OpenCV's kernel, which is stored turned round and has y upwards, with sum 0 and gain 1."""
    sigma = wavelength * 3 / math.pi * math.sqrt(math.log(2) / 2)
    radius = round(3 * sigma / gamma)
    side = (2 * radius + 1, 2 * radius + 1)
    theta, psi = math.radians(-orientation), math.radians(phase)
    g = np.flip(cv2.getGaborKernel(side, sigma, theta, wavelength, gamma, psi))
    bell = np.flip(cv2.getGaborKernel(side, sigma, theta, 1e12, gamma, 0))
    # a bell so wide that it is 1 everywhere leaves the wave alone
    wave = np.flip(cv2.getGaborKernel(side, 1e9, theta, wavelength, 1, psi))
    g = g - bell * g.sum() / bell.sum()
    return g / (g * wave).sum()


def pascal(n):
    return special.binom(n - 1, np.arange(n)) / 2 ** (n - 1)


KERNELS = {
    "gaussian 1": impulse(lambda p: ndimage.gaussian_filter(p, 1, mode="constant"), 4),
    "gaussian 2.3": impulse(lambda p: ndimage.gaussian_filter(p, 2.3, mode="constant"), 9),
    "gaussian [0.5, 3]": impulse(lambda p: ndimage.gaussian_filter(p, (0.5, 3), mode="constant"), 12)[10:-10],
    "gaussian 1.5 size 7": np.outer(cv2.getGaussianKernel(7, 1.5), cv2.getGaussianKernel(7, 1.5)),
    "gaussian1d 1.7": impulse(lambda p: ndimage.gaussian_filter(p, 1.7, mode="constant"), 7, 1),
    "gaussian3d 0.8": impulse(lambda p: ndimage.gaussian_filter(p, 0.8, mode="constant"), 3, 3),
    "gaussian3d [1, 0.5, 0.7]": impulse(lambda p: ndimage.gaussian_filter(p, (1, 0.5, 0.7), mode="constant"), 4, 3)[:, 2:-2, 1:-1],
    "binomial 2": np.outer(pascal(2), pascal(2)),
    "binomial 5": np.outer(pascal(5), pascal(5)),
    "binomial 8": np.outer(pascal(8), pascal(8)),
    "disk 1": supersampled(lambda x, y: x**2 + y**2 <= 1, 1, 1),
    "disk 2.7": supersampled(lambda x, y: x**2 + y**2 <= 2.7**2, 3, 3),
    "disk 5": supersampled(lambda x, y: x**2 + y**2 <= 25, 5, 5),
    "motion 9 0": np.full((1, 9), 1 / 9),
    "motion 4 90": stroke(4, 90),
    "motion 9 45": stroke(9, 45),
    "motion 12.6 -45": stroke(12.6, -45),
    "motion 7.5 20": stroke(7.5, 20),
    "motion 15 160": stroke(15, 160),
    "gabor 4 30 0": gabor(4, 30, 0),
    "gabor 5 -70 90": gabor(5, -70, 90),
    "laplacian-of-gaussian 1": impulse(lambda p: ndimage.gaussian_laplace(p, 1, mode="constant"), 4),
    "laplacian-of-gaussian 2.5": impulse(lambda p: ndimage.gaussian_laplace(p, 2.5, mode="constant"), 10),
    "difference-of-gaussians 1 1.6": impulse(lambda p: filters.difference_of_gaussians(p, 1, 1.6, mode="constant"), 6),
    "difference-of-gaussians 1.5 2": impulse(lambda p: filters.difference_of_gaussians(p, 1.5, 2, mode="constant"), 8),
    "high-pass 1.5": impulse(lambda p: p - ndimage.gaussian_filter(p, 1.5, mode="constant"), 6),
    "sobel-x": impulse(lambda p: ndimage.sobel(p, 1, mode="constant"), 1),
    "sobel-y": impulse(lambda p: ndimage.sobel(p, 0, mode="constant"), 1),
    "scharr-x": impulse(lambda p: cv2.Scharr(p, cv2.CV_64F, 1, 0, borderType=cv2.BORDER_CONSTANT), 1),
    "scharr-y": impulse(lambda p: cv2.Scharr(p, cv2.CV_64F, 0, 1, borderType=cv2.BORDER_CONSTANT), 1),
    "prewitt-x": impulse(lambda p: ndimage.prewitt(p, 1, mode="constant"), 1),
    "prewitt-y": impulse(lambda p: ndimage.prewitt(p, 0, mode="constant"), 1),
    "laplacian-4": impulse(lambda p: ndimage.laplace(p, mode="constant"), 1),
    "laplacian-3d": impulse(lambda p: ndimage.laplace(p, mode="constant"), 1, 3),
    "sobel3d z": impulse(lambda p: ndimage.sobel(p, 0, mode="constant"), 1, 3),
    "sobel3d y": impulse(lambda p: ndimage.sobel(p, 1, mode="constant"), 1, 3),
    "sobel3d x": impulse(lambda p: ndimage.sobel(p, 2, mode="constant"), 1, 3),
}
significant = lambda values: [float(f"{value:.6g}") for value in np.ravel(values)]
lines = ",\n  ".join(f"{json.dumps(name)}: {json.dumps({'shape': k.shape, 'weights': significant(k)})}" for name, k in KERNELS.items())
(HERE / "kernels.json").write_text(f"{{\n  {lines}\n}}\n")

# --- pictures --------------------------------------------------------------------------------------------------------


def clamp(values):
    return np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8)


def signed(values):
    return clamp(values + 128)


def magnitude(x, y, step):
    return clamp(np.hypot(x, y) / step)


def pair(operator):
    return [operator(f, axis=axis, mode="mirror") for axis in (1, 0)]


def compass(first, step):
    """The eight kernels by turning the ring of neighbors, the largest answer of all."""
    ring = [(1, 2), (0, 2), (0, 1), (0, 0), (1, 0), (2, 0), (2, 1), (2, 2)]
    answers = []
    for turn in range(8):
        kernel = np.zeros((3, 3))
        for i, cell in enumerate(ring):
            kernel[ring[(i + turn) % 8]] = first[i]
        answers.append(cv2.filter2D(f, cv2.CV_64F, kernel))
    return clamp(np.max(answers, axis=0) / step)


def scharr_pair():
    return [cv2.Scharr(f, cv2.CV_64F, *order) for order in ((1, 0), (0, 1))]


def local(statistic, size):
    return ndimage.generic_filter(f, statistic, size, mode="mirror")


def unsharp(radius, amount, threshold):
    detail = f - ndimage.gaussian_filter(f, radius, mode="mirror")
    return clamp(np.where(abs(detail) > threshold, f + amount * detail, f))


def lit(degrees):
    """The slope that rises away from the light."""
    x, y = pair(ndimage.sobel)
    return (math.sin(math.radians(degrees)) * y - math.cos(math.radians(degrees)) * x) / math.sqrt(2)


def roberts():
    """scikit-image's answers stand at the upper left of the four pixels, ours at the lower right."""
    return clamp(filters.roberts(np.pad(f, 1, mode="reflect"))[:-2, :-2])


KIRSCH, ROBINSON = [5, 5, -3, -3, -3, -3, -3, 5], [2, 1, 0, -1, -2, -1, 0, 1]
mirror = {"mode": "mirror"}
CASES = [
    # name, parameters, options, result
    ("box", [5], {}, cv2.blur(photo, (5, 5))),
    ("box", [15], {"paddingMode": "replicate"}, cv2.blur(photo, (15, 15), borderType=cv2.BORDER_REPLICATE)),
    ("gaussian", [1], {}, clamp(ndimage.gaussian_filter(f, 1, **mirror))),
    ("gaussian", [3.3], {"paddingMode": "symmetric"}, clamp(ndimage.gaussian_filter(f, 3.3, mode="reflect"))),
    ("gaussian", [2], {"paddingMode": "zero"}, clamp(ndimage.gaussian_filter(f, 2, mode="constant"))),
    ("gaussian", [2], {"paddingMode": "wrap"}, clamp(ndimage.gaussian_filter(f, 2, mode="wrap"))),
    ("binomial", [5], {}, cv2.filter2D(photo, -1, np.outer(pascal(5), pascal(5)))),
    ("disk", [4], {}, cv2.filter2D(photo, -1, supersampled(lambda x, y: x**2 + y**2 <= 16, 4, 4))),
    ("motion-blur", [13, 30], {}, cv2.filter2D(photo, -1, stroke(13, 30))),
    ("motion-diagonal", [], {}, cv2.filter2D(photo, -1, np.eye(9) / 9)),
    ("sharpen", [1], {}, cv2.filter2D(photo, -1, np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]))),
    ("high-pass", [3], {}, signed(f - ndimage.gaussian_filter(f, 3, **mirror))),
    ("emboss", [135, 1], {}, signed(sum(pair(ndimage.sobel)) / 2)),
    ("emboss", [-20, 0.5], {}, signed(lit(-20) * 0.5)),
    ("laplacian-4", [], {}, cv2.convertScaleAbs(cv2.Laplacian(photo, cv2.CV_16S, ksize=1))),
    ("laplacian-8", [], {}, clamp(abs(cv2.filter2D(f, -1, np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]]))))),
    ("laplacian-of-gaussian", [1.4], {}, signed(ndimage.gaussian_laplace(f, 1.4, **mirror))),
    ("difference-of-gaussians", [1, 3], {}, signed(filters.difference_of_gaussians(f, 1, 3, mode="mirror"))),
    ("gabor", [6, 30, 0], {}, signed(cv2.filter2D(f, -1, gabor(6, 30, 0)))),
    ("unsharp-mask", [2, 1.5, 0], {"paddingMode": "symmetric"}, clamp(filters.unsharp_mask(f, 2, 1.5, preserve_range=True))),
    ("unsharp-mask", [1, 2, 6], {}, unsharp(1, 2, 6)),
    ("sobel-edges", [], {}, magnitude(*pair(ndimage.sobel), 4)),
    ("sobel-edges", [], {"paddingMode": "symmetric"}, clamp(filters.sobel(f) * math.sqrt(2))),
    ("prewitt-edges", [], {}, magnitude(*pair(ndimage.prewitt), 3)),
    ("scharr-edges", [], {}, magnitude(*scharr_pair(), 16)),
    ("roberts-edges", [], {}, roberts()),
    ("kirsch-edges", [], {}, compass(KIRSCH, 15)),
    ("robinson-edges", [], {}, compass(ROBINSON, 4)),
    ("local-mean", [7], {}, clamp(local(np.mean, 7))),
    ("local-variance", [7], {}, clamp(local(np.var, 7) / 255)),
    ("local-standard-deviation", [3], {}, clamp(local(np.std, 3))),
]

# Canny: white where both see an edge. scikit-image's thresholds are ours times 4 (at 0…1), OpenCV's ours times 4 · 255.
def canny_skimage(sigma, low, high):
    return feature.canny(f / 255, sigma, low * 4, high * 4, mode="mirror").astype(np.uint8) * 255


def canny_opencv(low, high):
    return cv2.Canny(photo, low * 1020, high * 1020, L2gradient=True)


CANNY = [
    ("scikit-image", [1, 0.05, 0.1], canny_skimage(1, 0.05, 0.1)),
    ("scikit-image", [2, 0.03, 0.06], canny_skimage(2, 0.03, 0.06)),
    ("OpenCV", [0, 0.1, 0.2], canny_opencv(0.1, 0.2)),
    ("OpenCV", [0, 0.2, 0.4], canny_opencv(0.2, 0.4)),
]

cv2.imwrite(str(HERE / "results.png"), np.vstack([result for *_, result in [*CASES, *CANNY]]), [cv2.IMWRITE_PNG_COMPRESSION, 9])
entries = lambda rows: "[\n    " + ",\n    ".join(json.dumps(row) for row in rows) + "\n  ]"
cases = [{"name": name, "parameters": parameters, "options": options} for name, parameters, options, _ in CASES]
edges = [{"by": by, "parameters": parameters} for by, parameters, _ in CANNY]
(HERE / "cases.json").write_text(f'{{\n  "cases": {entries(cases)},\n  "canny": {entries(edges)}\n}}\n')
