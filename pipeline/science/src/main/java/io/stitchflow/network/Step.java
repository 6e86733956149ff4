package io.stitchflow.network;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.Tensor.Role;
import io.stitchflow.torch.Functional;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the forward pass. Applied, it leaves its input as it is and closes what it makes on the
 * way as soon as nothing here needs it; a recorded graph holds on to what its gradients need.
 */
sealed interface Step {
  /** Where networks that learn and frozen ones differ. */
  interface Arithmetic {
    /** With the normalisation of its output. */
    NDArray convolve(NDArray x, Convolution convolution);

    NDArray normalize(NDArray x, Normalization normalization);

    NDArray linear(NDArray x, Linear linear);
  }

  NDArray apply(NDArray x, Arithmetic arithmetic);

  /** Its arrays, in PyTorch's order. */
  default List<Tensor> tensors() {
    return List.of();
  }

  /** Multiply-accumulates for one image, in convolutions and linear layers. */
  default long macs() {
    return 0;
  }

  /** Its convolutions, normalisations and linear layers. */
  default List<Step> parts() {
    return List.of(this);
  }

  /**
   * A convolution and, where there is one, the normalisation of its output.
   *
   * @param kernel side of the kernel
   * @param size side of the output
   */
  record Convolution(
      String name,
      @Nullable Normalization norm,
      int in,
      int out,
      int kernel,
      int stride,
      int padding,
      boolean hasBias,
      int size)
      implements Step {
    String weight() {
      return name + ".weight";
    }

    String bias() {
      return name + ".bias";
    }

    @Override
    public NDArray apply(NDArray x, Arithmetic arithmetic) {
      return arithmetic.convolve(x, this);
    }

    @Override
    public List<Tensor> tensors() {
      List<Tensor> tensors = new ArrayList<>();
      tensors.add(new Tensor(weight(), Role.CONVOLUTION, List.of(out, in, kernel, kernel)));
      if (hasBias) {
        tensors.add(new Tensor(bias(), Role.ZERO, List.of(out)));
      }
      if (norm != null) {
        tensors.addAll(norm.tensors());
      }
      return tensors;
    }

    @Override
    public long macs() {
      return (long) in * out * kernel * kernel * size * size;
    }
  }

  /** A batch normalisation of {@code channels} channels, or of a vector's numbers. */
  record Normalization(String name, int channels) implements Step {
    @Override
    public NDArray apply(NDArray x, Arithmetic arithmetic) {
      return arithmetic.normalize(x, this);
    }

    @Override
    public List<Tensor> tensors() {
      List<Integer> shape = List.of(channels);
      return List.of(
          new Tensor(name + ".weight", Role.ONE, shape),
          new Tensor(name + ".bias", Role.ZERO, shape),
          new Tensor(name + ".running_mean", Role.RUNNING_MEAN, shape),
          new Tensor(name + ".running_var", Role.RUNNING_VARIANCE, shape));
    }
  }

  record Linear(String name, int in, int out, boolean hasBias) implements Step {
    String weight() {
      return name + ".weight";
    }

    String bias() {
      return name + ".bias";
    }

    @Override
    public NDArray apply(NDArray x, Arithmetic arithmetic) {
      return arithmetic.linear(x, this);
    }

    @Override
    public List<Tensor> tensors() {
      Tensor weight = new Tensor(weight(), Role.LINEAR, List.of(out, in), in);
      return hasBias
          ? List.of(weight, new Tensor(bias(), Role.LINEAR_BIAS, List.of(out), in))
          : List.of(weight);
    }

    @Override
    public long macs() {
      return (long) in * out;
    }
  }

  /** Steps without arrays. */
  enum Shapeless implements Step {
    RELU {
      @Override
      public NDArray apply(NDArray x, Arithmetic arithmetic) {
        return Functional.relu(x);
      }
    },
    GLOBAL_AVERAGE_POOL {
      @Override
      public NDArray apply(NDArray x, Arithmetic arithmetic) {
        return Functional.globalAveragePool(x);
      }
    },
    FLATTEN {
      @Override
      public NDArray apply(NDArray x, Arithmetic arithmetic) {
        return Functional.flatten(x);
      }
    };

    @Override
    public List<Step> parts() {
      return List.of();
    }
  }

  /** The largest or the mean number of each window. */
  record Pool(boolean largest, int kernel, int stride, int padding) implements Step {
    @Override
    public NDArray apply(NDArray x, Arithmetic arithmetic) {
      return largest
          ? Functional.maxPool(x, kernel, stride, padding)
          : Functional.averagePool(x, kernel, stride, padding);
    }

    @Override
    public List<Step> parts() {
      return List.of();
    }
  }

  /**
   * Body plus shortcut.
   *
   * @param shortcut null where it is the identity
   */
  record Residual(Sequence body, @Nullable Sequence shortcut) implements Step {
    @Override
    public NDArray apply(NDArray x, Arithmetic arithmetic) {
      NDArray y = body.apply(x, arithmetic);
      if (shortcut == null) {
        return add(y, x);
      }
      try (NDArray other = shortcut.apply(x, arithmetic)) {
        return add(y, other);
      }
    }

    private NDArray add(NDArray y, NDArray other) {
      // What a convolution or normalisation gives is nobody else's; a relu's gradient reads it
      if (body.last() instanceof Convolution || body.last() instanceof Normalization) {
        return y.addi(other);
      }
      try (y) {
        return y.add(other);
      }
    }

    @Override
    public List<Tensor> tensors() {
      List<Tensor> tensors = new ArrayList<>(body.tensors());
      if (shortcut != null) {
        tensors.addAll(shortcut.tensors());
      }
      return tensors;
    }

    @Override
    public long macs() {
      return body.macs() + (shortcut == null ? 0 : shortcut.macs());
    }

    @Override
    public List<Step> parts() {
      List<Step> parts = new ArrayList<>(body.parts());
      if (shortcut != null) {
        parts.addAll(shortcut.parts());
      }
      return parts;
    }
  }

  /** One after another; at least one. */
  record Sequence(List<Step> steps) implements Step {
    public Sequence {
      steps = List.copyOf(steps);
      if (steps.isEmpty()) {
        throw new IllegalArgumentException("a sequence needs a step, but has none");
      }
    }

    Step last() {
      Step last = steps.get(steps.size() - 1);
      return last instanceof Sequence sequence ? sequence.last() : last;
    }

    @Override
    public NDArray apply(NDArray x, Arithmetic arithmetic) {
      NDArray y = steps.get(0).apply(x, arithmetic);
      for (Step step : steps.subList(1, steps.size())) {
        try (NDArray before = y) {
          y = step.apply(before, arithmetic);
        }
      }
      return y;
    }

    @Override
    public List<Tensor> tensors() {
      return steps.stream().flatMap(step -> step.tensors().stream()).toList();
    }

    @Override
    public long macs() {
      return steps.stream().mapToLong(Step::macs).sum();
    }

    @Override
    public List<Step> parts() {
      return steps.stream().flatMap(step -> step.parts().stream()).toList();
    }
  }
}
