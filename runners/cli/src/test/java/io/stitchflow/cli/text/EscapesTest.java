package io.stitchflow.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EscapesTest {
  @Test
  void columns_wideCharactersAndMarks_countAsTheTerminalShowsThem() {
    assertThat(Escapes.columns("train a")).isEqualTo(7);
    assertThat(Escapes.columns("訓練")).isEqualTo(4);
    assertThat(Escapes.columns("e\u0301")).isEqualTo(1);
    assertThat(Escapes.columns("\ud83d\ude80")).isEqualTo(2);
  }

  @Test
  void cut_lineTooLong_fitsAndSaysThatItWasCut() {
    assertThat(Escapes.cut("train a", 7)).isEqualTo("train a");
    assertThat(Escapes.cut("train ab", 7)).isEqualTo("trai...");
    assertThat(Escapes.cut("訓練訓練", 7)).isEqualTo("訓練...");
    assertThat(Escapes.cut("訓練訓練", 6)).isEqualTo("訓...");
    assertThat(Escapes.cut("train a", 3)).isEqualTo("...");
    assertThat(Escapes.cut("train a", 2)).isEmpty();
  }
}
