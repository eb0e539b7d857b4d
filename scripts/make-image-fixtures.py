#!/usr/bin/env python3
"""Pictures that libjpeg and libtiff wrote, for test/image, and beside the JPEGs what OpenCV reads from them.

Made with Debian's python3-opencv 4.6:  /usr/bin/python3 scripts/make-image-fixtures.py
"""

from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).resolve().parent.parent / "test" / "image" / "fixtures"
HERE.mkdir(exist_ok=True)

y, x = np.mgrid[0:21, 0:29]
scene = np.stack([40 + 7 * x, 30 + 9 * y, 200 - 4 * x - 3 * y], axis=2).clip(0, 255).astype(np.uint8)
gray = scene[:, :, 1]


def write(name, image, *options):
    cv2.imwrite(str(HERE / name), image, list(options))


def read_back(name, to):
    cv2.imwrite(str(HERE / to), cv2.imread(str(HERE / name), cv2.IMREAD_UNCHANGED))


write("scene.png", scene)
write("scene16.png", scene.astype(np.uint16) * 250 + 77)
write("baseline.jpg", scene, cv2.IMWRITE_JPEG_QUALITY, 95)
write("progressive.jpg", scene, cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
write("restarts.jpg", scene, cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_RST_INTERVAL, 1)
write("gray.jpg", gray, cv2.IMWRITE_JPEG_QUALITY, 95)
write("gray-restarts.jpg", gray, cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_RST_INTERVAL, 5)
read_back("baseline.jpg", "color.png")
read_back("gray.jpg", "gray.png")
# libtiff's LZW with horizontal differences, which is what OpenCV writes unless told otherwise
write("scene.tiff", scene)
write("scene16.tiff", scene.astype(np.uint16) * 250 + 77)
write("scene.bmp", scene)
