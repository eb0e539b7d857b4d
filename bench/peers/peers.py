"""Python's libraries as peers of the bench. One command a line on stdin, as JSON; one answer a line on stdout.

prepare {id, threads, work}: work as row.ts has it, arrays as {"file": name}
run     {id, runs}         -> {ms}: the mean of so many runs
result  {id, file}         -> {file, type}: what the last run computed, raw
dispose {id}
"""

import json
import sys
import time

import numpy as np

LIBRARY = sys.argv[1]
if LIBRARY == "cv2":
    import cv2
    import opencv_options
elif LIBRARY == "scipy":
    import scipy_options
else:
    import torch
    from torch import nn
    from torch.nn import functional as F


def array(value, dtype, shape):
    return np.fromfile(value["file"], dtype).reshape(shape)


def opencv(work):
    """Into an array that is there already. The border as convlab has it."""
    border = cv2.BORDER_REFLECT_101
    if work["kind"] == "tensor":  # the border is computed too: without it there is no such function
        x, kernel = [array(work[name]["data"], np.float32, work[name]["shape"][2:]) for name in ("x", "kernel")]
        out = np.empty_like(x)
        top, left = [k // 2 for k in kernel.shape]
        run = lambda: cv2.filter2D(x, -1, kernel, out, borderType=cv2.BORDER_REPLICATE)
        return run, lambda out: np.ascontiguousarray(out[top : x.shape[0] - top, left : x.shape[1] - left])
    if work["kind"] == "option":
        return opencv_options.prepare(work["call"])
    picture = work["picture"]
    image = array(picture["data"], np.uint8, (picture["height"], picture["width"], 4))
    out = np.empty_like(image)
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
    return run, lambda out: out


def pytorch(work):
    """Returns what runs the work, and what makes an array of what that returned."""
    values = lambda result: result.detach().numpy()
    if work["kind"] == "tensor":
        x = tensor(work["x"])
        kernels = [tensor(each) for each in work.get("vectors", [work["kernel"]])]
        convolve = F.conv3d if x.dim() == 5 else F.conv2d

        def filter():
            y = x
            for kernel in kernels:
                y = convolve(y, kernel)
            return y

        return without_gradients(filter), values
    if work["kind"] == "layer":
        return layer(work)
    net = Net()
    net.load_state_dict({name: tensor(value) for name, value in work["weights"].items()})
    images = torch.from_numpy(array(work["digits"]["images"], np.uint8, (-1, 1, 28, 28)))
    if work["task"] == "inference":
        net.eval()
        x = images.float() / 255
        return without_gradients(lambda: net(x)), values
    labels = torch.from_numpy(array(work["digits"]["labels"], np.int32, -1)).long()
    return training(net, images, labels, work), None


def layer(work):
    spec, x = work["layer"], tensor(work["x"]).requires_grad_()
    inputs = [x]
    if "weight" in work:
        weight, bias = [tensor(work[name]).requires_grad_() for name in ("weight", "bias")]
        inputs += [weight, bias]
    if spec["type"] == "conv":
        convolve = F.conv3d if x.dim() == 5 else F.conv2d
        forward = lambda: convolve(x, weight, bias, spec.get("stride", 1), spec.get("padding", 0))
    elif spec["type"] == "linear":
        forward = lambda: F.linear(x, weight, bias)
    else:
        function = {"maxPool": lambda x: F.max_pool2d(x, 2), "relu": F.relu, "logSoftmax": lambda x: F.log_softmax(x, 1)}[spec["type"]]
        forward = lambda: function(x)
    if work["direction"] == "forward":
        return forward, lambda y: y.detach().numpy()
    y, gradient = forward(), tensor(work["gradient"])
    backward = lambda: torch.autograd.grad(y, inputs, gradient, retain_graph=True)
    return backward, lambda gradients: np.concatenate([each.numpy().ravel() for each in gradients[:2]])


def training(net, images, labels, work):
    """Shuffled batches by indexing, which is quicker than a DataLoader; the loss as a sum that stays a tensor."""
    if work["task"] == "adam":
        optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
    else:
        optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)

    def run():
        net.train()
        total = torch.zeros(())
        for indices in torch.randperm(len(images)).split(work["batch"]):
            loss = F.nll_loss(net(images[indices].float() / 255), labels[indices])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
        return total

    return run


def tensor(value):
    return torch.from_numpy(array(value["data"], np.float32, value["shape"]))


def without_gradients(run):
    def inside():
        with torch.no_grad():
            return run()

    return inside


if LIBRARY == "torch":

    class Net(nn.Module):
        """The lecture's net."""

        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 4, 5, padding=2)
            self.conv2 = nn.Conv2d(4, 8, 5, padding=2)
            self.fc1 = nn.Linear(7 * 7 * 8, 512)
            self.fc2 = nn.Linear(512, 10)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.conv1(x)), 2)
            x = F.max_pool2d(F.relu(self.conv2(x)), 2)
            x = F.dropout(F.relu(self.fc1(x.view(-1, 7 * 7 * 8))), training=self.training)
            return F.log_softmax(self.fc2(x), 1)


def set_threads(count):
    if LIBRARY == "cv2":
        cv2.setNumThreads(count)
    elif LIBRARY == "torch":
        torch.set_num_threads(count)


def answer(command):
    what, number = command["do"], command["id"]
    if what == "prepare":
        set_threads(command["threads"])
        run, values = PREPARE[LIBRARY](command["work"])
        prepared[number] = {"threads": command["threads"], "run": run, "values": values}
        return {}
    if what == "dispose":
        del prepared[number]
        return {}
    it = prepared[number]
    if what == "result":
        if it["values"] is None:
            return {}
        values = np.ascontiguousarray(it["values"](it["result"]))
        values.tofile(command["file"])
        return {"file": command["file"], "type": values.dtype.name}
    set_threads(it["threads"])
    start = time.perf_counter()
    for _ in range(command["runs"]):
        it["result"] = it["run"]()
    return {"ms": (time.perf_counter() - start) * 1000 / command["runs"]}


PREPARE = {"cv2": opencv, "torch": pytorch, "scipy": lambda work: scipy_options.prepare(work["call"])}
prepared = {}
for line in sys.stdin:
    try:
        print(json.dumps(answer(json.loads(line))), flush=True)
    except Exception as error:  # the bench says so in one line and goes on
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
