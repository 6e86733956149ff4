package io.stitchflow.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.network.Augmentation.Draw;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AugmentationTest {
  private static final int SIZE = 32;

  @Test
  void render_nothingDrawn_isTheImage() {
    float[] image = render(new Draw(SIZE, SIZE, false, 0, 0, 0, 0, 0));
    for (int i = 0; i < image.length; i++) {
      assertThat(image[i]).isEqualTo(value(i % 3, i / 3 / SIZE, i / 3 % SIZE));
    }
  }

  @Test
  void render_mirroredAndShifted_movesTheMirrorImageAndFillsWithTheMean() {
    float[] image = render(new Draw(SIZE, SIZE, true, 2, -1, 0, 0, 0));
    for (int channel = 0; channel < 3; channel++) {
      for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x++) {
          boolean inside = y + 1 < SIZE && x >= 2;
          float expected = inside ? value(channel, y + 1, SIZE - 1 - (x - 2)) : 0;
          assertThat(image[(y * SIZE + x) * 3 + channel]).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void render_shiftedLeftAndDown_fillsRightAndTop() {
    float[] image = render(new Draw(SIZE, SIZE, false, -3, 1, 0, 0, 0));
    assertThat(image[3 * 5]).isZero();
    assertThat(image[3 * SIZE]).isEqualTo(value(0, 0, 3));
    assertThat(image[3 * (SIZE + SIZE - 4)]).isEqualTo(value(0, 0, SIZE - 1));
    assertThat(image[3 * (SIZE + SIZE - 3)]).isZero();
  }

  @Test
  void render_cutout_blanksTheSquareInEachChannel() {
    float[] image = render(new Draw(SIZE, SIZE, false, 0, 0, 28, 4, 4));
    int blank = 0;
    for (int i = 0; i < image.length; i++) {
      int y = i / 3 / SIZE;
      boolean inside = y >= 4 && y < 8 && i / 3 % SIZE >= 28;
      blank += image[i] == 0 ? 1 : 0;
      assertThat(image[i] == 0).isEqualTo(inside);
    }
    assertThat(blank).isEqualTo(3 * 16);
  }

  @Test
  void render_notSquare_keepsRowsAndColumns() {
    float[] image = new float[2 * 3 * 5];
    for (int i = 0; i < image.length; i++) {
      image[i] = i + 1;
    }
    float[] rendered = new float[image.length];
    new Draw(3, 5, true, 1, 0, 0, 0, 0).render(image, 2, rendered);
    for (int channel = 0; channel < 2; channel++) {
      for (int y = 0; y < 3; y++) {
        for (int x = 0; x < 5; x++) {
          float expected = x == 0 ? 0 : image[channel * 15 + y * 5 + 4 - (x - 1)];
          assertThat(rendered[(y * 5 + x) * 2 + channel]).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void draw_manyTimes_coversAllPlacesAndNothingElse() {
    SplittableRandom random = new SplittableRandom(1);
    boolean[] right = new boolean[5];
    int mirrored = 0;
    for (int i = 0; i < 1000; i++) {
      Draw draw = new Augmentation(SIZE, SIZE, true, 2, 4).draw(random);
      right[draw.right() + 2] = true;
      mirrored += draw.mirrored() ? 1 : 0;
      assertThat(draw.left()).isBetween(0, 28);
      assertThat(draw.down()).isBetween(-2, 2);
    }
    assertThat(right).containsOnly(true);
    assertThat(mirrored).isBetween(400, 600);
  }

  @Test
  void augmentation_largerThanTheImage_isRefused() {
    assertThatThrownBy(() -> new Augmentation(SIZE, SIZE, true, 0, 33))
        .hasMessageContaining("0, 33");
  }

  private static float[] render(Draw draw) {
    float[] image = new float[3 * SIZE * SIZE];
    for (int i = 0; i < image.length; i++) {
      image[i] = value(i / SIZE / SIZE, i / SIZE % SIZE, i % SIZE);
    }
    float[] rendered = new float[image.length];
    draw.render(image, 3, rendered);
    return rendered;
  }

  private static float value(int channel, int y, int x) {
    return 1000 * (channel + 1) + (y * 7 + x);
  }
}
