package io.stitchflow.network.foreign;

import io.stitchflow.tensors.Dtype;
import io.stitchflow.tensors.NamedTensor;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.tensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The arrays of a safetensors file, or of several shards, that another program wrote. */
public final class ForeignArrays {
  private static final Set<Dtype> DTYPES = Set.of(Dtype.F32, Dtype.F16, Dtype.BF16);

  /** The file of each array. */
  private final SortedMap<String, SafetensorsFile> files;

  ForeignArrays(SortedMap<String, SafetensorsFile> files) {
    this.files = files;
  }

  /**
   * Reads the header of a file.
   *
   * @throws io.stitchflow.tensors.InvalidFileException if it is not a safetensors file
   * @throws IOException if it cannot be read
   */
  public static ForeignArrays open(Path path) throws IOException {
    SafetensorsFile file = Safetensors.readForeign(path);
    SortedMap<String, SafetensorsFile> files = new TreeMap<>();
    file.names().forEach(name -> files.put(name, file));
    return new ForeignArrays(files);
  }

  /** Of all arrays, sorted. */
  public Collection<String> names() {
    return Collections.unmodifiableSet(files.keySet());
  }

  /**
   * An array as F32, under its name in the file.
   *
   * @throws IllegalArgumentException if there is none of such numbers
   * @throws IOException if the file cannot be read, or has changed
   */
  public NamedTensor float32(String name) throws IOException {
    return file(name).get(name).toF32();
  }

  /** Null if its type is unknown. */
  @Nullable List<Integer> shape(String name) {
    return file(name).unknownDtype(name) == null ? file(name).shape(name) : null;
  }

  /** Whether its numbers are float32 exactly. */
  boolean isFloat32(String name) {
    return file(name).unknownDtype(name) == null && DTYPES.contains(file(name).dtype(name));
  }

  /** Its type as the file writes it. */
  String dtype(String name) {
    @Nullable String unknown = file(name).unknownDtype(name);
    return unknown == null ? file(name).dtype(name).name() : unknown;
  }

  private SafetensorsFile file(String name) {
    @Nullable SafetensorsFile file = files.get(name);
    if (file == null) {
      throw new IllegalArgumentException("the file has no '" + name + "'");
    }
    return file;
  }
}
