"""Rounds a network that `stitchflow export` wrote: weights of two and more dimensions to the nearest bfloat16, all else as it is.

    python3 round_weights.py network.safetensors rounded.safetensors
"""
import json
import struct
import sys

with open(sys.argv[1], "rb") as file:
    size = struct.unpack("<Q", file.read(8))[0]
    header = json.loads(file.read(size))
    data = file.read()
header.pop("__metadata__", None)
rounded = {}
arrays = b""
for name, array in header.items():
    start, end = array["data_offsets"]
    values = data[start:end]
    dtype = array["dtype"]
    if dtype == "F32" and len(array["shape"]) > 1:
        bits = struct.unpack("<%dI" % (len(values) // 4), values)
        # To the even neighbour where two are equally near
        halves = [(each + 0x7FFF + ((each >> 16) & 1)) >> 16 for each in bits]
        values = struct.pack("<%dH" % len(halves), *halves)
        dtype = "BF16"
    rounded[name] = {"dtype": dtype, "shape": array["shape"], "data_offsets": [len(arrays), len(arrays) + len(values)]}
    arrays += values
text = json.dumps(rounded).encode()
with open(sys.argv[2], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + arrays)
