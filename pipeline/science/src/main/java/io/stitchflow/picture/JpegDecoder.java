package io.stitchflow.picture;

import com.google.protobuf.ByteString;
import io.stitchflow.content.Digest;
import io.stitchflow.picture.Picture.UnusableImageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * What decodes JPEGs here, told by what it makes of one. The format leaves decoders a level or so
 * of freedom, and JDKs bring their own decoder or use the system's.
 */
public final class JpegDecoder {
  private static final String SAMPLE = "sample.jpg";

  private JpegDecoder() {}

  /** Of the pixels of a known image: 61 x 53, colours at half resolution. */
  public static Digest digest() {
    try (InputStream in = JpegDecoder.class.getResourceAsStream(SAMPLE)) {
      if (in == null) {
        throw new IllegalStateException(SAMPLE + " is missing from the jar");
      }
      var image = Picture.decode(in.readAllBytes());
      int[] samples =
          image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
      byte[] levels = new byte[samples.length];
      for (int i = 0; i < samples.length; i++) {
        levels[i] = (byte) samples[i];
      }
      return Digest.of(levels);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UnusableImageException e) {
      throw new IllegalStateException("this JDK decodes no JPEG images: " + e.getMessage(), e);
    }
  }

  /**
   * Checks that the decoder here is the one of a digest.
   *
   * @throws IllegalArgumentException if the decoder here is another
   */
  public static void check(ByteString planned) {
    Digest here = digest();
    if (!here.bytes().equals(planned)) {
      throw new IllegalArgumentException(
          "this JDK decodes JPEG images differently from the one that planned the run ("
              + here.brief()
              + ", not "
              + Digest.from(planned).brief()
              + "); use the same JDK on both machines");
    }
  }
}
