"""Arrow files of one fixed-shape-tensor column and a label, read by the format's own description: flatbuffers are walked by hand."""
import json
import struct

import numpy


class Table:
    """A flatbuffer table (https://flatbuffers.dev/internals)."""

    def __init__(self, data, place):
        self.data, self.place = data, place
        self.fields = place - struct.unpack_from("<i", data, place)[0]

    @staticmethod
    def root(data, start):
        return Table(data, start + struct.unpack_from("<I", data, start)[0])

    def at(self, field):
        """Where a field is, or 0."""
        offset = 4 + 2 * field
        if offset >= struct.unpack_from("<H", self.data, self.fields)[0]:
            return 0
        inside = struct.unpack_from("<H", self.data, self.fields + offset)[0]
        return self.place + inside if inside else 0

    def follow(self, field):
        at = self.at(field)
        return at + struct.unpack_from("<I", self.data, at)[0]

    def long(self, field):
        return struct.unpack_from("<q", self.data, self.at(field))[0]

    def table(self, field):
        return Table(self.data, self.follow(field))

    def text(self, field):
        at = self.follow(field)
        return self.data[at + 4 : at + 4 + struct.unpack_from("<I", self.data, at)[0]].decode()

    def vector(self, field):
        """Its length, and where its first element is."""
        if not self.at(field):
            return 0, 0
        at = self.follow(field)
        return struct.unpack_from("<I", self.data, at)[0], at + 4

    def tables(self, field):
        count, first = self.vector(field)
        for at in range(first, first + 4 * count, 4):
            yield Table(self.data, at + struct.unpack_from("<I", self.data, at)[0])


def read(path):
    """Rows [examples, ...shape] and labels [examples]."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:6] == data[-6:] == b"ARROW1", path
    (size,) = struct.unpack_from("<i", data, len(data) - 10)
    footer = Table.root(data, len(data) - 10 - size)
    tensor = next(footer.table(1).tables(1))
    metadata = {pair.text(0): pair.text(1) for pair in tensor.tables(6)}
    assert metadata["ARROW:extension:name"] == "arrow.fixed_shape_tensor", metadata
    shape = json.loads(metadata["ARROW:extension:metadata"])["shape"]
    values = next(tensor.tables(5))
    kinds = {2: "u1", 3: ("<f2", "<f4", "<f8")}  # Int, FloatingPoint
    kind = kinds[data[values.at(2)]]
    if not isinstance(kind, str):
        precision = values.table(3).at(0)
        kind = kind[struct.unpack_from("<h", data, precision)[0] if precision else 0]
    rows, labels = [], []
    count, first = footer.vector(3)
    for block in range(first, first + 24 * count, 24):
        offset, head, _, body = struct.unpack_from("<qiiq", data, block)
        # The message: a marker and its length, then the table; the body is what comes after
        message = Table.root(data, offset + 8)
        batch = message.table(2)
        buffers, where = batch.vector(2)
        # Validity of the list, validity and numbers of its values, validity and numbers of labels
        assert buffers == 5, buffers
        places = [struct.unpack_from("<qq", data, where + 16 * i) for i in range(5)]
        start = offset + head
        length = batch.long(0)
        numbers = data[start + places[2][0] :][: places[2][1]]
        elements = length * int(numpy.prod(shape))
        rows.append(numpy.frombuffer(numbers, kind)[:elements].reshape([length] + shape))
        labels.append(numpy.frombuffer(data[start + places[4][0] :][:length], "u1"))
    return numpy.concatenate(rows), numpy.concatenate(labels)
