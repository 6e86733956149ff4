"""Writes the safetensors files beside it, with Debian's PyTorch 1.13.1 and numpy, in float64: python3 write_networks.py

Each file is one of a described network: its arrays before training, images, labels, the representation of the images at each cut and their logits, and the arrays after training.
"""
import math
import os
import sys

import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, *[".."] * 9, "ci", "acceptance", "torch"))
import networks  # noqa: E402
import safetensors_file  # noqa: E402

IMAGE = [3, 12, 10]
IMAGES, STEPS, RATE, MOMENTUM, DECAY = 8, 3, 0.05, 0.9, 0.01

NETWORKS = {
    "convolutions": (
        """
        layer { name: "tall" conv { channels: 12 kernel: 5 kernel: 3 stride: 2 stride: 1 padding: 0 padding: 1 bias: true } }
        layer { name: "relu" relu { } }
        layer { name: "grouped" sequence {
          layer { conv { channels: 18 kernel: 3 stride: 1 padding: 1 bias: false groups: 3 } }
          layer { batch_norm { } } } }
        layer { name: "narrow" conv { channels: 12 kernel: 1 stride: 2 stride: 1 bias: true groups: 6 } }
        layer { name: "dilated" conv { channels: 12 kernel: 3 stride: 1 padding: 2 padding: 3 bias: false dilation: 2 dilation: 3 } }
        layer { name: "depthwise" sequence {
          layer { conv { channels: 24 kernel: 7 kernel: 1 stride: 1 padding: 3 padding: 0 bias: false groups: 12 } }
          layer { batch_norm { } }
          layer { relu { } } } }
        layer { name: "strided" conv { channels: 24 kernel: 3 stride: 2 padding: 2 bias: false dilation: 2 groups: 24 } }
        layer { global_avg_pool { } }
        layer { name: "head" linear { outputs: 10 bias: true } }
        """,
        {
            "tall": [12, 3, 5, 3],
            "grouped.0": [18, 4, 3, 3],
            "grouped.1": [18],
            "narrow": [12, 3, 1, 1],
            "dilated": [12, 12, 3, 3],
            "depthwise.0": [24, 1, 7, 1],
            "depthwise.1": [24],
            "strided": [24, 1, 3, 3],
            "head": [10, 24],
        },
    ),
    "normalizations": (
        """
        layer { name: "stem" conv { channels: 12 kernel: 4 stride: 2 bias: true } }
        layer { name: "norm" layer_norm { epsilon: 1.0E-6 } }
        layer { name: "block" residual {
          body { name: "dwconv" conv { channels: 12 kernel: 3 stride: 1 padding: 1 bias: true groups: 12 } }
          body { name: "norm" layer_norm { epsilon: 1.0E-6 } }
          body { name: "pwconv1" conv { channels: 24 kernel: 1 stride: 1 bias: true } }
          body { gelu { } }
          body { name: "pwconv2" conv { channels: 12 kernel: 1 stride: 1 bias: true } }
          body { name: "ls" scale { initial: 1.0E-6 } } } }
        layer { name: "grouped" group_norm { groups: 3 epsilon: 1.0E-5 } }
        layer { name: "silu" silu { } }
        layer { name: "factor" scale { initial: 1.0 } }
        layer { name: "gelu" gelu { } }
        layer { name: "mean" global_avg_pool { } }
        layer { name: "vector" layer_norm { epsilon: 1.0E-5 } }
        layer { name: "hidden" sequence {
          layer { linear { outputs: 9 bias: true } }
          layer { sigmoid { } }
          layer { group_norm { groups: 3 epsilon: 0.001 } }
          layer { scale { initial: 2.0 } } } }
        layer { name: "head" linear { outputs: 10 bias: true } }
        """,
        {
            "stem": [12, 3, 4, 4],
            "norm": [12],
            "block.dwconv": [12, 1, 3, 3],
            "block.norm": [12],
            "block.pwconv1": [24, 12, 1, 1],
            "block.pwconv2": [12, 24, 1, 1],
            "block.ls": [12],
            "grouped": [12],
            "factor": [12],
            "vector": [12],
            "hidden.0": [9, 12],
            "hidden.2": [9],
            "hidden.3": [9],
            "head": [10, 9],
        },
    ),
    "concatenations": (
        """
        layer { name: "inception" concat {
          branch { layer { name: "tall" conv { channels: 5 kernel: 3 kernel: 1 stride: 1 padding: 1 padding: 0 bias: true } } layer { relu { } } }
          branch { }
          branch { layer { conv { channels: 6 kernel: 1 stride: 1 bias: true } } layer { silu { } } layer { conv { channels: 4 kernel: 3 stride: 1 padding: 1 bias: false } } layer { batch_norm { } } } } }
        layer { name: "dense" concat {
          branch { }
          branch { layer { conv { channels: 7 kernel: 3 stride: 1 padding: 1 bias: false } } } } }
        layer { name: "pooled" concat {
          branch { layer { conv { channels: 8 kernel: 3 stride: 2 padding: 1 bias: true } } }
          branch { layer { max_pool { kernel: 3 stride: 2 padding: 1 } } } } }
        layer { name: "vector" concat {
          branch { layer { global_avg_pool { } } }
          branch { layer { global_avg_pool { } } layer { linear { outputs: 6 bias: true } } layer { gelu { } } } } }
        layer { name: "head" linear { outputs: 10 bias: true } }
        """,
        {
            "inception.tall": [5, 3, 3, 1],
            "inception.2.0": [6, 3, 1, 1],
            "inception.2.2": [4, 6, 3, 3],
            "inception.2.3": [4],
            "dense.1.0": [7, 12, 3, 3],
            "pooled.0.0": [8, 19, 3, 3],
            "vector.1.1": [6, 27],
            "head": [10, 33],
        },
    ),
    "attention": (
        """
        layer { name: "patches" conv { channels: 12 kernel: 2 stride: 2 bias: true } }
        layer { name: "mixer" residual {
          body { name: "norm" layer_norm { epsilon: 1.0E-6 } }
          body { name: "attn" attention { heads: 3 } } } }
        layer { name: "mlp" residual {
          body { name: "norm" layer_norm { epsilon: 1.0E-6 } }
          body { name: "fc1" conv { channels: 24 kernel: 1 stride: 1 bias: true } }
          body { gelu { } }
          body { name: "fc2" conv { channels: 12 kernel: 1 stride: 1 bias: true } } } }
        layer { name: "attn" attention { heads: 2 } }
        layer { global_avg_pool { } }
        layer { name: "head" linear { outputs: 10 bias: true } }
        """,
        {
            "patches": [12, 3, 2, 2],
            "mixer.norm": [12],
            "mixer.attn": [36, 12],
            "mixer.attn.out_proj": [12, 12],
            "mlp.norm": [12],
            "mlp.fc1": [24, 12, 1, 1],
            "mlp.fc2": [12, 24, 1, 1],
            "attn": [36, 12],
            "attn.out_proj": [12, 12],
            "head": [10, 12],
        },
    ),
}


