"""How a peer of ci/benchmarks/run works: it says what it is, then does a round of work for each line on its standard input."""
import sys
import time

import torch


def version():
    return "PyTorch " + torch.__version__


def timed(work, *arguments):
    """Seconds that it takes."""
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def serve(requests):
    """Answers each line `name number number...` with the number that requests[name](number, number, ...) returns."""
    print(version(), flush=True)
    for line in sys.stdin:
        name, *arguments = line.split()
        print(requests[name](*map(int, arguments)), flush=True)
