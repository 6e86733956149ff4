package io.stitchflow.gc;

import static io.stitchflow.store.StoreFiles.bytes;
import static io.stitchflow.store.StoreFiles.files;
import static io.stitchflow.store.StoreFiles.flipBit;
import static io.stitchflow.store.StoreFiles.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.content.StoreException;
import io.stitchflow.store.Store;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PinsTest {
  private static final Digest A = Digest.of(bytes("a"));
  private static final Digest B = Digest.of(bytes("b"));

  @TempDir Path temporary;
  private Store store;
  private Pins pins;

  @BeforeEach
  void openStore() throws IOException {
    store = Store.open(temporary.resolve("store"));
    pins = new Pins(store);
  }

  @Test
  void all_noStore_isEmptyAndMakesNothing() throws IOException {
    assertThat(pins.all()).isEmpty();
    assertThat(store.root()).doesNotExist();
  }

  @Test
  void pin_thenAgain_keepsTheNewKeysOnly() throws IOException {
    pins.pin("paper.v1", List.of(A, B, A));
    assertThat(new Pins(Store.open(store.root())).all())
        .containsOnly(Map.entry("paper.v1", new TreeSet<>(Set.of(A, B))));

    pins.pin("paper.v1", List.of(B));
    assertThat(pins.all().get("paper.v1")).containsExactly(B);
    assertThat(files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void unpin_saysWhetherThereWasOne() throws IOException {
    pins.pin("one", List.of(A));

    assertThat(pins.unpin("one")).isTrue();
    assertThat(pins.unpin("one")).isFalse();
    assertThat(pins.all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", ".hidden", "a/b", "../a", "/a", "a b", "a\n", "ä", "a\0", "a\\b"})
  void pin_nameThatCannotBe_isRefusedAndNothingIsMade(String name) {
    assertThatThrownBy(() -> pins.pin(name, List.of(A)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 100 of A-Z, a-z, 0-9, '.', '_' and '-'")
        .hasMessageContaining("'" + name + "'");
    assertThatThrownBy(() -> pins.unpin(name)).isInstanceOf(IllegalArgumentException.class);
    assertThat(store.root()).doesNotExist();
  }

  @Test
  void pin_nameOf100_isTakenAndOf101Refused() throws IOException {
    pins.pin("x".repeat(100), List.of(A));
    assertThat(names(files(store, Folder.PINS))).containsExactly("x".repeat(100));
    assertThatThrownBy(() -> pins.pin("x".repeat(101), List.of(A)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pins.pin("none", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one");
  }

  @Test
  void all_pinAlteredInAnyBitOrUnderAnotherName_isAnErrorAndNotAMissingPin() throws IOException {
    pins.pin("one", List.of(A));
    Path file = files(store, Folder.PINS).get(0);
    byte[] sound = Files.readAllBytes(file);
    for (long bit = 0; bit < 8L * sound.length; bit += 5) {
      flipBit(file, bit);
      assertThatThrownBy(() -> pins.all())
          .as("bit %s", bit)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("pins/one: is damaged");
      Files.delete(file);
      Files.write(file, sound);
    }
    Files.move(file, file.resolveSibling("two"));
    assertThatThrownBy(() -> pins.all()).hasMessageContaining("pins/two: is damaged");
    assertThat(pins.unpin("two")).isTrue();
    assertThat(pins.all()).isEmpty();
  }
}