def start(name, shape):
    """Numbers of an array with which every layer does something."""
    if name.endswith("bias") or name.endswith(".running_mean"):
        return torch.randn(shape) * 0.1
    if len(shape) == 1:
        return torch.rand(shape) + 0.5
    return torch.randn(shape) * math.sqrt(2 / math.prod(shape[1:]))


def arrays(text, weights):
    """The arrays that the network asks for; others than `weight` are of the size of the weight's outputs."""

    class Made(dict):
        def __missing__(self, name):
            layer, kind = name.rsplit(".", 1)
            shape = weights[layer][:1] if "bias" in kind or "running" in kind else weights[layer]
            self[name] = start(name, shape).float().double()
            return self[name]

    made = Made()
    networks.Described(networks.parse(text)["layer"], made)(torch.zeros(1, *IMAGE).double())
    return dict(made)


def train(text, made, images, labels):
    """The arrays after gradient descent with momentum, as NetworkTrainer does it."""
    trained = {name: array.clone() for name, array in made.items()}
    learned = {name: trained[name].requires_grad_() for name in trained if "running" not in name}
    velocities = {name: torch.zeros_like(array) for name, array in learned.items()}
    network = networks.Described(networks.parse(text)["layer"], trained, training=True)
    for step in range(STEPS):
        loss = F.cross_entropy(network(images)[0], labels)
        gradients = torch.autograd.grad(loss, list(learned.values()))
        rate = RATE * (1 + math.cos(math.pi * step / STEPS)) / 2
        with torch.no_grad():
            for (name, array), gradient in zip(learned.items(), gradients):
                decay = DECAY if array.dim() > 1 else 0
                velocities[name].mul_(MOMENTUM).add_(rate * (gradient + decay * array))
                array.sub_(velocities[name])
    return {name: array.detach() for name, array in trained.items()}


def main():
    for name, (text, weights) in NETWORKS.items():
        torch.manual_seed(1)
        text = " ".join(text.split())
        made = arrays(text, weights)
        images = torch.randn(IMAGES, *IMAGE).float().double()
        labels = torch.arange(IMAGES)
        logits, cuts = networks.Described(networks.parse(text)["layer"], made)(images)
        file = dict(made)
        file["reference.images"] = images
        file["reference.logits"] = logits
        file.update(("reference.cut." + cut, array) for cut, array in cuts.items())
        trained = train(text, made, images, labels)
        file.update(("reference.trained." + each, array) for each, array in trained.items())
        metadata = {"layers": text, "image_shape": ",".join(map(str, IMAGE))}
        safetensors_file.write(os.path.join(HERE, name + ".safetensors"), file, metadata)


if __name__ == "__main__":
    main()
