package io.stitchflow.network.foreign;

import io.stitchflow.v1.NameMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Everything for which the arrays of a file are not those of a network, in one line per kind. */
public final class Mismatch {
  private static final String FILE = "file";
  private static final int MOST_SHOWN = 5;

  /** The first convolution of ResNets, here as in torchvision and timm. */
  private static final String STEM = "conv1.weight";

  private final ForeignArrays arrays;
  private final NameMaps maps;
  private final String network;
  private final Map<String, List<Integer>> shapes;
  private final ArrayMatch match;
  private final @Nullable NameMap suggestion;

  /** With the suggestion, if there is one. */
  private final ArrayMatch best;

  private final List<Complaint> complaints = new ArrayList<>();

  private Mismatch(
      ForeignArrays arrays,
      List<NameMap> names,
      String network,
      Map<String, List<Integer>> shapes) {
    this.arrays = arrays;
    this.maps = new NameMaps(names);
    this.network = network;
    this.shapes = shapes;
    this.match = ArrayMatch.of(arrays.names(), maps, shapes.keySet());
    this.suggestion = suggestion();
    this.best =
        suggestion == null
            ? match
            : ArrayMatch.of(arrays.names(), maps.with(suggestion), shapes.keySet());
  }

  /**
   * What is wrong; nothing if the file has each array of the network once, in its shape, and no
   * other.
   *
   * @param network as errors name it
   * @param shapes of the network's arrays by name, in the network's order
   */
  public static List<Complaint> complaints(
      ForeignArrays arrays,
      List<NameMap> names,
      String network,
      Map<String, List<Integer>> shapes) {
    Mismatch mismatch = new Mismatch(arrays, names, network, shapes);
    mismatch.checkNames();
    mismatch.checkArrays();
    return mismatch.complaints;
  }

  /** The first {@link #MOST_SHOWN} of {@code all}, and how many more there are. */
  public static String brief(List<String> all) {
    String shown = String.join(", ", all.subList(0, Math.min(MOST_SHOWN, all.size())));
    return all.size() <= MOST_SHOWN ? shown : shown + " and " + (all.size() - MOST_SHOWN) + " more";
  }

  /** A map that makes all names fit, and some array that did not fit has the right shape then. */
  private @Nullable NameMap suggestion() {
    @Nullable NameMap found = NameMapSuggestion.find(arrays.names(), maps, shapes.keySet(), match);
    if (found == null || !found.hasTo()) {
      return found;
    }
    ArrayMatch fitting = ArrayMatch.of(arrays.names(), maps.with(found), shapes.keySet());
    boolean anyShape =
        match.missing().stream()
            .anyMatch(here -> shape(here).equals(arrays.shape(fitting.name(here))));
    return anyShape ? found : null;
  }

  private void checkNames() {
    List<String> missing =
        match.missing().stream().map(here -> quoted(here) + " " + shape(here)).toList();
    if (!missing.isEmpty()) {
      add(
          "lacks "
              + missing.size()
              + " of "
              + shapes.size()
              + " arrays of "
              + network
              + ": "
              + brief(missing),
          suggestion == null
              ? "translate the file's names by name_map, or choose another file or network"
              : mend());
    }
    List<String> leftOver =
        match.leftOver().entrySet().stream()
            .map(
                each ->
                    ArrayMatch.label(each.getKey(), each.getValue())
                        + " "
                        + described(each.getKey()))
            .toList();
    if (!leftOver.isEmpty()) {
      add(
          "has " + arrays(leftOver.size()) + " that " + network + " lacks: " + brief(leftOver),
          suggestion == null
              ? "translate their names by name_map, or leave them out by a name_map without `to`"
              : mend());
    }
    List<String> twice =
        match.twice().stream()
            .map(
                each ->
                    quoted(each.first())
                        + " and "
                        + quoted(each.second())
                        + " are both "
                        + quoted(each.here()))
            .toList();
    if (!twice.isEmpty()) {
      add(
          "has two names for " + arrays(twice.size()) + ": " + brief(twice),
          "leave one of the two out by a name_map without `to`");
    }
    for (int unused : match.unusedMaps()) {
      complaints.add(
          new Complaint(
              "name_map[" + unused + "].from",
              "no name in the file is left for name_map from "
                  + quoted(maps.maps().get(unused).getFrom())
                  + "; correct it, or drop this name_map"));
    }
  }

  private void checkArrays() {
    List<String> wrongShapes = new ArrayList<>();
    List<String> wrongTypes = new ArrayList<>();
    shapes.forEach(
        (here, shape) -> {
          if (best.has(here)) {
            String name = best.name(here);
            @Nullable List<Integer> foreign = arrays.shape(name);
            if (foreign != null && !foreign.equals(shape)) {
              wrongShapes.add(best.label(here) + " must be " + shape + ", but is " + foreign);
            }
            if (!arrays.isFloat32(name)) {
              wrongTypes.add(best.label(here) + " is " + arrays.dtype(name));
            }
          }
        });
    boolean stem =
        best.has(STEM)
            && kernel(arrays.shape(best.name(STEM))).equals(List.of(7, 7))
            && kernel(shape(STEM)).equals(List.of(3, 3));
    if (!wrongShapes.isEmpty()) {
      add(
          "has " + arrays(wrongShapes.size()) + " of the wrong shape: " + brief(wrongShapes),
          stem
              ? "the file is of an ImageNet network with a 7x7 stem, but the stem here is 3x3:"
                  + " choose a file of a CIFAR network, or describe the file's network by `layer`"
              : "choose another file, or describe the network that the file is of");
    }
    if (!wrongTypes.isEmpty()) {
      add(
          "has " + arrays(wrongTypes.size()) + " of the wrong type: " + brief(wrongTypes),
          "write F32, F16 or BF16");
    }
  }

  private void add(String what, String advice) {
    complaints.add(new Complaint(FILE, what + "; " + advice));
  }

  private String mend() {
    NameMap map = Objects.requireNonNull(suggestion);
    return "write `"
        + NameMaps.text(map)
        + "` in weights"
        + (map.hasTo() ? ", with which all names fit" : " to leave out all of these and no other");
  }

  private String described(String name) {
    @Nullable List<Integer> shape = arrays.shape(name);
    return shape == null ? arrays.dtype(name) : shape.toString();
  }

  /** [height, width] of a convolution's kernel; empty of another array. */
  private static List<Integer> kernel(@Nullable List<Integer> shape) {
    return shape == null || shape.size() != 4 ? List.of() : shape.subList(2, 4);
  }

  private List<Integer> shape(String here) {
    return Objects.requireNonNull(shapes.get(here));
  }

  private static String quoted(String name) {
    return "'" + name + "'";
  }

  /** {@code 1 array}, {@code 2 arrays}. */
  public static String arrays(int count) {
    return count + (count == 1 ? " array" : " arrays");
  }
}
