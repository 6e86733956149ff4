package io.stitchflow.tensors;

/** How one number of a {@link NamedTensor} is stored; little-endian. */
public enum Dtype {
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary64. */
  F64(8),
  /** IEEE 754 binary16. */
  F16(2),
  /** The upper half of a binary32. */
  BF16(2),
  /** A whole number, as the next ones. */
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  /** A whole number without a sign, as the next ones. */
  U32(4),
  U16(2),
  U8(1),
  // What follows is known for its size only: other programs write it beside a network's arrays
  BOOL(1),
  F8_E4M3(1),
  F8_E5M2(1),
  F8_E8M0(1),
  U64(8),
  C64(8);

  private final int bytes;

  Dtype(int bytes) {
    this.bytes = bytes;
  }

  public int bytes() {
    return bytes;
  }
}
