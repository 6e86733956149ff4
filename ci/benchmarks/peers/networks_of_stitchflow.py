"""Reads Stitchflow's files and builds its networks, with the code that ci/acceptance compares them by."""
import glob
import os
import sys

import numpy
import torch
from torch.nn.functional import relu

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "acceptance", "torch"))
import arrow_file  # noqa: E402
import networks  # noqa: E402
import safetensors_file  # noqa: E402

MEAN = torch.tensor([0.4914, 0.4822, 0.4465])
DEVIATION = torch.tensor([0.2470, 0.2435, 0.2616])


def images(path, device="cpu"):
    """Normalised images [examples, 3, 32, 32], channels last, and labels: of an Arrow file, or of a directory of CIFAR-10's train files."""
    if os.path.isdir(path):
        files = sorted(glob.glob(os.path.join(path, "data_batch_*.bin")))
        records = numpy.concatenate([numpy.fromfile(file, numpy.uint8).reshape(-1, 3073) for file in files])
        rows, labels = records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]
    else:
        rows, labels = arrow_file.read(path)
    rows = torch.from_numpy(rows.copy()).to(device).float() / 255
    rows = (rows - MEAN.to(device)[:, None, None]) / DEVIATION.to(device)[:, None, None]
    return rows.contiguous(memory_format=torch.channels_last), torch.from_numpy(labels.astype(numpy.int64)).to(device)


def representation(path):
    """[examples, channels, height, width], channels last."""
    return torch.from_numpy(arrow_file.read(path)[0].astype(numpy.float32)).contiguous(memory_format=torch.channels_last)


def network(path):
    """In inference mode; every weight takes a gradient."""
    return networks.load(*safetensors_file.read(path)).to(memory_format=torch.channels_last)


def blocks(net):
    """The functions that lead from an image to the last representation: the stem, then each block."""
    stages = [getattr(net, "layer%d" % stage) for stage in range(1, net.stages + 1)]
    return [lambda x: relu(net.bn1(net.conv1(x)))] + [block for stage in stages for block in stage]


def head(net, y):
    """The logits."""
    return net.fc(y.mean((2, 3)))
