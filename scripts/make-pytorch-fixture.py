#!/usr/bin/env python3
"""What PyTorch computes, as safetensors files in test/cnn/fixtures, packed by gzip:

conv-net.safetensors.gz     the state_dict of the lecture's network. Its weights repeat every 1009 numbers, so that they pack well
conv-net-run.safetensors.gz what that network makes of drawn digits: outputs, gradients, and the loss of 50 steps of SGD and of Adam
operations.safetensors.gz   layers, losses and optimizers, one by one: inputs, outputs, gradients, states. The metadata list
                            the cases and how to make each layer

Debian has PyTorch but no safetensors for Python, so the format is written here: the header's length in 8 bytes, the header
as JSON, the numbers.

Made with Debian's python3-torch 1.13:  /usr/bin/python3 scripts/make-pytorch-fixture.py
"""

import gzip
import json
import struct
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

HERE = Path(__file__).resolve().parent.parent / "test" / "cnn" / "fixtures"
DTYPES = {torch.float32: "F32", torch.int64: "I64", torch.uint8: "U8"}

torch.manual_seed(1)
torch.set_num_threads(1)


def save(name, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for key, value in tensors.items():
        raw = value.detach().contiguous().numpy().tobytes()
        header[key] = {"dtype": DTYPES[value.dtype], "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(HERE / name, "wb") as file:
        file.write(gzip.compress(struct.pack("<Q", len(text)) + text + data, 9, mtime=0))


class ConvNet(nn.Module):
    """The lecture's network, without dropout."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 5, padding=2)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(4, 8, 5, padding=2)
        self.fc1 = nn.Linear(7 * 7 * 8, 512)
        self.fc2 = nn.Linear(512, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.view(-1, 7 * 7 * 8)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


def drawn_digits(count):
    """A bar for each class, turned by it, somewhere near the middle, in noise. Bytes, [count, 1, 28, 28]."""
    labels = torch.randint(10, (count,))
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    images = []
    for label in labels:
        angle = label * torch.pi / 10
        shift = torch.randint(-4, 5, (2,)) + 13.5
        distance = (rows - shift[0]) * torch.cos(angle) + (columns - shift[1]) * torch.sin(angle)
        image = 200 * (distance.abs() < 2) + 6 * torch.randint(9, (28, 28))
        images.append(image.to(torch.uint8))
    return torch.stack(images)[:, None], labels


def conv_net():
    net = ConvNet()
    period = 2 * torch.rand(1009) - 1
    with torch.no_grad():
        for weight in net.parameters():
            fan_in = weight[0].numel() if weight.dim() > 1 else 100
            weight.copy_((period[torch.arange(weight.numel()) % 1009] / fan_in**0.5).reshape(weight.shape))
    start = {name: value.clone() for name, value in net.state_dict().items()}
    save("conv-net.safetensors.gz", start, {"format": "pt"})

    images, labels = drawn_digits(64)
    run = {"images": images, "labels": labels}
    batches = [(images[i : i + 16] / 255, labels[i : i + 16]) for i in range(0, 64, 16)]
    x, y = batches[0]
    output = net(x)
    run["output"] = output
    F.nll_loss(output, y).backward()
    for name, weight in net.named_parameters():
        # of 200,704 gradients every 101st
        run[f"gradient/{name}"] = weight.grad.flatten()[::101].clone() if name == "fc1.weight" else weight.grad.clone()

    for name, make in {
        "sgd": lambda: torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9),
        "adam": lambda: torch.optim.Adam(net.parameters(), lr=0.001),
    }.items():
        net.load_state_dict(start)
        run[f"losses/{name}"] = losses_of(net, make(), batches, F.nll_loss, 50)
    save("conv-net-run.safetensors.gz", run, {})


def losses_of(net, optimizer, batches, loss_of, steps):
    losses = []
    for step in range(steps):
        x, y = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = loss_of(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return torch.tensor(losses)


def layer(kind, *args):
    return {"type": kind, "arguments": list(args)} if args else {"type": kind}


# name, PyTorch's module, ours, input shape
LAYERS = [
    (
        "a small net",
        nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(24, 3)),
        layer(
            "Sequential",
            [layer("Conv2d", 1, 2, 3, {"padding": 1}), layer("ReLU"), layer("MaxPool2d", 2), layer("Flatten"), layer("Linear", 24, 3)],
        ),
        [2, 1, 8, 6],
    ),
    (
        "Conv1d",
        nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2, bias=False),
        layer("Conv1d", 4, 6, 3, {"stride": 2, "padding": 2, "dilation": 2, "groups": 2, "bias": False}),
        [2, 4, 11],
    ),
    ("Conv2d same", nn.Conv2d(2, 3, (3, 2), padding="same"), layer("Conv2d", 2, 3, [3, 2], {"padding": "same"}), [2, 2, 5, 6]),
    *(
        (
            f"Conv2d {theirs}",
            nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode=theirs),
            layer("Conv2d", 2, 3, 3, {"padding": [2, 1], "paddingMode": ours}),
            [2, 2, 5, 6],
        )
        for theirs, ours in {"reflect": "reflect", "replicate": "replicate", "circular": "wrap"}.items()
    ),
    ("Conv3d", nn.Conv3d(2, 3, 2, stride=(1, 2, 1), padding=1), layer("Conv3d", 2, 3, 2, {"stride": [1, 2, 1], "padding": 1}), [1, 2, 3, 4, 3]),
    (
        "ConvTranspose2d",
        nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1),
        layer("ConvTranspose2d", 4, 3, 3, {"stride": 2, "padding": 1, "outputPadding": 1}),
        [2, 4, 3, 4],
    ),
    (
        "ConvTranspose2d in groups",
        nn.ConvTranspose2d(4, 6, (2, 3), stride=(1, 2), dilation=2, groups=2, bias=False),
        layer("ConvTranspose2d", 4, 6, [2, 3], {"stride": [1, 2], "dilation": 2, "groups": 2, "bias": False}),
        [2, 4, 3, 4],
    ),
    ("MaxPool2d", nn.MaxPool2d(3, stride=2, padding=1), layer("MaxPool2d", 3, {"stride": 2, "padding": 1}), [2, 3, 6, 7]),
    ("AvgPool2d", nn.AvgPool2d(3, stride=2, padding=1), layer("AvgPool2d", 3, {"stride": 2, "padding": 1}), [2, 3, 6, 7]),
    (
        "AvgPool2d without padding counted",
        nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False),
        layer("AvgPool2d", 3, {"stride": 2, "padding": 1, "countIncludePad": False}),
        [2, 3, 6, 7],
    ),
    ("AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d((3, 4)), layer("AdaptiveAvgPool", [3, 4]), [2, 3, 7, 10]),
    ("BatchNorm1d", nn.BatchNorm1d(3), layer("BatchNorm1d", 3), [6, 3]),
    ("BatchNorm2d", nn.BatchNorm2d(3, eps=1e-3, momentum=0.2), layer("BatchNorm2d", 3, {"eps": 1e-3, "momentum": 0.2}), [4, 3, 3, 2]),
    ("BatchNorm2d in evaluation", nn.BatchNorm2d(3).eval(), layer("BatchNorm2d", 3), [4, 3, 3, 2]),
    ("GELU", nn.GELU(), layer("GELU"), [2, 20]),
    ("LeakyReLU", nn.LeakyReLU(0.2), layer("LeakyReLU", 0.2), [2, 20]),
    ("Sigmoid", nn.Sigmoid(), layer("Sigmoid"), [2, 20]),
    ("Tanh", nn.Tanh(), layer("Tanh"), [2, 20]),
    ("Softmax", nn.Softmax(dim=1), layer("Softmax"), [2, 5, 3]),
    ("LogSoftmax", nn.LogSoftmax(dim=1), layer("LogSoftmax"), [2, 5, 3]),
]

# name, loss, ours, output, target
LOSSES = [
    ("nll", F.nll_loss, "NLLLoss", {}, F.log_softmax(torch.randn(6, 5), 1), torch.randint(5, (6,))),
    ("cross entropy", F.cross_entropy, "CrossEntropyLoss", {}, 3 * torch.randn(6, 5), torch.randint(5, (6,))),
    (
        "cross entropy, smoothed, of every cell",
        lambda x, y: F.cross_entropy(x, y, label_smoothing=0.2),
        "CrossEntropyLoss",
        {"labelSmoothing": 0.2},
        3 * torch.randn(2, 5, 3),
        torch.randint(5, (2, 3)),
    ),
    ("mean squared error", F.mse_loss, "MSELoss", {}, torch.randn(4, 3), torch.randn(4, 3)),
    ("binary cross entropy", F.binary_cross_entropy_with_logits, "BCEWithLogitsLoss", {}, 5 * torch.randn(4, 3), torch.rand(4, 3)),
]

# name, PyTorch's optimizer, ours
OPTIMIZERS = [
    ("SGD", torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.1}),
    ("SGD", torch.optim.SGD, {"lr": 0.1, "momentum": 0.8}),
    ("SGD", torch.optim.SGD, {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    ("Adam", torch.optim.Adam, {"lr": 0.1, "betas": [0.8, 0.9], "weight_decay": 0.1}),
    ("AdamW", torch.optim.AdamW, {"lr": 0.1, "weight_decay": 0.3}),
    ("RMSprop", torch.optim.RMSprop, {"lr": 0.02}),
    ("RMSprop", torch.optim.RMSprop, {"lr": 0.02, "alpha": 0.9, "eps": 1e-3, "momentum": 0.5, "weight_decay": 0.1}),
]


def operations():
    tensors, cases = {}, {"layers": [], "losses": [], "optimizers": []}

    def keep(case, **values):
        for name, value in values.items():
            if isinstance(value, dict):
                keep(f"{case}/{name}", **value)
            else:
                tensors[f"{case}/{name}"] = value.detach().clone()

    for name, module, architecture, shape in LAYERS:
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            with torch.no_grad():
                for value in (module.weight, module.bias, module.running_mean):
                    value.copy_(torch.randn(value.shape))
                module.running_var.copy_(torch.rand(module.running_var.shape) + 0.5)
        x = torch.randn(shape, requires_grad=True)
        state = {key: value.clone() for key, value in module.state_dict().items()}
        output = module(x)
        upstream = torch.randn(output.shape)
        output.backward(upstream)
        gradients = {key: weight.grad for key, weight in module.named_parameters()}
        keep(name, x=x, state=state, output=output, upstream=upstream, x_gradient=x.grad, gradient=gradients, after=module.state_dict())
        cases["layers"].append({"name": name, "architecture": architecture, "training": module.training})

    for name, loss_of, kind, options, output, target in LOSSES:
        output.requires_grad_()
        loss = loss_of(output, target)
        loss.backward()
        keep(name, output=output, target=target, loss=loss, gradient=output.grad)
        cases["losses"].append({"name": name, "type": kind, "options": options})

    x, y = torch.randn(8, 3), torch.randn(8, 2)
    start = nn.Linear(3, 2).state_dict()
    tensors.update({"optimizers/x": x, "optimizers/y": y, **{f"optimizers/state/{key}": value.clone() for key, value in start.items()}})
    for kind, make, options in OPTIMIZERS:
        net = nn.Linear(3, 2)
        net.load_state_dict(start)
        name = f"{kind} {json.dumps(options)}"
        losses = losses_of(net, make(net.parameters(), **options), [(x, y)], F.mse_loss, 10)
        keep(name, losses=losses, after=net.state_dict())
        ours = {{"weight_decay": "weightDecay"}.get(key, key): value for key, value in options.items()}
        cases["optimizers"].append({"name": name, "type": kind, "options": ours})

    save("operations.safetensors.gz", tensors, {"cases": json.dumps(cases)})


conv_net()
operations()
