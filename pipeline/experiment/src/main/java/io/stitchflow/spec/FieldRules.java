package io.stitchflow.spec;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import io.stitchflow.dataset.DatasetKind;
import io.stitchflow.dataset.DatasetKind.NumberRange;
import io.stitchflow.dataset.DatasetKinds;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.layer.LayerReader;
import io.stitchflow.v1.Dataset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a single field may hold, whatever stands beside it. */
final class FieldRules {
  static final int BYTES_A_NAME = 64;

  /** More than a cut has channels; it bounds mistakes. */
  private static final int MOST_RANK = 65_536;

  private static final Range EPOCHS = Range.of(0, 100_000);
  private static final Range BATCH = Range.of(1, 65_536);
  private static final Range STRIDE = Range.of(1, LayerReader.MOST_STRIDE);
  private static final Range POSITIVE = new Range("above 0", x -> x > 0);
  private static final Range NOT_NEGATIVE = new Range("of 0 or more", x -> x >= 0);
  private static final Range SHARE = new Range("of at least 0 and below 1", x -> x >= 0 && x < 1);

  /** By message and field. */
  private static final Map<String, Range> RANGES =
      Map.ofEntries(
          Map.entry("Portion.examples", Range.of(1, Integer.MAX_VALUE)),
          Map.entry("Portion.fraction", new Range("above 0 and at most 1", x -> x > 0 && x <= 1)),
          Map.entry("Network.width", Range.of(1, Architecture.MOST_WIDTH)),
          Map.entry("ConvolutionLayer.stride", STRIDE),
          Map.entry("ConvolutionLayer.dilation", Range.of(1, LayerReader.MOST_DILATION)),
          Map.entry("ConvolutionLayer.groups", Range.of(1, LayerReader.MOST_CHANNELS)),
          Map.entry("LayerNormLayer.epsilon", POSITIVE),
          Map.entry("GroupNormLayer.epsilon", POSITIVE),
          Map.entry("PoolLayer.stride", STRIDE),
          Map.entry("ClassMeansBaseline.sigma", NOT_NEGATIVE),
          Map.entry("NoiseBaseline.shape", Range.of(1, RepresentationRules.MOST_ELEMENTS)),
          Map.entry("TrainingRecipe.epochs", EPOCHS),
          Map.entry("TrainingRecipe.batch_size", BATCH),
          Map.entry("TrainingRecipe.learning_rate", POSITIVE),
          Map.entry("TrainingRecipe.momentum", SHARE),
          Map.entry("TrainingRecipe.weight_decay", NOT_NEGATIVE),
          Map.entry("TrainingRecipe.warmup", SHARE),
          Map.entry("StitchRecipe.epochs", EPOCHS),
          Map.entry("StitchRecipe.batch_size", BATCH),
          Map.entry("StitchRecipe.learning_rate", POSITIVE),
          Map.entry("StitchRecipe.momentum", SHARE),
          Map.entry("StitchRecipe.weight_decay", NOT_NEGATIVE),
          Map.entry("Program.std", POSITIVE),
          Map.entry("FrontSettings.weight", POSITIVE),
          Map.entry("RankSettings.rank", Range.of(1, MOST_RANK)),
          Map.entry("CopySettings.tolerance", SHARE));

  private FieldRules() {}

  /** Numbers that a field takes: {@code a number above 0}. */
  private record Range(String words, Holds holds) {
    static Range of(long from, long to) {
      return new Range("from " + from + " to " + to, x -> x >= from && x <= to);
    }
  }

  @FunctionalInterface
  private interface Holds {
    boolean test(double number);
  }

