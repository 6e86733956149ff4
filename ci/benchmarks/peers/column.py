"""Trains all stitches into one cut of a frozen receiver, with the sender's representations in memory.

Usage: column.py NETWORK CUT BATCH EXAMPLES REPRESENTATION...
A line `epochs N` on standard input trains each stitch N epochs and prints the seconds.
"""
import sys

import torch
from torch.nn.functional import cross_entropy

import networks_of_stitchflow as stitchflow
import protocol
from stitches import Stitch, channels_last, optimizer


class Column:
    def __init__(self, network, cut, batch, examples, files):
        self.receiver = stitchflow.network(network).requires_grad_(False)
        self.cut, self.batch, self.examples = cut, batch, examples
        self.sent = [channels_last(stitchflow.representation(file)[:examples]) for file in files]
        self.labels = torch.from_numpy(stitchflow.arrow_file.read(files[0])[1].astype("int64"))
        with torch.no_grad():
            shape = self.receiver(torch.zeros(1, 3, 32, 32))[1][cut].shape[1:]
        self.stitches = [Stitch(x.shape[1:], shape) for x in self.sent]
        self.descents = [optimizer(stitch) for stitch in self.stitches]

    def loss(self, stitch, x, rows):
        y = stitch(channels_last(x[rows]))
        return cross_entropy(self.receiver.after(self.cut, y)[0], self.labels[rows])

    def epochs(self, count):
        for _ in range(count):
            for rows in torch.randperm(self.examples).split(self.batch):
                for stitch, x, descent in zip(self.stitches, self.sent, self.descents):
                    descent.zero_grad(set_to_none=True)
                    self.loss(stitch, x, rows).backward()
                    descent.step()


if __name__ == "__main__":
    _, network, cut, batch, examples, *files = sys.argv
    column = Column(network, cut, int(batch), int(examples), files)
    protocol.serve({"epochs": lambda count: protocol.timed(column.epochs, count)})
