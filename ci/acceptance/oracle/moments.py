"""Moments of positions: cka, procrustes and mahalanobis, and what other metrics share."""
import math

import numpy

NEGLIGIBLE = 1e-12


def channels_last(z):
    """[positions, channels]."""
    return z if z.ndim == 2 else z.transpose(0, 2, 3, 1).reshape(-1, z.shape[1])


def deviation_squares(y):
    """D(Y)."""
    vectors = channels_last(y)
    squares = float(((vectors - vectors.mean(0)) ** 2).sum())
    return squares if squares > NEGLIGIBLE * float((vectors**2).sum()) else 0.0


def block_means(z, ratio):
    n, c, h, w = z.shape
    return z.reshape(n, c, h // ratio, ratio, w // ratio, ratio).mean((3, 5))


def corresponding(x, y):
    """Both with the larger one as block means; None without a ratio."""
    if x.ndim == 2 or y.ndim == 2:
        return None
    a, b = x.shape[2:], y.shape[2:]
    for ratio in range(1, max(a + b) + 1):
        if a == (ratio * b[0], ratio * b[1]):
            return block_means(x, ratio), y
        if b == (ratio * a[0], ratio * a[1]):
            return x, block_means(y, ratio)
    return None


class Moments:
    def __init__(self, z):
        vectors = channels_last(z)
        self.mean = vectors.mean(0)
        self.centred = vectors - self.mean
        self.covariance = self.cross(self)
        self.trace = float(numpy.trace(self.covariance))
        square = self.trace + float((self.mean**2).sum())
        self.varies = self.trace > NEGLIGIBLE * square

    def cross(self, other):
        return self.centred.T @ other.centred / len(self.centred)


def cka(a, b):
    if not (a.varies and b.varies):
        return None
    norm = numpy.linalg.norm
    return min(1, norm(a.cross(b)) ** 2 / (norm(a.covariance) * norm(b.covariance)))


def procrustes(a, b):
    if not (a.varies and b.varies):
        return None
    nuclear = numpy.linalg.svd(a.cross(b), compute_uv=False).sum()
    return max(0, 2 - 2 * nuclear / math.sqrt(a.trace * b.trace))


def mahalanobis(z, y):
    if not y.varies:
        return None
    c = len(y.mean)
    inverse = numpy.linalg.inv(y.covariance + 1e-3 * y.trace / c * numpy.eye(c))
    d = z.mean - y.mean
    return numpy.trace(inverse @ (z.covariance + numpy.outer(d, d))) / numpy.trace(
        inverse @ y.covariance
    )


def cosine(z, y):
    z, y = z.reshape(len(z), -1), y.reshape(len(y), -1)
    sizes = numpy.sqrt((z**2).sum(1)) * numpy.sqrt((y**2).sum(1))
    counts = sizes > 0
    if not counts.any():
        return None
    return max(-1, min(1, float(((z * y).sum(1)[counts] / sizes[counts]).mean())))
