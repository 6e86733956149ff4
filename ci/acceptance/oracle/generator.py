"""Java's SplittableRandom, as pipeline/docs/metrics.md describes it."""
ALL = (1 << 64) - 1


class SplittableRandom:
    def __init__(self, seed):
        self.state = seed & ALL

    def draw(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & ALL
        return self.state

    def next_long(self):
        z = self.draw()
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & ALL
        z = (z ^ z >> 27) * 0x94D049BB133111EB & ALL
        return z ^ z >> 31

    def next_double(self):
        return (self.next_long() >> 11) * 2.0**-53

    def next_32(self):
        z = self.draw()
        z = (z ^ z >> 33) * 0x62A9D9ED799705F5 & ALL
        z = (z ^ z >> 28) * 0xCB24D0A5C88C35B3 & ALL
        return z >> 32

    def next_int(self, bound):
        if bound & bound - 1 == 0:
            return self.next_32() & bound - 1
        while True:
            u = self.next_32() >> 1
            r = u % bound
            if u + bound - 1 - r < 1 << 31:
                return r


def hash_code(text):
    """Of a text without surrogates, signed."""
    h = 0
    for unit in text:
        h = (31 * h + ord(unit)) & 0xFFFFFFFF
    return h - (1 << 32) if h >= 1 << 31 else h
