"""Safetensors in a few lines, for where the package of that name is not at hand."""
import json
import struct

import numpy
import torch


def write(path, state_dict, metadata=None):
    header, data = {"__metadata__": metadata} if metadata else {}, b""
    for name, array in state_dict.items():
        numbers = array.detach().cpu().float().contiguous().numpy().tobytes()
        place = [len(data), len(data) + len(numbers)]
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": place}
        data += numbers
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read(path):
    """The arrays by name, and the metadata."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    kinds = {"F32": "<f4", "F64": "<f8"}
    arrays = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        array = numpy.frombuffer(data[start:end], kinds[entry["dtype"]]).reshape(entry["shape"])
        arrays[name] = torch.from_numpy(array.copy())
    return arrays, metadata
