package io.stitchflow.dataset;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.stitchflow.registry.Registry;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Extension;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Network;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The registry of data set kinds. Built-in kinds have a field in {@link Dataset} and {@link
 * ImportDataset}; extensions are found on the class path by {@link ServiceLoader}, and experiments
 * name them in {@code dataset { extension { name: "..." } }}.
 */
public final class DatasetKinds {
  private static final Registry<DatasetKind> BUILT_IN =
      registry(
          List.of(
              new Cifar10Dataset(),
              new Cifar100Dataset(),
              new ImageFolderDataset(),
              new SyntheticDataset(),
              new TensorsDataset()));

  private static final Registry<DatasetKind> EXTENSIONS =
      registry(Registry.withExtensions(DatasetKind.class, List.of()));

  private DatasetKinds() {}

  private static Registry<DatasetKind> registry(List<DatasetKind> kinds) {
    return new Registry<>("data set kind", DatasetKind::name, kinds);
  }

  public static List<DatasetKind> builtIn() {
    return BUILT_IN.all();
  }

  public static List<DatasetKind> extensions() {
    return EXTENSIONS.all();
  }

  /** Every kind, the built-in ones first. */
  public static List<DatasetKind> all() {
    return Stream.concat(builtIn().stream(), extensions().stream()).toList();
  }

  /** The kind of the data set, or null if none is set or it is unknown. */
  public static @Nullable DatasetKind find(Dataset dataset) {
    return findByField(dataset);
  }

  /** The kind of the import, or null if none is set or it is unknown. */
  public static @Nullable DatasetKind find(ImportDataset parameters) {
    return findByField(parameters);
  }

  /**
   * The kind of the data set.
   *
   * @throws IllegalArgumentException if none is set or it is unknown
   */
  public static DatasetKind of(Dataset dataset) {
    return getByField(dataset);
  }

  /**
   * The kind of the import.
   *
   * @throws IllegalArgumentException if none is set or it is unknown
   */
  public static DatasetKind of(ImportDataset parameters) {
    return getByField(parameters);
  }

  /** The experiment's data set and those of its networks, each once. */
  public static List<Dataset> datasets(Experiment experiment) {
    Stream<Dataset> ofNetworks =
        experiment.getNetworkList().stream().filter(Network::hasDataset).map(Network::getDataset);
    return Stream.concat(Stream.of(experiment.getDataset()), ofNetworks).distinct().toList();
  }

  /** The field of {@link Dataset} that is set, such as {@code cifar10}; empty if none is. */
  public static String field(Dataset dataset) {
    FieldDescriptor field = kindField(dataset);
    return field == null ? "" : field.getName();
  }

  private static DatasetKind getByField(Message message) {
    @Nullable DatasetKind kind = findByField(message);
    if (kind == null) {
      throw new IllegalArgumentException("the kind of data set is unknown: '" + message + "'");
    }
    return kind;
  }

  private static @Nullable DatasetKind findByField(Message message) {
    FieldDescriptor field = kindField(message);
    if (field == null) {
      return null;
    }
    return message.getField(field) instanceof Extension extension
        ? EXTENSIONS.find(extension.getName())
        : BUILT_IN.find(field.getName());
  }

  private static @Nullable FieldDescriptor kindField(Message message) {
    return message.getOneofFieldDescriptor(message.getDescriptorForType().getRealOneofs().get(0));
  }
}
