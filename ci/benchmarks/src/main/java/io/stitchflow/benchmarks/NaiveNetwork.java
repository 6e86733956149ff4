package io.stitchflow.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.stitchflow.network.Architecture;
import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.torch.Functional;
import io.stitchflow.torch.Functional.BatchNorm;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A trained ResNet as a training script has it: every weight takes a gradient, although none is
 * moved, and normalisations are layers of their own, in inference mode.
 */
final class NaiveNetwork implements AutoCloseable {
  private final Map<String, NDArray> arrays = new HashMap<>();
  private final List<CutPoint> cuts;

  NaiveNetwork(Lane lane, Architecture architecture, Path safetensors) throws IOException {
    cuts = architecture.cuts();
    SafetensorsFile file = Safetensors.read(safetensors);
    for (String name : file.names()) {
      NDArray array = Lane.keep(lane.load(file.get(name)));
      arrays.put(name, array);
      if (!name.contains("running_")) {
        JniUtils.attachGradient((PtNDArray) array, true);
      }
    }
  }

  /** Images [examples, 3, 32, 32] to the map after {@code cut}. */
  NDArray prefix(NDArray images, CutPoint cut) {
    NDArray y = Functional.relu(convolve(images, "conv1", "bn1", 1, 1));
    for (int i = 1; i <= cuts.indexOf(cut); i++) {
      y = block(y, cuts.get(i).layer());
    }
    return y;
  }

  /** The map after {@code cut} to logits. */
  NDArray suffix(NDArray map, CutPoint cut) {
    NDArray y = map;
    for (int i = cuts.indexOf(cut) + 1; i < cuts.size(); i++) {
      y = block(y, cuts.get(i).layer());
    }
    return Functional.linear(Functional.globalAveragePool(y), array("fc.weight"), array("fc.bias"));
  }

  private NDArray block(NDArray x, String name) {
    int stride = name.endsWith(".0") && !name.equals("layer1.0") ? 2 : 1;
    NDArray y = Functional.relu(convolve(x, name + ".conv1", name + ".bn1", stride, 1));
    y = convolve(y, name + ".conv2", name + ".bn2", 1, 1);
    NDArray shortcut =
        arrays.containsKey(name + ".downsample.0.weight")
            ? convolve(x, name + ".downsample.0", name + ".downsample.1", stride, 0)
            : x;
    return Functional.relu(y.add(shortcut));
  }

  private NDArray convolve(NDArray x, String name, String norm, int stride, int padding) {
    NDArray y = Functional.conv2d(x, array(name + ".weight"), null, stride, padding);
    return Functional.batchNorm(
        y,
        new BatchNorm(
            array(norm + ".weight"),
            array(norm + ".bias"),
            array(norm + ".running_mean"),
            array(norm + ".running_var")));
  }

  private NDArray array(String name) {
    return Objects.requireNonNull(arrays.get(name), name);
  }

  /** Forgets gradients. */
  void zeroGradients() {
    for (NDArray array : arrays.values()) {
      try (@Nullable PtNDArray gradient = JniUtils.getGradient((PtNDArray) array)) {
        if (gradient != null) {
          JniUtils.zeroGrad((PtNDArray) array);
        }
      }
    }
  }

  @Override
  public void close() {
    arrays.values().forEach(NDArray::close);
  }
}
