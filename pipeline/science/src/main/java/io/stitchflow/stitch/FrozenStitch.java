package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.network.CutPoint;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import io.stitchflow.torch.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A stitch with its weights, as arrays of one lane. */
public final class FrozenStitch implements AutoCloseable {
  private final Stitch stitch;
  private final NDArray weight;
  private final NDArray bias;

  private FrozenStitch(Stitch stitch, NDArray weight, NDArray bias) {
    this.stitch = stitch;
    this.weight = Lane.keep(weight);
    this.bias = Lane.keep(bias);
  }

  /** Takes the arrays over. */
  static FrozenStitch of(Stitch stitch, NDArray weight, NDArray bias) {
    return new FrozenStitch(stitch, weight, bias);
  }

  /** Zero weight, and the same numbers for every position: {@code bias}, [channels]. */
  static FrozenStitch constant(Lane lane, Stitch stitch, double[] bias) {
    float[] numbers = new float[bias.length];
    for (int i = 0; i < bias.length; i++) {
      numbers[i] = (float) bias[i];
    }
    return new Affine(new float[bias.length * stitch.inputs()], numbers).open(lane, stitch);
  }

  /**
   * The family's initial weight and zero bias. Each pair of cuts draws its own numbers from one
   * seed.
   */
  public static FrozenStitch random(Lane lane, Stitch stitch, long seed) {
    String cuts = stitch.from().layer() + " -> " + stitch.to().layer();
    SplittableRandom random =
        new SplittableRandom(new SplittableRandom(seed).nextLong() + cuts.hashCode());
    int out = stitch.to().channels();
    ByteBuffer weight = Lane.allocate(out * stitch.inputs() * Float.BYTES);
    for (double number : stitch.family().initialWeight(stitch, random)) {
      weight.putFloat((float) number);
    }
    return new FrozenStitch(
        stitch,
        lane.create(weight.flip(), shape(stitch.weightShape())),
        lane.create(Lane.allocate(out * Float.BYTES), new Shape(out)));
  }

  /**
   * A pointwise stitch that carries the sender's channel {@code sources.get(i)} to the receiver's
   * channel {@code i}; zero bias.
   *
   * @throws IllegalArgumentException if the cuts are no maps of one shape
   */
  public static FrozenStitch permutation(
      Lane lane, CutPoint from, CutPoint to, List<Integer> sources) {
    if (!from.shape().equals(to.shape())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a permutation keeps a map's shape, but was asked for from %s to %s",
              from,
              to));
    }
    Stitch stitch = new Stitch(new Pointwise(), from, to);
    int channels = sources.size();
    ByteBuffer weight = Lane.allocate(channels * channels * Float.BYTES);
    for (int i = 0; i < channels; i++) {
      weight.putFloat((i * channels + sources.get(i)) * Float.BYTES, 1);
    }
    return new FrozenStitch(
        stitch,
        lane.create(weight, shape(stitch.weightShape())),
        lane.create(Lane.allocate(channels * Float.BYTES), new Shape(channels)));
  }

  /**
   * Reads a file that {@link #save} wrote; its metadata says of which family the stitch is.
   *
   * @throws IllegalArgumentException if the file's stitch does not join these cuts
   */
  public static FrozenStitch load(Lane lane, CutPoint from, CutPoint to, Path safetensors)
      throws IOException {
    SafetensorsFile file = Safetensors.read(safetensors);
    return of(lane, new Stitch(family(file, safetensors), from, to), file, safetensors);
  }

  /**
   * Reads a file that {@link #save} wrote.
   *
   * @throws IllegalArgumentException if the file holds a stitch of another family or shape
   */
  public static FrozenStitch load(Lane lane, Stitch stitch, Path safetensors) throws IOException {
    SafetensorsFile file = Safetensors.read(safetensors);
    String family = family(file, safetensors).name();
    if (!family.equals(stitch.family().name())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: the stitch from '%s' to '%s' must be of family '%s', but was: '%s'",
              safetensors,
              stitch.from().layer(),
              stitch.to().layer(),
              stitch.family().name(),
              family));
    }
    return of(lane, stitch, file, safetensors);
  }

  private static StitchFamily family(SafetensorsFile file, Path path) {
    String name = file.metadata().get("family");
    if (name == null) {
      throw new IllegalArgumentException(
          path + ": is not a file of a stitch: its metadata has no 'family'");
    }
    return StitchFamilies.get(name);
  }

  private static FrozenStitch of(Lane lane, Stitch stitch, SafetensorsFile file, Path safetensors)
      throws IOException {
    return new FrozenStitch(
        stitch,
        lane.load(array(file, safetensors, stitch, "weight", stitch.weightShape())),
        lane.load(array(file, safetensors, stitch, "bias", List.of(stitch.to().channels()))));
  }

  private static NamedTensor array(
      SafetensorsFile file, Path path, Stitch stitch, String name, List<Integer> shape)
      throws IOException {
    NamedTensor array = file.get(name);
    if (!array.shape().equals(shape)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: the %s of a stitch from '%s' to '%s' must be %s, but was: %s",
              path,
              name,
              stitch.from().layer(),
              stitch.to().layer(),
              shape,
              array.shape()));
    }
    return array;
  }

  /** Carries sender representations over. */
  public NDArray apply(NDArray x) {
    return stitch.apply(x, weight, bias);
  }

  public Stitch stitch() {
    return stitch;
  }

  NDArray weight() {
    return weight;
  }

  NDArray bias() {
    return bias;
  }

  void save(Path file) throws IOException {
    save(file, stitch, List.of(Lane.save("weight", weight), Lane.save("bias", bias)));
  }

  /** Writes `weight` and `bias`. */
  static void save(Path file, Stitch stitch, List<NamedTensor> tensors) throws IOException {
    save(file, stitch, tensors, Map.of());
  }

  /**
   * Writes `weight` and `bias`.
   *
   * @param details metadata beside that of every stitch
   */
  static void save(Path file, Stitch stitch, List<NamedTensor> tensors, Map<String, String> details)
      throws IOException {
    SortedMap<String, String> metadata = new TreeMap<>(details);
    metadata.put("family", stitch.family().name());
    metadata.put("format", "pt");
    metadata.put("kind", "stitch");
    metadata.put("receiver_cut", stitch.to().layer());
    metadata.put("receiver_shape", stitch.to().shape().toString());
    metadata.put("sender_cut", stitch.from().layer());
    metadata.put("sender_shape", stitch.from().shape().toString());
    Safetensors.write(file, tensors, metadata);
  }

  private static Shape shape(List<Integer> sizes) {
    return new Shape(sizes.stream().mapToLong(Integer::longValue).toArray());
  }

  @Override
  public void close() {
    weight.close();
    bias.close();
  }
}
