package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * How the identity of a row is stored: as a whole number, {@link Dtype#I64} or {@link Dtype#U64},
 * or as bytes, {@link Dtype#U8}: a hash, or text that is filled up with zeros.
 *
 * @param bytes of one identity
 */
public record IdentityType(Dtype dtype, int bytes) {
  /** Of one identity. */
  public static final int MOST_BYTES = 1024;

  public IdentityType {
    switch (dtype) {
      case I64, U64 -> check(bytes == Long.BYTES, "%s has 8 bytes, not %s", dtype, bytes);
      case U8 ->
          check(
              bytes >= 1 && bytes <= MOST_BYTES,
              "an identity has from 1 to %s bytes, not %s",
              MOST_BYTES,
              bytes);
      default -> throw new IllegalArgumentException(dtype + " cannot be an identity");
    }
  }

  /**
   * An identity for people: digits, text in quotes, or hexadecimal digits. Two identities are the
   * same if and only if these are, whatever their types: zeros at the end of bytes do not count.
   *
   * @param identity little-endian; not consumed
   */
  public String text(ByteBuffer identity) {
    ByteBuffer from = identity.slice(identity.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
    return switch (dtype) {
      case I64 -> String.valueOf(from.getLong());
      case U64 -> Long.toUnsignedString(from.getLong());
      default -> text(withoutPadding(from));
    };
  }

  private static byte[] withoutPadding(ByteBuffer from) {
    int length = from.remaining();
    while (length > 0 && from.get(length - 1) == 0) {
      length--;
    }
    byte[] bytes = new byte[length];
    from.get(bytes);
    return bytes;
  }

  private static String text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.codePoints().noneMatch(IdentityType::isInvisible)) {
        return "'" + text + "'";
      }
    } catch (CharacterCodingException e) {
      return hex(bytes); // a hash
    }
    return hex(bytes);
  }

  /** Whether a character moves others in a terminal, or is not seen there. */
  private static boolean isInvisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  private static String hex(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }
}