  /** What is wrong with the value and what to do, or null. */
  static @Nullable String complaint(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case INT, LONG, DOUBLE -> number(field, value);
      case ENUM -> constant(field, (EnumValueDescriptor) value);
      default -> null;
    };
  }

  private static @Nullable String number(FieldDescriptor field, Object value) {
    String written =
        field.getJavaType() == JavaType.DOUBLE ? value.toString() : unsigned(field, value);
    double number = Double.parseDouble(written);
    @Nullable Range range = range(field);
    boolean good = Double.isFinite(number) && (range == null || range.holds().test(number));
    return good ? null : "is " + written + "; choose " + wanted(field);
  }

  private static String unsigned(FieldDescriptor field, Object value) {
    return field.getJavaType() == JavaType.INT
        ? Integer.toUnsignedString((Integer) value)
        : Long.toUnsignedString((Long) value);
  }

  private static @Nullable String constant(FieldDescriptor field, EnumValueDescriptor value) {
    if (names(field).contains(value.getName())) {
      return null;
    }
    String written =
        value.getNumber() == 0
            ? value.getName() + " is not set"
            : value.getNumber() + " is not a value of " + field.getEnumType().getName();
    return written + "; choose one of " + String.join(", ", names(field));
  }

  /** What is wrong with text that is not a value of the field at all, and what to do. */
  static String unreadable(FieldDescriptor field, String written) {
    return switch (field.getJavaType()) {
      case INT, LONG ->
          "'" + written + "' is not a whole number of 0 or more; choose " + wanted(field);
      case DOUBLE, FLOAT -> "'" + written + "' is not a number; choose " + wanted(field);
      case BOOLEAN -> "'" + written + "' is neither true nor false; choose one of them";
      case ENUM ->
          "'"
              + written
              + "' is not a value of "
              + field.getEnumType().getName()
              + "; "
              + Suggestion.advice(written, names(field));
      case STRING, BYTE_STRING ->
          "'" + written + "' is not text; write \"" + written + "\", in quotes";
      case MESSAGE ->
          "'"
              + written
              + "' is not a value of "
              + field.getMessageType().getName()
              + "; write its fields between { and }";
    };
  }

  /** Constants of an enum field but UNSPECIFIED. */
  private static List<String> names(FieldDescriptor field) {
    return field.getEnumType().getValues().stream()
        .filter(constant -> constant.getNumber() != 0)
        .map(EnumValueDescriptor::getName)
        .toList();
  }

  private static String wanted(FieldDescriptor field) {
    String kind = field.getJavaType() == JavaType.DOUBLE ? "a number" : "a whole number";
    @Nullable Range range = range(field);
    if (range != null) {
      return kind + " " + range.words();
    }
    return switch (field.getJavaType()) {
      case INT -> "a whole number from 0 to 4294967295";
      case LONG -> "a whole number from 0 to 18446744073709551615";
      default -> kind;
    };
  }

  private static @Nullable Range range(FieldDescriptor field) {
    Range range = RANGES.get(key(field));
    return range == null ? datasetRange(field) : range;
  }

  /** Of a field in the message of a data set kind. */
  private static @Nullable Range datasetRange(FieldDescriptor field) {
    for (DatasetKind kind : DatasetKinds.builtIn()) {
      FieldDescriptor parent = Dataset.getDescriptor().findFieldByName(kind.name());
      if (field.getContainingType().equals(parent.getMessageType())) {
        @Nullable NumberRange range = kind.ranges().get(field.getName());
        return range == null ? null : Range.of(range.least(), range.most());
      }
    }
    return null;
  }

  private static String key(FieldDescriptor field) {
    return field.getContainingType().getName() + "." + field.getName();
  }

  /** What is wrong with a name and what to do, or null. Names become parts of file names. */
  static @Nullable String nameComplaint(String name) {
    if (name.isEmpty()) {
      return "is missing; give a name of letters, digits, '.', '_' and '-'";
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean good =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "._-".indexOf(c) >= 0;
      if (!good) {
        return "'"
            + name
            + "' has the character '"
            + c
            + "'; use letters, digits, '.', '_' and '-' only";
      }
    }
    if (name.charAt(0) == '.' || name.charAt(0) == '-') {
      return "'"
          + name
          + "' begins with '"
          + name.charAt(0)
          + "'; begin it with a letter, a digit or '_'";
    }
    if (name.length() > BYTES_A_NAME) {
      return "'"
          + name
          + "' has "
          + name.length()
          + " characters; use "
          + BYTES_A_NAME
          + " at most";
    }
    return null;
  }
}
