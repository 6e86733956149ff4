package io.stitchflow.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class AreaAverageTest {
  @Test
  void levels_of32_areTheSame() {
    ByteBuffer image = average(32, (channel, x, y) -> channel * 50 + 3 * x + y);
    for (int channel = 0; channel < 3; channel++) {
      for (int i = 0; i < 1024; i++) {
        assertThat(image.get(channel * 1024 + i) & 0xff)
            .isEqualTo(channel * 50 + 3 * (i % 32) + i / 32);
      }
    }
  }

  @Test
  void levels_of64_areMeansOfFour() {
    // 1, 2, 3 and 5 in each block of four: 2.75
    int[] block = {1, 2, 3, 5};
    ByteBuffer image = average(64, (channel, x, y) -> block[x % 2 + 2 * (y % 2)]);
    for (int i = 0; i < 3072; i++) {
      assertThat(image.get(i)).isEqualTo((byte) 3);
    }
  }

  @Test
  void levels_of48_weighHalfCoveredPixelsByHalf() {
    // New pixel 0 covers old column 0 whole and half of column 1: (90 + 15) / 1.5; new pixel 1 the
    // other
    // half of it and column 2: (15 + 60) / 1.5
    int[] columns = {90, 30, 60};
    ByteBuffer image = average(48, (channel, x, y) -> columns[x % 3]);
    for (int row = 0; row < 32; row++) {
      assertThat(image.get(row * 32)).isEqualTo((byte) 70);
      assertThat(image.get(row * 32 + 1)).isEqualTo((byte) 50);
      assertThat(image.get(row * 32 + 30)).isEqualTo((byte) 70);
    }
  }

  /** Each new pixel covers 7 / 5 of an old one each way. */
  @Test
  void levels_of7To5_areMeansOverTheCoveredArea() {
    ByteBuffer image = average(7, 5, (channel, x, y) -> x * x * y + 3 * x);
    double[][] covered = new double[5][7];
    for (int i = 0; i < 5; i++) {
      for (int k = 0; k < 7; k++) {
        covered[i][k] = Math.max(0, Math.min((i + 1) * 1.4, k + 1) - Math.max(i * 1.4, k));
      }
    }
    for (int row = 0; row < 5; row++) {
      for (int column = 0; column < 5; column++) {
        double sum = 0;
        for (int y = 0; y < 7; y++) {
          for (int x = 0; x < 7; x++) {
            sum += covered[row][y] * covered[column][x] * (x * x * y + 3 * x);
          }
        }
        assertThat(image.get(row * 5 + column) & 0xff)
            .isEqualTo((int) Math.floor(sum / 1.96 + 0.5));
      }
    }
  }

  @Test
  void levels_of64To64_areTheSame() {
    ByteBuffer image = average(64, 64, (channel, x, y) -> x + y + channel);
    assertThat(image.remaining()).isEqualTo(3 * 64 * 64);
    assertThat(image.get(2 * 4096 + 5 * 64 + 60)).isEqualTo((byte) 67);
  }

  @Test
  void levels_of16_areRepeated() {
    ByteBuffer image = average(16, (channel, x, y) -> 10 * x + y);
    for (int i = 0; i < 1024; i++) {
      assertThat(image.get(i) & 0xff).isEqualTo(10 * (i % 32 / 2) + i / 32 / 2);
    }
  }

  @Test
  void levels_of1_areThePixel() {
    ByteBuffer image = average(1, (channel, x, y) -> 7 + channel);
    assertThat(image.get(0)).isEqualTo((byte) 7);
    assertThat(image.get(3071)).isEqualTo((byte) 9);
  }

  @Test
  void levels_half_isRoundedUp() {
    ByteBuffer image = average(64, (channel, x, y) -> x % 2 == 0 ? 254 : 255);
    assertThat(image.get(0) & 0xff).isEqualTo(255);
  }

  @Test
  void levels_ofLargeImage_areRight() {
    // 11,585 is the side of the largest picture; all white
    ByteBuffer image = average(11_585, (channel, x, y) -> 255);
    for (int i = 0; i < 3072; i++) {
      assertThat(image.get(i)).isEqualTo((byte) 255);
    }
  }

  private interface Level {
    int at(int channel, int x, int y);
  }

  private static ByteBuffer average(int size, Level level) {
    return average(size, 32, level);
  }

  private static ByteBuffer average(int size, int side, Level level) {
    AreaAverage average = new AreaAverage(size, side);
    int[][] levels = new int[3][size];
    for (int y = 0; y < size; y++) {
      for (int channel = 0; channel < 3; channel++) {
        for (int x = 0; x < size; x++) {
          levels[channel][x] = level.at(channel, x, y);
        }
      }
      average.add(levels);
    }
    return average.levels();
  }
}
