package io.stitchflow.picture;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A JPEG or PNG image as networks take it: the square in its middle, resized to the data set's
 * size.
 *
 * <p>Levels are the file's own: colour profiles and the orientation that a camera notes are not
 * applied, grey is put into all three channels, 16 bits are rounded to 8.
 */
public final class Picture {
  private static final long MOST_PIXELS = 1L << 27;
  private static final int OPAQUE = 255;

  /** A file holds no usable image: the message says why. */
  public static final class UnusableImageException extends Exception {
    UnusableImageException(String why) {
      super(why);
    }

    public UnusableImageException(String why, Exception cause) {
      super(why, cause);
    }
  }

  private final BufferedImage image;
  private final int bands;

  private Picture(BufferedImage image) {
    this.image = image;
    this.bands = image.getRaster().getNumBands();
  }

  /**
   * The pixels of a file, [channel, row, column].
   *
   * @param side rows and columns
   * @throws UnusableImageException if it is broken, cut off, transparent, or of another kind
   */
  public static ByteBuffer pixels(byte[] file, int side) throws UnusableImageException {
    Picture picture = new Picture(decode(file));
    int width = picture.image.getWidth();
    int height = picture.image.getHeight();
    int size = Math.min(width, height);
    AreaAverage average = new AreaAverage(size, side);
    int left = (width - size) / 2;
    int top = (height - size) / 2;
    int[][] levels = new int[AreaAverage.CHANNELS][size];
    for (int row = 0; row < size; row++) {
      picture.read(left, top + row, levels);
      average.add(levels);
    }
    return average.levels();
  }

  static BufferedImage decode(byte[] file) throws UnusableImageException {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new UnusableImageException("is neither JPEG nor PNG");
      }
      ImageReader reader = readers.next();
      try {
        return decode(reader, in);
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      // Broken files make the JDK's readers throw many kinds of exceptions
      boolean told = e instanceof IOException && e.getMessage() != null;
      throw new UnusableImageException(
          "cannot be decoded" + (told ? ": " + e.getMessage() : ""), e);
    }
  }

  private static BufferedImage decode(ImageReader reader, ImageInputStream in)
      throws IOException, UnusableImageException {
    String format = reader.getFormatName().toUpperCase(Locale.ROOT);
    if (!format.equals("JPEG") && !format.equals("PNG")) {
      throw new UnusableImageException("is " + format + ", neither JPEG nor PNG");
    }
    List<String> warnings = new ArrayList<>();
    // A JPEG that is cut off is filled up with grey, and a warning is all there is
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    reader.setInput(in, true, true);
    long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
    if (pixels > MOST_PIXELS) {
      throw new UnusableImageException(
          String.format(Locale.ROOT, "has %,d pixels, more than %,d", pixels, MOST_PIXELS));
    }
    BufferedImage image = reader.read(0);
    if (!warnings.isEmpty()) {
      throw new UnusableImageException("is damaged: " + warnings.get(0));
    }
    return image;
  }

  /** Reads the pixels from (left, row) on, as many as {@code levels} takes, by channel. */
  private void read(int left, int row, int[][] levels) throws UnusableImageException {
    int count = levels[0].length;
    Raster raster = image.getRaster();
    int[] samples = raster.getPixels(left, row, count, 1, (int[]) null);
    if (image.getColorModel() instanceof IndexColorModel palette) {
      for (int i = 0; i < count; i++) {
        checkOpaque(palette.getAlpha(samples[i]));
        levels[0][i] = palette.getRed(samples[i]);
        levels[1][i] = palette.getGreen(samples[i]);
        levels[2][i] = palette.getBlue(samples[i]);
      }
      return;
    }
    boolean alpha = bands == 2 || bands == 4;
    if (bands > 4 || alpha != image.getColorModel().hasAlpha()) {
      throw new UnusableImageException(
          "has " + bands + " channels that are not grey or red, green and blue; convert it to RGB");
    }
    for (int i = 0; i < count; i++) {
      for (int channel = 0; channel < AreaAverage.CHANNELS; channel++) {
        int band = bands < AreaAverage.CHANNELS ? 0 : channel;
        levels[channel][i] = level(samples[i * bands + band], band);
      }
      if (alpha) {
        checkOpaque(level(samples[i * bands + bands - 1], bands - 1));
      }
    }
  }

  /** A sample in 0 to 255, rounded to the nearest. */
  private int level(int sample, int band) {
    int largest = (1 << image.getRaster().getSampleModel().getSampleSize(band)) - 1;
    return largest == OPAQUE ? sample : (sample * OPAQUE + largest / 2) / largest;
  }

  private static void checkOpaque(int alpha) throws UnusableImageException {
    if (alpha != OPAQUE) {
      throw new UnusableImageException(
          "has transparent pixels; flatten it onto a background colour");
    }
  }
}
