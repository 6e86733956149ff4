package io.stitchflow.report;

import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A number of a cell that is drawn as a heat map and averaged over regions. */
public enum Quantity {
  VANILLA_ACCURACY("Vanilla accuracy", Scale.ACCURACY, Cell::vanillaAccuracy),
  R2_VANILLA("R² of the vanilla stitch", Scale.R2, Cell::r2Vanilla),
  EV("EV = MSE(vanilla, expected)", Scale.ERROR, Cell::ev),
  COPY_ACCURACY("Copy accuracy", Scale.ACCURACY, Cell::copyAccuracy),
  R2_COPY("R² of the copy stitch", Scale.R2, Cell::r2Copy),
  ES("ES = MSE(copy, expected)", Scale.ERROR, Cell::es),
  SV("SV = MSE(vanilla, copy)", Scale.ERROR, Cell::sv);

  /** What a colour stands for. */
  enum Scale {
    /** Fixed: 0 to 1. */
    ACCURACY,
    /** Fixed: 0 to 1; what lies below is drawn as 0. */
    R2,
    /** From 0 to the map's largest value. */
    ERROR
  }

  private final String title;
  private final Scale scale;

  @SuppressWarnings("ImmutableEnumChecker") // method references, without state
  private final Function<Cell, @Nullable Double> value;

  Quantity(String title, Scale scale, Function<Cell, @Nullable Double> value) {
    this.title = title;
    this.scale = scale;
    this.value = value;
  }

  /** As files name it: {@code vanilla_accuracy}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String title() {
    return title;
  }

  Scale scale() {
    return scale;
  }

  /** Whether the number depends on how the copy task was solved. */
  boolean needsCopy() {
    return this == COPY_ACCURACY || this == R2_COPY || this == ES || this == SV;
  }

  /** Null where it was not measured. */
  public @Nullable Double of(Cell cell) {
    return value.apply(cell);
  }
}
