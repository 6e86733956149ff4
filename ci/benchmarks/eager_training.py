"""Trains a CIFAR ResNet in eager PyTorch as Stitchflow does and prints images a second of the epochs after the first.

Usage: eager_training.py CIFAR_DIRECTORY DEVICE BLOCKS WIDTH BATCH EPOCHS, such as: ... cuda 2,2,2,2 64 128 3
"""

import glob
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn.functional import cross_entropy, pad, relu

MEAN = torch.tensor([0.4914, 0.4822, 0.4465])
DEVIATION = torch.tensor([0.2470, 0.2435, 0.2616])


class Block(nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(relu(self.bn1(self.conv1(x)))))
        return relu(y + self.shortcut(x))


def resnet(blocks, width):
    layers = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    channels = width
    for stage, count in enumerate(blocks):
        for block in range(count):
            out = width << stage
            layers.append(Block(channels, out, 2 if stage > 0 and block == 0 else 1))
            channels = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


def augment(images):
    """Flips, shifts by up to 2 pixels and blanks a square of 4, each image by itself, on the device."""
    count = len(images)
    flip = torch.rand(count, device=images.device) < 0.5
    images = torch.where(flip[:, None, None, None], images.flip(3), images)
    steps = torch.arange(32, device=images.device)
    rows = torch.randint(0, 5, (count, 1), device=images.device) + steps
    columns = torch.randint(0, 5, (count, 1), device=images.device) + steps
    every = torch.arange(count, device=images.device)[:, None, None]
    images = pad(images, (2, 2, 2, 2)).permute(0, 2, 3, 1)[every, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    y = torch.randint(0, 32, (count, 1), device=images.device) - 2
    x = torch.randint(0, 32, (count, 1), device=images.device) - 2
    blank = ((steps >= y) & (steps < y + 4))[:, :, None] & ((steps >= x) & (steps < x + 4))[:, None, :]
    return images.masked_fill(blank[:, None], 0.0)


def main(directory, device, blocks, width, batch, epochs):
    records = numpy.concatenate(
        [numpy.fromfile(file, numpy.uint8).reshape(-1, 3073) for file in sorted(glob.glob(directory + "/data_batch_*.bin"))]
    )
    labels = torch.from_numpy(records[:, 0].astype(numpy.int64)).to(device)
    images = torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32)).to(device).float() / 255
    images = (images - MEAN.to(device)[:, None, None]) / DEVIATION.to(device)[:, None, None]
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False  # as Stitchflow computes
    network = resnet(blocks, width).to(device).to(memory_format=torch.channels_last)
    descent = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    for epoch in range(epochs):
        start = time.perf_counter()
        order = torch.randperm(len(images), device=device)
        steps = len(images) // batch
        for step in range(steps):
            rows = order[step * batch : (step + 1) * batch]
            inputs = augment(images[rows]).contiguous(memory_format=torch.channels_last)
            descent.zero_grad(set_to_none=True)
            loss = cross_entropy(network(inputs), labels[rows])
            loss.backward()
            descent.step()
        loss.item()  # waits for the device
        if epoch > 0:
            print(steps * batch / (time.perf_counter() - start))


if __name__ == "__main__":
    _, place, where, counts, wide, size, passes = sys.argv
    main(place, where, [int(count) for count in counts.split(",")], int(wide), int(size), int(passes))
