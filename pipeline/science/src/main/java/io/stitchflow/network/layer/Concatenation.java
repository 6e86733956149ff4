package io.stitchflow.network.layer;

import ai.djl.ndarray.NDArray;
import io.stitchflow.torch.Functional;
import io.stitchflow.v1.ConcatBranch;
import io.stitchflow.v1.Layer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The channels of all branches, one branch behind the other. */
record Concatenation(List<Branch> branches) implements Step {
  /**
   * One of them.
   *
   * @param layers null where it is the identity
   */
  record Branch(@Nullable Sequence layers) {}

  Concatenation {
    branches = List.copyOf(branches);
  }

  @Override
  public NDArray apply(NDArray x, Arithmetic arithmetic) {
    List<NDArray> parts = new ArrayList<>();
    List<NDArray> made = new ArrayList<>();
    for (Branch branch : branches) {
      if (branch.layers() == null) {
        parts.add(x);
      } else {
        NDArray part = branch.layers().apply(x, arithmetic);
        parts.add(part);
        made.add(part);
      }
    }
    NDArray y = Functional.concatenate(parts);
    made.forEach(NDArray::close);
    return y;
  }

  private Stream<Sequence> sequences() {
    return branches.stream().map(Branch::layers).filter(Objects::nonNull);
  }

  @Override
  public List<Tensor> tensors() {
    return sequences().flatMap(sequence -> sequence.tensors().stream()).toList();
  }

  @Override
  public long macs() {
    return sequences().mapToLong(Sequence::macs).sum();
  }

  @Override
  public List<Step> parts() {
    return sequences().flatMap(sequence -> sequence.parts().stream()).toList();
  }

  /** {@code concat}. */
  static final class Type implements LayerType {
    @Override
    public Layer.KindCase kind() {
      return Layer.KindCase.CONCAT;
    }

    @Override
    public void fillDefaults(Layer.Builder layer) {
      for (ConcatBranch.Builder branch : layer.getConcatBuilder().getBranchBuilderList()) {
        branch.getLayerBuilderList().forEach(LayerTypes::fillDefaults);
      }
    }

    @Override
    public boolean holdsLayers() {
      return true;
    }

    @Override
    public Map<String, List<Layer>> inside(Layer layer) {
      Map<String, List<Layer>> inside = new LinkedHashMap<>();
      for (int i = 0; i < layer.getConcat().getBranchCount(); i++) {
        inside.put("concat.branch[" + i + "].layer", layer.getConcat().getBranch(i).getLayerList());
      }
      return inside;
    }

    @Override
    public @Nullable Step read(Layer layer, LayerReader.Place place, LayerReader reader) {
      List<ConcatBranch> described = layer.getConcat().getBranchList();
      String path = place.path() + ".concat";
      if (described.size() < 2) {
        reader.complain(path, "has fewer than 2 branches; add some, or use sequence");
        reader.lose();
        return null;
      }
      @Nullable List<Integer> in = reader.shape();
      List<Branch> branches = new ArrayList<>();
      List<List<Integer>> shapes = new ArrayList<>();
      for (int i = 0; i < described.size(); i++) {
        reader.resume(in);
        List<Layer> layers = described.get(i).getLayerList();
        branches.add(
            new Branch(
                reader.read(layers, path + ".branch[" + i + "].layer", place.name(), i + ".")));
        @Nullable List<Integer> shape = reader.shape();
        if (shape != null) {
          shapes.add(shape);
        }
      }
      if (shapes.size() < branches.size() || !fit(shapes, path, reader)) {
        reader.lose();
        return null;
      }
      List<Integer> out = new ArrayList<>(shapes.get(0));
      out.set(0, shapes.stream().mapToInt(shape -> shape.get(0)).sum());
      reader.give(place.path(), List.copyOf(out));
      return new Concatenation(branches);
    }

    private static boolean fit(List<List<Integer>> shapes, String path, LayerReader reader) {
      List<Integer> first = shapes.get(0);
      for (int i = 1; i < shapes.size(); i++) {
        List<Integer> shape = shapes.get(i);
        if (shape.size() != first.size() || !positions(shape).equals(positions(first))) {
          reader.complain(
              path + ".branch[" + i + "]",
              "gives " + shape + ", branch[0] " + first + "; give both the same height and width");
          return false;
        }
      }
      return true;
    }

    private static List<Integer> positions(List<Integer> shape) {
      return shape.subList(1, shape.size());
    }
  }
}
