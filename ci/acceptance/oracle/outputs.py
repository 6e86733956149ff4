"""What a receiver makes of a representation: predictions, divergence and fisher."""
import numpy
import torch

CLASSES_TIMES_EXAMPLES = 4096


class Predictions:
    """What logits predict; `close` examples have two classes with nearly the same logit."""

    def __init__(self, logits, labels):
        self.logits = logits
        self.classes = logits.argmax(1)
        self.right = self.classes == labels
        self.log_shares = log_softmax(logits)
        self.cross_entropy = float(-self.log_shares[numpy.arange(len(labels)), labels].mean())
        self.accuracy = float(self.right.mean())
        top = numpy.sort(logits, 1)
        self.close = top[:, -1] - top[:, -2] <= 1e-5 * abs(logits).max()


def log_softmax(logits):
    largest = logits.max(1, keepdims=True)
    return logits - largest - numpy.log(numpy.exp(logits - largest).sum(1, keepdims=True))


def kl(p, log_p, log_q):
    # Rounding may take it below 0
    return numpy.maximum(0, (p * (log_p - log_q)).sum(1))


def divergence(own, stitched):
    """Jensen-Shannon and Kullback-Leibler, of Predictions."""
    if not (numpy.isfinite(own.logits).all() and numpy.isfinite(stitched.logits).all()):
        return None, None
    log_p, log_q = own.log_shares, stitched.log_shares
    p, q = numpy.exp(log_p), numpy.exp(log_q)
    log_m = numpy.log((p + q) / 2)
    js = (kl(p, log_p, log_m) + kl(q, log_q, log_m)) / 2
    return float(js.mean()), float(kl(p, log_p, log_q).mean())


def chosen_examples(n, classes):
    count = min(n, max(64, min(256, CLASSES_TIMES_EXAMPLES // classes, n // 4)))
    return [i * n // count for i in range(count)]


def sensitivity(network, cut, y, classes):
    """M of fisher, [channels, channels]."""
    y = torch.from_numpy(y[chosen_examples(len(y), classes)]).requires_grad_()
    log_shares = torch.log_softmax(network.after(cut, y)[0], 1)
    result = 0
    for k in range(classes):
        (gradient,) = torch.autograd.grad(log_shares[:, k].sum(), y, retain_graph=True)
        share = log_shares[:, k].detach().exp()
        vectors = gradient.reshape(*y.shape[:2], -1)
        result = result + torch.einsum("n,ncp,ndp->cd", share, vectors, vectors)
    positions = y.numel() / y.shape[1]
    return (result / positions).numpy()
