"""Networks from their definitions: CIFAR ResNets and plain networks as modules of PyTorch, described ones layer by layer."""
import re

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    """He et al. 2015, figure 5 left; plain: the same without the shortcut."""

    def __init__(self, inputs, outputs, stride, plain):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.plain = plain
        self.downsample = None
        if not plain and (stride != 1 or inputs != outputs):
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if not self.plain:
            y = y + (x if self.downsample is None else self.downsample(x))
        return F.relu(y)


class ResNet(nn.Module):
    def __init__(self, blocks, width, plain=False):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for stage, count in enumerate(blocks):
            outputs = width * 2**stage
            layer = nn.Sequential()
            for i in range(count):
                stride = 2 if stage and not i else 1
                layer.add_module(str(i), Block(inputs, outputs, stride, plain))
                inputs = outputs
            setattr(self, "layer%d" % (stage + 1), layer)
        self.stages = len(blocks)
        self.fc = nn.Linear(inputs, 10)

    def forward(self, x):
        """The logits, and what comes after each block by its name."""
        stem = F.relu(self.bn1(self.conv1(x)))
        logits, later = self.after("stem", stem)
        return logits, {"stem": stem, **later}

    def after(self, cut, y):
        """The logits of what is put in place of a cut's representation, and the later cuts' representations by name."""
        later = {}
        seen = cut == "stem"
        for stage in range(1, self.stages + 1):
            for i, block in enumerate(getattr(self, "layer%d" % stage)):
                name = "layer%d.%d" % (stage, i)
                if seen:
                    y = later[name] = block(y)
                seen = seen or name == cut
        assert seen, cut
        return self.fc(y.mean((2, 3))), later


class Described:
    """Layers as experiment.proto explains them, parsed."""

    def __init__(self, layers, arrays, training=False):
        self.layers = layers
        self.arrays = arrays
        self.training = training
        self.used = set()

    def __call__(self, x):
        return self.run(x, 0)

    def run(self, x, first):
        """The logits of the layers from the given one on, and their cuts' representations by name."""
        cuts = {}
        for i, layer in enumerate(self.layers[first:], first):
            x = self.apply(layer, x, "", str(i))
            if "name" in layer and i < len(self.layers) - 1:
                cuts[layer["name"][0]] = x
        return x, cuts

    def after(self, cut, y):
        """As of ResNet."""
        names = [layer.get("name", [""])[0] for layer in self.layers[:-1]]
        return self.run(y, names.index(cut) + 1)

    def double(self):
        return Described(self.layers, {name: array.double() for name, array in self.arrays.items()})

    def sequence(self, layers, x, outer, place=""):
        for i, layer in enumerate(layers):
            x = self.apply(layer, x, outer, place + str(i))
        return x

    def get(self, name):
        self.used.add(name)
        return self.arrays[name]

    def apply(self, layer, x, outer, place):
        (kind,) = [key for key in layer if key != "name"]
        it = layer[kind][0]
        own = layer.get("name", [""])[0]
        if not own and kind not in ("residual", "sequence", "concat"):
            own = place
        name = ".".join(part for part in (outer, own) if part)

        def number(field, default=0):
            return int(it.get(field, [default])[0])

        def numbers(field, default=0):
            values = [int(value) for value in it.get(field, [default])]
            return values if len(values) == 2 else values * 2

        def bias():
            return self.get(name + ".bias") if it.get("bias", ["false"])[0] == "true" else None

        if kind == "conv":
            weight = self.get(name + ".weight")
            stride, padding, dilation = numbers("stride"), numbers("padding"), numbers("dilation", 1)
            return F.conv2d(x, weight, bias(), stride, padding, dilation, number("groups", 1))
        if kind == "batch_norm":
            mean, variance = self.get(name + ".running_mean"), self.get(name + ".running_var")
            weight, bias = self.get(name + ".weight"), self.get(name + ".bias")
            return F.batch_norm(x, mean, variance, weight, bias, self.training, 0.1, 1e-5)
        if kind in ("relu", "gelu", "silu", "sigmoid"):
            return {"relu": F.relu, "gelu": F.gelu, "silu": F.silu, "sigmoid": torch.sigmoid}[kind](x)
        if kind == "scale":
            return x * self.get(name + ".gamma").view(-1, *[1] * (x.dim() - 2))
        if kind == "attention":
            tokens = x.flatten(2).permute(2, 0, 1)
            arrays = [self.get(name + ".in_proj_" + each) for each in ("weight", "bias")]
            out = [self.get(name + ".out_proj." + each) for each in ("weight", "bias")]
            y, _ = F.multi_head_attention_forward(
                tokens, tokens, tokens, x.shape[1], number("heads"), *arrays, None, None, False, 0.0, *out, need_weights=False
            )
            return y.permute(1, 2, 0).reshape(x.shape)
        if kind in ("layer_norm", "group_norm"):
            weight, bias, epsilon = self.get(name + ".weight"), self.get(name + ".bias"), float(it["epsilon"][0])
            if kind == "group_norm":
                return F.group_norm(x, number("groups"), weight, bias, epsilon)
            return F.layer_norm(x.movedim(1, -1), weight.shape, weight, bias, epsilon).movedim(-1, 1)
        if kind == "max_pool":
            return F.max_pool2d(x, number("kernel"), number("stride"), number("padding"))
        if kind == "avg_pool":
            return F.avg_pool2d(x, number("kernel"), number("stride"), number("padding"))
        if kind == "global_avg_pool":
            return F.adaptive_avg_pool2d(x, 1).flatten(1)
        if kind == "flatten":
            return x.flatten(1)
        if kind == "linear":
            return F.linear(x, self.get(name + ".weight"), bias())
        if kind == "sequence":
            return self.sequence(it["layer"], x, name)
        if kind == "concat":
            branches = [branch.get("layer", []) for branch in it["branch"]]
            made = [self.sequence(each, x, name, "%d." % i) for i, each in enumerate(branches)]
            return torch.cat(made, 1)
        assert kind == "residual", kind
        shortcut = self.sequence(it.get("shortcut", []), x, name, "shortcut.")
        return self.sequence(it["body"], x, name) + shortcut


def parse(text):
    """Protobuf text format as dicts of lists."""
    tokens = re.findall(r'"[^"]*"|[\w.+-]+|[{}:]', text)

    def message():
        fields = {}
        while tokens and tokens[0] != "}":
            field = tokens.pop(0)
            if tokens[0] == ":":
                tokens.pop(0)
                value = tokens.pop(0).strip('"')
            else:
                assert tokens.pop(0) == "{"
                value = message()
                tokens.pop(0)
            fields.setdefault(field, []).append(value)
        return fields

    return message()


def load(arrays, metadata):
    """The network that a file of ours is of; every array of it is used."""
    if "layers" in metadata:
        return Described(parse(metadata["layers"])["layer"], arrays)
    kind, blocks = re.fullmatch(r"(ResNet|PlainNet)\((.*)\)", metadata["architecture"]).groups()
    network = ResNet(
        [int(count) for count in blocks.split(",")], int(metadata["width"]), kind == "PlainNet"
    )
    missing = network.load_state_dict(arrays, strict=False)
    left = [name for name in missing.missing_keys if not name.endswith("num_batches_tracked")]
    assert not left and not missing.unexpected_keys, missing
    return network.eval()
