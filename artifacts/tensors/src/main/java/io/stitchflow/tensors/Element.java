package io.stitchflow.tensors;

/** How one number of a {@link TensorFile} is stored; little-endian. */
public enum Element {
  /** 0 to 255. */
  UINT8(1),
  /** IEEE 754 binary16. */
  FLOAT16(2),
  /** IEEE 754 binary32. */
  FLOAT32(4);

  private final int bytes;

  Element(int bytes) {
    this.bytes = bytes;
  }

  public int bytes() {
    return bytes;
  }
}
