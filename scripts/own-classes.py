#!/usr/bin/env python3
"""The part of scripts/own-classes.ts that runs in PyTorch: trains on the images of a folder, and prints the accuracy of each seed."""

import json
import sys
from pathlib import Path

import numpy
import torch
from torch import nn

FOLDER = Path(sys.argv[1])
SETTINGS = json.loads((FOLDER / "settings.json").read_text())


def images(name):
    size = SETTINGS["size"]
    data = numpy.fromfile(FOLDER / name, dtype=numpy.uint8).reshape(-1, 3, size, size)
    return torch.from_numpy(data).float() / 255, torch.arange(len(data)) % 3


def block(inside, outside, kernel, padding):
    return [nn.Conv2d(inside, outside, kernel, padding=padding, bias=False), nn.BatchNorm2d(outside), nn.ReLU()]


def network():
    """bestNet({ channels: 3, classes: 3 })"""
    return nn.Sequential(
        *block(3, 16, 5, 2), nn.MaxPool2d(2),
        *block(16, 32, 3, 1), *block(32, 48, 3, 1), nn.MaxPool2d(2),
        *block(48, 64, 3, 1), *block(64, 64, 3, 0),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 3),
    )


def accuracy(seed):
    torch.manual_seed(seed)
    net = network()
    (x, y), (test_x, test_y) = images("train"), images("test")
    size, epochs = SETTINGS["batchSize"], SETTINGS["epochs"]
    optimizer = torch.optim.Adam(net.parameters(), lr=SETTINGS["lr"])
    steps = epochs * -(-len(x) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, SETTINGS["lr"], total_steps=steps, cycle_momentum=False)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(size):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            optimizer.step()
            schedule.step()
    net.eval()
    with torch.no_grad():
        right = sum((net(part).argmax(1) == of).sum().item() for part, of in zip(test_x.split(100), test_y.split(100)))
    return right / len(test_x)


print(json.dumps([accuracy(seed) for seed in range(1, SETTINGS["seeds"] + 1)]))
