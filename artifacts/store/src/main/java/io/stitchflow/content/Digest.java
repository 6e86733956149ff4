package io.stitchflow.content;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The SHA-256 of some bytes, as 64 lower-case hexadecimal digits. */
public record Digest(String hex) implements Comparable<Digest> {
  static final int SHA256_BYTES = 32;
  private static final MessageDigest FRESH = fresh();
  private static final int HEX_DIGITS = 64;
  private static final int BUFFER_BYTES = 1 << 16;

  public Digest {
    if (!isHex(hex)) {
      throw new IllegalArgumentException(
          "a digest is 64 lower-case hexadecimal digits, but was: '" + hex + "'");
    }
  }

  /** Whether that is what a digest is written as. */
  public static boolean isHex(String text) {
    if (text.length() != HEX_DIGITS) {
      return false;
    }
    for (int i = 0; i < HEX_DIGITS; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  public static Digest of(byte[] bytes) {
    return from(sha256().digest(bytes));
  }

  /** Reads the whole file. */
  public static Digest of(Path file) throws IOException {
    MessageDigest sha256 = sha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha256.update(buffer, 0, n);
      }
    }
    return from(sha256.digest());
  }

  /** The digest whose 32 bytes these are, as protos carry it. */
  public static Digest from(ByteString sha256) {
    return from(sha256.toByteArray());
  }

  public ByteString bytes() {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  /** The first eight digits, for people. */
  public String brief() {
    return hex.substring(0, 8);
  }

  @Override
  public int compareTo(Digest other) {
    return hex.compareTo(other.hex);
  }

  /** A record's own is linked by its first call, which takes 12 ms of a start. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Digest digest && hex.equals(digest.hex);
  }

  @Override
  public int hashCode() {
    return hex.hashCode();
  }

  @Override
  public String toString() {
    return hex;
  }

  public static Digest from(byte[] sha256) {
    return new Digest(HexFormat.of().formatHex(sha256));
  }

  public static MessageDigest sha256() {
    try {
      return (MessageDigest) FRESH.clone(); // a third of what asking for one costs
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's digests can be cloned", e);
    }
  }

  private static MessageDigest fresh() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
