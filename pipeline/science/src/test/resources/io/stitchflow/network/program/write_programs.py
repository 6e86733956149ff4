"""Writes the TorchScript files beside it, with Debian's PyTorch 1.13.1: python3 write_programs.py"""
import os
import sys
import zipfile

import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, *[".."] * 8, "docs"))
from export_program import chain, export, vit  # noqa: E402


def small(seed):
    """A network whose normalisations have statistics of their own."""
    torch.manual_seed(seed)
    model = nn.Sequential()
    for name, layer in {
        "conv1": nn.Conv2d(3, 4, 3, padding=1),
        "bn1": nn.BatchNorm2d(4),
        "relu1": nn.ReLU(inplace=True),
        "conv2": nn.Conv2d(4, 6, 3, stride=2, padding=1, bias=False),
        "bn2": nn.BatchNorm2d(6),
        "relu2": nn.ReLU(inplace=True),
        "drop": nn.Dropout(0.5),
        "pool": nn.AdaptiveAvgPool2d(2),
        "flatten": nn.Flatten(),
        "fc": nn.Linear(24, 10),
    }.items():
        model.add_module(name, layer)
    for layer in model:
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.running_mean, -0.1, 0.1)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.bias, -0.1, 0.1)
    return model


class Vit(nn.Module):
    """A vision transformer with the names of timm's, of patches of 8 x 8 pixels."""

    def __init__(self, width=8, blocks=2):
        super().__init__()
        self.patch_embed = nn.Sequential(nn.Conv2d(3, width, 8, 8), nn.Flatten(2))
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, 17, width))
        layers = [nn.TransformerEncoderLayer(width, 2, 16, activation="gelu", batch_first=True, norm_first=True) for _ in range(blocks)]
        self.blocks = nn.Sequential(*layers)
        self.norm_pre = nn.Identity()
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)

    def _pos_embed(self, x):
        return torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x.transpose(1, 2)], 1) + self.pos_embed

    def forward_head(self, x):
        return self.head(x[:, 0])

    def forward(self, x):
        return self.forward_head(self.norm(self.blocks(self.norm_pre(self._pos_embed(self.patch_embed(x))))))


class Tokens(nn.Module):
    """Takes tokens [6, 5] and gives logits of 3 classes."""

    def __init__(self, width=4):
        super().__init__()
        self.embed = nn.Linear(5, width)
        self.mix = nn.TransformerEncoderLayer(width, 2, 8, activation="gelu", batch_first=True, norm_first=True)
        self.fc = nn.Linear(width, 3)

    def forward(self, x):
        return self.fc(self.mix(self.embed(x)).mean(1))


SEGMENTS = {"one": "conv1 bn1 relu1", "two": "conv2 bn2 relu2 drop", "head": "pool flatten fc"}


class Methods(nn.Module):
    """The segments of `small` as methods of one module, which has no `forward`."""

    def __init__(self, model):
        super().__init__()
        self.first, self.second, self.third = (chain(model, names) for names in SEGMENTS.values())

    @torch.jit.export
    def one(self, x):
        return self.first(x)

    @torch.jit.export
    def two(self, x):
        return self.second(x)

    @torch.jit.export
    def head(self, x):
        return self.third(x)


class Remembers(nn.Module):
    """Its methods give their input; one keeps it for the other."""

    def __init__(self):
        super().__init__()
        self.last = torch.zeros(1)

    def forward(self, x):
        return x * self.last.mean()

    @torch.jit.export
    def keep(self, x):
        self.last = x
        return x


class Part(nn.Module):
    """What stands between segment `one` and segment `two` in tests: maps [4, 32, 32] to themselves."""

    def __init__(self, kind: str):
        super().__init__()
        self.kind = kind

    def forward(self, x):
        if self.kind == "throws" and x.shape[0] > 0:
            raise ValueError("no images today")
        if self.kind == "in_place":
            return x.mul_(0.5)
        if self.kind == "float64":
            return x.double()
        if self.kind == "bfloat16":
            return x.to(torch.bfloat16)
        if self.kind == "detaches":
            return x.detach() * 2
        if self.kind == "infinite":
            return x / 0.0
        if self.kind == "other_shape":
            return x[:, :2]
        if self.kind == "centers_batch":
            return x - x.mean(0)
        return x


class Pair(nn.Module):
    def forward(self, x):
        return x, x


def write(name, module, trace=None):
    script = torch.jit.script(module) if trace is None else torch.jit.trace(module, trace, check_trace=False)
    torch.jit.save(script, os.path.join(HERE, name + ".pt"))


def rename_operator(source, target):
    """Rewrites the code of a file so that it calls an operator that no libtorch has."""
    with zipfile.ZipFile(os.path.join(HERE, source + ".pt")) as old:
        with zipfile.ZipFile(os.path.join(HERE, target + ".pt"), "w") as new:
            for entry in old.infolist():
                data = old.read(entry)
                if entry.filename.endswith(".py"):
                    data = data.replace(b"torch.dropout", b"torch.no_such_operator")
                new.writestr(zipfile.ZipInfo(entry.filename), data)


if __name__ == "__main__":
    torch.set_num_threads(1)
    export(small(1), os.path.join(HERE, "small"), SEGMENTS, mean=(0.5, 0.4, 0.3), std=(0.2, 0.25, 0.3))
    torch.manual_seed(4)
    transformer = Vit()
    export(transformer, os.path.join(HERE, "vit"), vit(transformer))
    torch.manual_seed(5)
    export(Tokens(), os.path.join(HERE, "tokens"), {"embed": "embed", "mix": "mix", "head": lambda m, x: m.fc(x.mean(1))}, input=(6, 5))
    export(small(2), os.path.join(HERE, "untrained"), SEGMENTS)
    write("methods", Methods(small(1).eval()))
    write("remembers", Remembers())
    for kind in "throws in_place float64 bfloat16 detaches infinite other_shape centers_batch".split():
        write(kind, Part(kind))
    write("pair", Pair())
    images = torch.rand(2, 4, 32, 32)
    torch.manual_seed(3)
    write("dropout_on", nn.Dropout(0.5).train(), images)
    write("batch_norm_on", nn.BatchNorm2d(4).train(), images)
    rename_operator("dropout_on", "missing_operator")
    write("scripted_in_training", nn.Sequential(nn.BatchNorm2d(4), nn.Dropout(0.5)).train())
