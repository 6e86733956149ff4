package io.stitchflow.torch;

import ai.djl.ndarray.types.Shape;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Lets one lane at a time have oneDNN choose how to compute a convolution. oneDNN 3.7 keeps the
 * cache sizes by which it chooses in static fields, AVX2's and AVX-512's in the same ones, and
 * writes them at every choice (brg_blocking_t::L2 in jit_brgemm_conv_utils.cpp): of two choices at
 * once, one takes a kernel that this machine never takes otherwise, whose bits differ, or one with
 * no memory to work in, which ends the process. What was chosen is kept, and what is computed again
 * needs no turn.
 */
final class ConvolutionChoice {
  /**
   * How many uses count as chosen. oneDNN keeps 1,024 choices and takes 2 or 3 for a use, reorders
   * of the arrays among them; what it forgot it must not choose again out of turn.
   */
  static final int REMEMBERED = 256;

  private static final Object TURN = new Object();
  private static final Map<Choice, Boolean> CHOSEN = // by last use
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Choice, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  private ConvolutionChoice() {}

  /** Something that oneDNN chooses once how to compute. */
  sealed interface Choice permits Use, ModuleUse {
    /** The same in a backward pass. */
    Choice backward();
  }

  /**
   * All by which oneDNN tells one convolution from another, and which of its parts are asked for.
   */
  record Use(
      Shape x,
      Shape weight,
      boolean bias,
      Window window,
      int groups,
      boolean gradientOfX,
      boolean gradientOfWeight,
      Direction direction)
      implements Choice {
    @Override
    public Use backward() {
      return new Use(
          x, weight, bias, window, groups, gradientOfX, gradientOfWeight, Direction.BACKWARD);
    }
  }

  /**
   * Convolutions inside a TorchScript module, which nothing shows: there are at most as many as
   * arrays of a convolution's shape.
   *
   * @param module differs between modules of a process
   * @param method of the module: another one has other convolutions for the same shape
   * @param array of the module, from 0
   * @param x shape of the module's input
   */
  record ModuleUse(
      long module, String method, int array, Shape x, boolean gradient, Direction direction)
      implements Choice {
    @Override
    public ModuleUse backward() {
      return new ModuleUse(module, method, array, x, gradient, Direction.BACKWARD);
    }
  }

  enum Direction {
    FORWARD,
    BACKWARD
  }

  /** Runs {@code work}, which convolves so and no otherwise, in its turn if one use is new. */
  static <T> T run(Collection<? extends Choice> uses, Supplier<T> work) {
    if (areChosen(uses)) {
      return work.get();
    }
    synchronized (TURN) {
      T result = work.get();
      synchronized (CHOSEN) {
        uses.forEach(use -> CHOSEN.put(use, true));
      }
      return result;
    }
  }

  private static boolean areChosen(Collection<? extends Choice> uses) {
    synchronized (CHOSEN) {
      return uses.stream().allMatch(use -> CHOSEN.get(use) != null);
    }
  }
}
