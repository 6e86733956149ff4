package io.stitchflow.statistics;

import com.google.protobuf.ByteString;
import io.stitchflow.v1.Predictions;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How {@link Predictions} hold classes: a byte each, or a number each where a byte is too small.
 */
public final class PredictedClasses {
  private static final int MOST_OF_A_BYTE = 255;

  private PredictedClasses() {}

  /**
   * The predictions of a network.
   *
   * @param train class by example of the train split
   * @param test of the test split
   */
  public static Predictions of(List<Integer> train, List<Integer> test) {
    Predictions.Builder predictions = Predictions.newBuilder();
    if (largest(train) > MOST_OF_A_BYTE || largest(test) > MOST_OF_A_BYTE) {
      return predictions.addAllTrainClass(train).addAllTestClass(test).build();
    }
    return predictions.setTrain(bytes(train)).setTest(bytes(test)).build();
  }

  private static int largest(List<Integer> classes) {
    return classes.isEmpty() ? 0 : Collections.max(classes);
  }

  private static ByteString bytes(List<Integer> classes) {
    byte[] bytes = new byte[classes.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = classes.get(i).byteValue();
    }
    return ByteString.copyFrom(bytes);
  }

  /** By example of the train split. */
  public static List<Integer> train(Predictions predictions) {
    return classes(predictions.getTrain(), predictions.getTrainClassList());
  }

  /** By example of the test split. */
  public static List<Integer> test(Predictions predictions) {
    return classes(predictions.getTest(), predictions.getTestClassList());
  }

  private static List<Integer> classes(ByteString bytes, List<Integer> numbers) {
    return bytes.isEmpty()
        ? numbers
        : IntStream.range(0, bytes.size())
            .mapToObj(i -> Byte.toUnsignedInt(bytes.byteAt(i)))
            .toList();
  }
}
