package io.stitchflow.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowIdentitiesTest {
  /** Of several blocks. */
  private static final int ROWS = 10_000;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "I64, I64, -1",
    "U64, U64, 18446744073709551615",
    "I32, I64, -1",
    "U32, I64, 4294967295",
    "I16, I64, -1",
    "U16, I64, 65535",
    "I8, I64, -1",
    "U8, I64, 255"
  })
  void text_numbersOfEachType_areDigitsOfTheNumber(Dtype dtype, Dtype stored, String last)
      throws IOException {
    ByteBuffer data = ByteBuffer.allocate(ROWS * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < ROWS - 1; row++) {
      data.put(row * dtype.bytes(), (byte) (row % 100));
    }
    for (int i = 1; i <= dtype.bytes(); i++) {
      data.put(ROWS * dtype.bytes() - i, (byte) 0xff);
    }
    RowIdentities identities = open(new NamedTensor("id", dtype, List.of(ROWS), data));
    assertThat(identities.type()).isEqualTo(new IdentityType(stored, Long.BYTES));
    for (int row = 0; row < ROWS - 1; row++) {
      assertThat(identities.text(row)).isEqualTo(String.valueOf(row % 100));
    }
    assertThat(identities.text(ROWS - 1)).isEqualTo(last);
    assertThat(identities.text(4097)).as("back").isEqualTo("97");
    assertThatThrownBy(() -> identities.text(ROWS)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @CsvSource({"cat/1.png, 'cat/1.png'", "Ä, 'Ä'", "'', ''''''", "it's, 'it''s'"})
  void text_paddedText_isInQuotes(String text, String shown) throws IOException {
    byte[] bytes = Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), 12);
    String expected = shown.startsWith("'") && shown.endsWith("'") ? shown : "'" + shown + "'";
    assertThat(open(bytes).text(0)).isEqualTo(expected);
  }

  @Test
  void text_hash_isHexadecimal() throws IOException {
    assertThat(open(new byte[] {(byte) 0xff, 0x10, 0, 7, 0}).text(0)).isEqualTo("0xff100007");
    assertThat(open(new byte[] {'a', '\n'}).text(0)).isEqualTo("0x610a");
    assertThat(open("\u202e".getBytes(StandardCharsets.UTF_8)).text(0))
        .as("turns the direction of writing")
        .isEqualTo("0xe280ae");
  }

  @Test
  void text_sameNumberOfOtherTypes_isTheSame() {
    ByteBuffer number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 53);
    String signed = new IdentityType(Dtype.I64, 8).text(number);
    assertThat(new IdentityType(Dtype.U64, 8).text(number)).isEqualTo(signed);
    assertThat(new IdentityType(Dtype.U8, 8).text(number)).as("text").isEqualTo("'5'");
    number.putLong(0, -1);
    assertThat(new IdentityType(Dtype.U64, 8).text(number))
        .isNotEqualTo(new IdentityType(Dtype.I64, 8).text(number));
  }

  @Test
  void of_otherArrays_areRefused() throws IOException {
    assertRefused(Dtype.F32, List.of(3), "'id' is of F32; write whole numbers [rows], or bytes");
    assertRefused(Dtype.I64, List.of(3, 2), "'id' is [3, 2] of I64; write whole numbers [rows]");
    assertRefused(Dtype.U8, List.of(3, 2, 2), "'id' is [3, 2, 2] of U8; write");
    assertRefused(Dtype.I64, List.of(), "'id' is [] of I64; write");
    assertRefused(
        Dtype.I64, List.of(4), "'id' is [4], but 'x' has 3 rows; write an identity a row");
    assertRefused(
        Dtype.U8, List.of(2, 5), "'id' is [2, 5], but 'x' has 3 rows; write an identity a row");
    assertRefused(Dtype.U8, List.of(3, 0), "'id' is [3, 0]; write from 1 to 1024 bytes a row");
    assertRefused(Dtype.U8, List.of(3, 1025), "'id' is [3, 1025]; write from 1 to 1024 bytes");
  }

  private void assertRefused(Dtype dtype, List<Integer> shape, String message) throws IOException {
    int count = shape.stream().reduce(1, Math::multiplyExact);
    NamedArrays arrays =
        arrays(new NamedTensor("id", dtype, shape, ByteBuffer.allocate(count * dtype.bytes())));
    assertThatThrownBy(() -> RowIdentities.of(arrays, "id", 3, "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  private RowIdentities open(byte[] one) throws IOException {
    return open(new NamedTensor("id", Dtype.U8, List.of(1, one.length), ByteBuffer.wrap(one)));
  }

  private RowIdentities open(NamedTensor array) throws IOException {
    return RowIdentities.of(arrays(array), "id", array.shape().get(0), "x");
  }

  private NamedArrays arrays(NamedTensor array) throws IOException {
    Path file = directory.resolve("file");
    Safetensors.write(file, List.of(array), new TreeMap<>());
    return Safetensors.readForeign(file);
  }
}
