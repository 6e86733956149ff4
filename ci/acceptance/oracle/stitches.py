"""Stitches: the section of that name in metrics.md, and the random control."""
import math

import numpy

from generator import SplittableRandom, hash_code


def apply(x, arrays, to):
    """The output of a stitch file for x, in the shape of `to`."""
    family, weight, bias = arrays
    if family == "flattened":
        return x.reshape(len(x), -1) @ weight.T + bias
    if family == "resampled":
        x = resample(x, to[1:])
    n, channels, height, width = x.shape
    ratio = weight.shape[2]
    patches = x.reshape(n, channels, height // ratio, ratio, width // ratio, ratio)
    z = numpy.tensordot(patches, weight, ((1, 3, 5), (1, 2, 3))) + bias
    z = numpy.ascontiguousarray(z.transpose(0, 3, 1, 2))
    ratio = to[1] // z.shape[2]
    return z.repeat(ratio, 2).repeat(ratio, 3) if family == "upsampled" else z


def grid(height, width):
    """Whether the first position is a class token, and height and width of the other ones."""
    if width == 1:
        for token in (0, 1):
            side = math.isqrt(height - token)
            if side and side * side == height - token:
                return token, side, side
    return 0, height, width


def resample(x, to):
    """Positions of x, a map or a vector, as those of a map of height and width `to`."""
    n, channels = x.shape[:2]
    height, width = x.shape[2:] or (1, 1)
    token, height, width = grid(height, width)
    wanted_token, wanted_height, wanted_width = grid(*to)
    positions = x.reshape(n, channels, -1)
    others = positions[:, :, token:].reshape(n, channels, height, width)
    z = resize(resize(others, 2, wanted_height), 3, wanted_width).reshape(n, channels, -1)
    if wanted_token:
        first = positions[:, :, :1] if token else others.mean((2, 3))[:, :, None]
        z = numpy.concatenate([first, z], 2)
    return z.reshape(n, channels, *to)


def resize(z, axis, size):
    """Means where the axis shrinks, copies where it grows."""
    if z.shape[axis] < size:
        return z.repeat(size // z.shape[axis], axis)
    shape = list(z.shape)
    shape[axis : axis + 1] = [size, z.shape[axis] // size]
    return z.reshape(shape).mean(axis + 1)


def random_stitch(like, seed, sender_cut, receiver_cut):
    family, weight, bias = like
    inputs = weight[0].size
    first = SplittableRandom(seed).next_long()
    random = SplittableRandom(first + hash_code(sender_cut + " -> " + receiver_cut))
    bound = math.sqrt(3 / inputs)
    draws = [(2 * random.next_double() - 1) * bound for _ in range(weight.size)]
    drawn = numpy.array(draws).astype("f4").astype("f8").reshape(weight.shape)
    return family, drawn, numpy.zeros_like(bias)
