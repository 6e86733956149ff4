package io.stitchflow.network.foreign;

import io.stitchflow.v1.NameMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which array of a file is which array of the network, by names alone. */
public final class ArrayMatch {
  /** A counter of PyTorch in each normalisation, which no computation here reads. */
  private static final String COUNTER = "num_batches_tracked";

  /** Names in the file, by the array's name here. */
  private final Map<String, String> found = new LinkedHashMap<>();

  /** Names here, by the name in the file. */
  private final Map<String, String> leftOver = new LinkedHashMap<>();

  private final List<Twice> twice = new ArrayList<>();
  private final Set<Integer> usedMaps = new TreeSet<>();
  private final Set<String> wanted;
  private final NameMaps maps;

  /** Two names in the file that mean one array here. */
  record Twice(String first, String second, String here) {}

  private ArrayMatch(NameMaps maps, Set<String> wanted) {
    this.maps = maps;
    this.wanted = wanted;
  }

  /**
   * Matches the names of a file with those of a network.
   *
   * @param names in the file
   * @param wanted names of the network, in its order
   */
  public static ArrayMatch of(Collection<String> names, List<NameMap> maps, Set<String> wanted) {
    return of(names, new NameMaps(maps), wanted);
  }

  static ArrayMatch of(Collection<String> names, NameMaps maps, Set<String> wanted) {
    ArrayMatch match = new ArrayMatch(maps, wanted);
    names.forEach(match::add);
    return match;
  }

  private void add(String name) {
    if (name.equals(COUNTER) || name.endsWith("." + COUNTER)) {
      return;
    }
    int position = maps.find(name);
    if (position >= 0) {
      usedMaps.add(position);
      if (!maps.maps().get(position).hasTo()) {
        return;
      }
    }
    String here = maps.translate(name, position);
    if (!wanted.contains(here)) {
      leftOver.put(name, here);
      return;
    }
    @Nullable String first = found.putIfAbsent(here, name);
    if (first != null) {
      twice.add(new Twice(first, name, here));
    }
  }

  /**
   * The name in the file of the array that is called {@code here} in the network.
   *
   * @throws IllegalArgumentException if the file does not have it
   */
  public String name(String here) {
    @Nullable String name = found.get(here);
    if (name == null) {
      throw new IllegalArgumentException("the file has no '" + here + "'");
    }
    return name;
  }

  /** Both names of that array, for messages. */
  public String label(String here) {
    return label(name(here), here);
  }

  static String label(String name, String here) {
    return here.equals(name) ? "'" + name + "'" : "'" + name + "' (here '" + here + "')";
  }

  boolean has(String here) {
    return found.containsKey(here);
  }

  /** Arrays of the network that the file does not have. */
  List<String> missing() {
    return wanted.stream().filter(here -> !found.containsKey(here)).toList();
  }

  /** Arrays of the file that the network does not have: names here, by the name in the file. */
  Map<String, String> leftOver() {
    return leftOver;
  }

  List<Twice> twice() {
    return twice;
  }

  /** Positions of the maps that fit no name. */
  List<Integer> unusedMaps() {
    List<Integer> unused = new ArrayList<>();
    for (int i = 0; i < maps.maps().size(); i++) {
      if (!usedMaps.contains(i)) {
        unused.add(i);
      }
    }
    return unused;
  }

  /** Whether each array of the network is there once, and no other. */
  boolean isComplete() {
    return leftOver.isEmpty() && twice.isEmpty() && found.size() == wanted.size();
  }
}
