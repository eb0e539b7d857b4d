"""file.py INPUT OUTPUT THREADS: OpenCV reads a picture, sharpens it, writes it; prints its highest memory in megabytes."""

import json
import re
import sys

import cv2
import numpy as np

_, source, target, threads = sys.argv
cv2.setNumThreads(int(threads))
kernel = np.float32([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
cv2.imwrite(target, cv2.filter2D(cv2.imread(source), -1, kernel))
# not by getrusage: its figure starts with what the parent held when it made the process
peak = re.search(r"VmHWM:\s*(\d+) kB", open("/proc/self/status").read())
print(json.dumps({"peak": int(peak[1]) / 1000}))
