"""Checks networks and stitches of ours against PyTorch and numpy.

make DIR   writes foreign.safetensors: a ResNet of PyTorch's, to be imported
check DIR  reads what TorchTest wrote there, and compares
"""
import glob
import os
import sys

import numpy
import torch

import arrow_file
import networks
import safetensors_file

REPRESENTATION = 1e-4
LEAST_SQUARES = 1e-6
MEAN = numpy.array([0.4914, 0.4822, 0.4465]).reshape(3, 1, 1)
DEVIATION = numpy.array([0.2470, 0.2435, 0.2616]).reshape(3, 1, 1)
FAILURES = []


def make(directory):
    torch.manual_seed(1)
    network = networks.ResNet([1, 1, 1, 1], 4)
    for name, array in network.state_dict().items():
        # Normalisation that does something, and leaves most channels alive
        if array.dim() == 1 and array.dtype == torch.float32:
            array.add_(torch.rand_like(array) * (-0.5 if name.endswith("mean") else 0.5))
    state = {"module." + name: array for name, array in network.state_dict().items()}
    safetensors_file.write(os.path.join(directory, "foreign.safetensors"), state)


def report(what, error, limit):
    good = error <= limit
    print("%-4s %-66s %.1e" % ("ok" if good else "BAD", what, error))
    if not good:
        FAILURES.append(what)


def difference(ours, theirs):
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    return float(abs(ours - theirs).max() / abs(theirs).max())


def check_networks(directory):
    pixels, _ = arrow_file.read(os.path.join(directory, "images.arrow"))
    images = torch.from_numpy(((pixels / 255 - MEAN) / DEVIATION).astype("f4"))
    for path in sorted(glob.glob(os.path.join(directory, "*.network.safetensors"))):
        name = os.path.basename(path).split(".")[0]
        arrays, metadata = safetensors_file.read(path)
        ours, _ = safetensors_file.read(path.replace(".network.", ".maps."))
        network = networks.load(arrays, metadata)
        with torch.no_grad():
            logits, cuts = network(images[: len(ours["logits"])])
        if isinstance(network, networks.Described):
            assert network.used == set(arrays), network.used ^ set(arrays)
        report(name + " logits", difference(ours.pop("logits"), logits), REPRESENTATION)
        assert set(ours) == set(cuts), (set(ours), set(cuts))
        for cut, representation in cuts.items():
            error = difference(ours[cut], representation)
            report("%s %s %s" % (name, cut, list(representation.shape[1:])), error, REPRESENTATION)
        if name == "imported":
            foreign, _ = safetensors_file.read(os.path.join(directory, "foreign.safetensors"))
            for key, array in arrays.items():
                assert torch.equal(array, foreign["module." + key]), key
            print("ok   imported arrays are PyTorch's to the bit")


def rows(sender, receiver, family):
    """What least squares sees: sender [rows, inputs] and receiver [rows, outputs], float64."""
    x, y = sender.astype("f8"), receiver.astype("f8")
    if family == "flattened":
        return x.reshape(len(x), -1), y
    side, wanted = x.shape[2], y.shape[2]
    if family == "upsampled":
        x = x.repeat(wanted // side, 2).repeat(wanted // side, 3)
    ratio = max(1, side // wanted)
    n, c = x.shape[:2]
    patches = x.reshape(n, c, wanted, ratio, wanted, ratio).transpose(0, 2, 4, 1, 3, 5)
    return (
        patches.reshape(n * wanted * wanted, -1),
        y.transpose(0, 2, 3, 1).reshape(n * wanted * wanted, -1),
    )


def ridge(x, y, penalty):
    """Weights over bias, rank and singular values; the penalty is relative to the largest eigenvalue of the covariance, and the bias has none."""
    mean_x, mean_y = x.mean(0), y.mean(0)
    x, y = x - mean_x, y - mean_y
    if penalty > 0:
        # The penalty as rows of the data
        largest = numpy.linalg.norm(x, 2)
        x = numpy.vstack([x, numpy.sqrt(penalty) * largest * numpy.eye(x.shape[1])])
        y = numpy.vstack([y, numpy.zeros((x.shape[1], y.shape[1]))])
    # The covariance's tolerance of 1e-12 is one of 1e-6 here
    weight, _, rank, values = numpy.linalg.lstsq(x, y, rcond=1e-6)
    return numpy.vstack([weight, mean_y - mean_x @ weight]), rank, values


def check_stitches(directory):
    families = set()
    for path in sorted(glob.glob(os.path.join(directory, "*.stitch.safetensors"))):
        stitch, metadata = safetensors_file.read(path)
        sender, _ = arrow_file.read(path.replace(".stitch.safetensors", ".sender.arrow"))
        receiver, _ = arrow_file.read(path.replace(".stitch.safetensors", ".receiver.arrow"))
        family = metadata["family"]
        families.add(family)
        learned = numpy.arange(len(sender)) % 5 != 4  # the others choose the penalty
        x, y = rows(sender[learned], receiver[learned], family)
        weight = stitch["weight"].numpy().astype("f8").reshape(len(stitch["bias"]), -1)
        ours = numpy.vstack([weight.T, stitch["bias"].numpy().astype("f8")])
        theirs, rank, values = ridge(x, y, float(metadata["ridge"]))
        x = numpy.hstack([x, numpy.ones((len(x), 1))])
        full = rank == x.shape[1] - 1
        name = os.path.basename(path).split(".stitch")[0]
        words = "%s %s, rank %d of %d, ridge %s" % (name, family, rank, x.shape[1] - 1, metadata["ridge"])
        error = numpy.linalg.norm(x @ (ours - theirs)) / numpy.linalg.norm(x @ theirs)
        report(words + ", predictions", error, LEAST_SQUARES)
        if full:
            error = numpy.linalg.norm(ours - theirs) / numpy.linalg.norm(theirs)
            # float64 moments lose twice the digits that the singular values span
            limit = max(LEAST_SQUARES, 1e-15 * (values[0] / values[-1]) ** 2)
            report(words + ", weights", error, limit)
    assert families == {"pointwise", "strided", "upsampled", "flattened"}, families


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("make", "check"):
        sys.exit(__doc__)
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        print("PyTorch %s, numpy %s" % (torch.__version__, numpy.__version__))
        check_networks(sys.argv[2])
        check_stitches(sys.argv[2])
        if FAILURES:
            sys.exit("cross_check: differs in: " + ", ".join(FAILURES))
