"""A store's records and actions, read by the description in artifacts/README.md and action.proto; protobuf's wire format is read by hand."""
import os
import struct


def fields(data):
    """Field number and value of each field of a message: int, or bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = varint()
        wire = tag & 7
        if wire == 0:
            yield tag >> 3, varint()
            continue
        length = varint() if wire == 2 else {1: 8, 5: 4}[wire]
        yield tag >> 3, data[at : at + length]
        at += length


def values(data, number):
    return [value for field, value in fields(data) if field == number]


def packed_numbers(data, number):
    """A repeated enum or number below 128."""
    # Bytes of small values are the values
    return [value for packed in values(data, number) for value in packed]


# Names of experiment.proto's Initialization, as cells.csv writes them
STARTS = {1: "kaiming", 2: "copy", 3: "mean"}


def text(data, number):
    return values(data, number)[0].decode()


class Action:
    """What a stage computed: its inputs by role, and its parameters by field number."""

    def __init__(self, data):
        self.inputs = {text(each, 1): values(each, 2)[0].hex() for each in values(data, 2)}
        self.parameters = {number: value for number, value in fields(data) if number >= 10}


class Comparison:
    """An action of the kind compare_stitches, field 18."""

    def __init__(self, action):
        message = action.parameters[18]
        self.inputs = action.inputs
        self.sender_cut, self.receiver_cut = text(message, 1), text(message, 2)
        self.metrics = [name.decode() for name in values(message, 3)]
        self.seed = (values(message, 10) or [0])[0]
        packed = b"".join(values(message, 11))
        self.starts = [STARTS[number] for number in packed_numbers(message, 12)]
        self.front = struct.unpack("<%dd" % (len(packed) // 8), packed)
        self.ranks = packed_numbers(message, 13)


class Store:
    def __init__(self, directory):
        self.directory = directory
        self.outputs = {}
        self.keys_by_output = {}
        for folder, _, names in os.walk(os.path.join(directory, "ac")):
            for key in names:
                with open(os.path.join(folder, key), "rb") as file:
                    record = file.read()
                assert record[:8] == b"SFRECOR\1", key
                outputs = values(record[40:], 1)
                self.outputs[key] = {text(each, 1): values(each, 2)[0].hex() for each in outputs}
                for name, digest in self.outputs[key].items():
                    self.keys_by_output.setdefault((name, digest), []).append(key)

    def path(self, kind, name):
        return os.path.join(self.directory, kind, name[:2], name)

    def blob(self, digest):
        return self.path("cas", digest)

    def actions(self, output, digest):
        """The actions whose output of that name has that digest, and all outputs of each."""
        for key in self.keys_by_output[output, digest]:
            with open(self.path("action", key), "rb") as file:
                yield Action(file.read()), self.outputs[key]
