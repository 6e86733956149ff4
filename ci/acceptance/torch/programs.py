"""Exports networks of PyTorch's with export_program.py, and says what they compute.

programs.py DIR   writes DIR/r18.pt, the methods of pytorch.md; and DIR/NAME/, a program, and DIR/NAME.safetensors: images [8, 3, 32, 32], logits, the map at each cut, and
                  gradient.CUT, the gradient of the sum of squared logits with respect to that map; tokens are maps of width 1
"""
import functools
import os
import runpy
import sys

import torch
from torch import nn

import safetensors_file

HERE = os.path.dirname(os.path.abspath(__file__))
PIPELINE = os.path.join(HERE, "..", "..", "..", "pipeline")
sys.path.insert(0, os.path.join(PIPELINE, "docs"))
sys.path.insert(0, os.path.join(PIPELINE, "science", "src", "test", "resources", "io", "stitchflow", "network", "program"))
import export_program  # noqa: E402
from write_programs import Vit  # noqa: E402


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        same = inputs == outputs and stride == 1
        self.downsample = None if same else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """With the names of torchvision's children."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for i in range(4):
            setattr(self, f"layer{i + 1}", nn.Sequential(Block(8 << max(0, i - 1), 8 << i, 1 if i == 0 else 2)))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


def vgg():
    layers, inputs = [], 3
    for outputs in (8, 16, 24):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        inputs = outputs
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(), nn.Linear(24 * 16, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 10))


def disturb(model):
    """Normalisations that do something."""
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.running_mean, -0.3, 0.3)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.bias, -0.3, 0.3)
    return model.eval()


def write(directory, name, model, segments):
    export_program.export(model, os.path.join(directory, name), segments)
    images = torch.randn(8, 3, 32, 32)
    parts = [export_program.chain(model, part) if isinstance(part, str) else functools.partial(part, model) for part in segments.values()]
    state, x = {"images": images}, images
    for i, cut in enumerate(list(segments)[:-1]):
        with torch.no_grad():
            x = parts[i](x.clone())
        state[cut] = as_map(x)
        leaf = x.clone().requires_grad_()
        logits = leaf.clone()
        for part in parts[i + 1 :]:
            logits = part(logits)
        logits.square().sum().backward()
        state["gradient." + cut] = as_map(leaf.grad)
    state["logits"] = logits.detach()
    safetensors_file.write(os.path.join(directory, name + ".safetensors"), state)


def as_map(x):
    return x.transpose(1, 2).unsqueeze(3).contiguous() if x.dim() == 3 else x


def write_methods(directory, model):
    """Runs the code of pytorch.md that writes methods of one file."""
    with open(os.path.join(PIPELINE, "docs", "pytorch.md"), encoding="utf-8") as document:
        code = document.read().split("### Methods of one file")[1].split("```python")[1].split("```")[0]
    path = os.path.join(directory, "methods.py")  # TorchScript reads the source of what it compiles
    with open(path, "w", encoding="utf-8") as file:
        file.write(code.replace('"r18.pt"', repr(os.path.join(directory, "r18.pt"))))
    runpy.run_path(path, {"torch": torch, "model": model}, "methods")


def refuse(directory, model, segments, error):
    """Fails unless the exporter refuses the segments."""
    try:
        export_program.export(model, directory, segments)
    except error:
        return
    raise AssertionError(f"{segments} should give {error.__name__}")


if __name__ == "__main__":
    torch.manual_seed(1)
    resnet = disturb(ResNet())
    write(sys.argv[1], "resnet", resnet, export_program.resnet(resnet))
    write_methods(sys.argv[1], resnet)
    write(sys.argv[1], "vgg", disturb(vgg()), {"one": "0 1 2 3", "two": "4 5 6 7", "three": "8 9 10 11", "hidden": "12 13 14 15", "head": "16 17"})
    transformer = Vit(width=24, blocks=4).eval()
    write(sys.argv[1], "vit", transformer, export_program.vit(transformer))
    misspelt = {"one": "conv1 bn1 relu maxpool", "two": "layre1", "head": "avgpool flatten fc"}
    refuse(os.path.join(sys.argv[1], "refused"), resnet, misspelt, KeyError)
    without_pool = {**export_program.resnet(resnet), "stem": "conv1 bn1 relu"}
    refuse(os.path.join(sys.argv[1], "refused"), resnet, without_pool, ValueError)
