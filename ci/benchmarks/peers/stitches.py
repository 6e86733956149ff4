"""Stitches between maps as modules of PyTorch, and how they are trained."""
import torch
from torch import nn
from torch.nn.functional import interpolate


class Stitch(nn.Module):
    """A convolution that joins maps of one size or a larger map to a smaller one; before nearest upsampling it joins a smaller map to a larger one."""

    def __init__(self, sender, receiver):
        """Shapes [channels, height, width]."""
        super().__init__()
        ratio = max(1, sender[1] // receiver[1])
        self.scale = max(1, receiver[1] // sender[1])
        self.conv = nn.Conv2d(sender[0], receiver[0], ratio, ratio).to(memory_format=torch.channels_last)

    def forward(self, x):
        y = self.conv(x)
        return y if self.scale == 1 else interpolate(y, scale_factor=self.scale)


def optimizer(stitch, rate=0.01):
    return torch.optim.SGD(stitch.parameters(), lr=rate, momentum=0.9)


def channels_last(x):
    return x.contiguous(memory_format=torch.channels_last)
