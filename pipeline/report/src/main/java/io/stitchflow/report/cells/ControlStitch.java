package io.stitchflow.report.cells;

import io.stitchflow.v1.Control;
import io.stitchflow.v1.Measurement;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A stitch that nothing was trained of. */
public enum ControlStitch {
  IDENTITY,
  PERMUTATION,
  RANDOM;

  /** As tables write it: {@code identity}. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Null where it was not measured, as where the maps differ in shape. */
  @Nullable Control of(Measurement measurement) {
    return switch (this) {
      case IDENTITY -> measurement.hasIdentity() ? measurement.getIdentity() : null;
      case PERMUTATION -> measurement.hasPermutation() ? measurement.getPermutation() : null;
      case RANDOM -> measurement.hasRandom() ? measurement.getRandom() : null;
    };
  }
}
