"""Trains a CIFAR ResNet in eager PyTorch with channels last, by Stitchflow's recipe.

Usage: training.py IMAGES DEVICE BLOCKS WIDTH BATCH, such as: training.py cifar-10-batches-bin cuda 2,2,2,2 64 128
A line `steps N` on standard input trains N steps and prints their seconds.
"""
import sys

import torch
from torch.nn.functional import cross_entropy, pad

import networks_of_stitchflow as stitchflow
import protocol


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


class Training:
    def __init__(self, path, device, blocks, width, batch):
        self.images, self.labels = stitchflow.images(path, device)
        self.batch = batch
        self.network = stitchflow.networks.ResNet(blocks, width).to(device).to(memory_format=torch.channels_last)
        self.descent = torch.optim.SGD(self.network.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
        self.batches = iter(())

    def next_rows(self):
        """Of a shuffled epoch, without its last, smaller batch."""
        for rows in self.batches:
            if len(rows) == self.batch:
                return rows
        self.batches = iter(torch.randperm(len(self.images), device=self.images.device).split(self.batch))
        return next(self.batches)

    def steps(self, count):
        for _ in range(count):
            rows = self.next_rows()
            inputs = augment(self.images[rows]).contiguous(memory_format=torch.channels_last)
            self.descent.zero_grad(set_to_none=True)
            loss = cross_entropy(self.network(inputs)[0], self.labels[rows])
            loss.backward()
            self.descent.step()
        loss.item()  # waits for the device


if __name__ == "__main__":
    _, path, device, blocks, width, batch = sys.argv
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False  # as Stitchflow computes
    training = Training(path, device, [int(count) for count in blocks.split(",")], int(width), int(batch))
    protocol.serve({"steps": lambda count: protocol.timed(training.steps, count)})
