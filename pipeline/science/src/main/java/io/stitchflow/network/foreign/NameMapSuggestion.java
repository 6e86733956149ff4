package io.stitchflow.network.foreign;

import io.stitchflow.v1.NameMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one name_map that makes all names of a file fit: it removes, adds or replaces the beginning
 * of the names that do not fit, or leaves their arrays out.
 */
final class NameMapSuggestion {
  /** Names begin with few modules; it bounds the search. */
  private static final int MOST_BEGINNINGS = 8;

  private NameMapSuggestion() {}

  /**
   * The map that comes after {@code maps}; null if no single map makes all names fit.
   *
   * @param names in the file
   * @param match of these names under {@code maps}
   */
  static @Nullable NameMap find(
      Collection<String> names, NameMaps maps, Set<String> wanted, ArrayMatch match) {
    List<String> leftOver = List.copyOf(match.leftOver().keySet());
    List<String> missing = match.missing();
    if (leftOver.isEmpty()) {
      return null;
    }
    for (NameMap candidate : candidates(leftOver, missing)) {
      boolean plausible =
          !candidate.hasTo()
              || missing.contains(new NameMaps(List.of(candidate)).translate(leftOver.get(0), 0));
      if (plausible && ArrayMatch.of(names, maps.with(candidate), wanted).isComplete()) {
        return candidate;
      }
    }
    return null;
  }

  private static List<NameMap> candidates(List<String> leftOver, List<String> missing) {
    List<NameMap> candidates = new ArrayList<>();
    List<String> from = beginnings(leftOver);
    if (missing.isEmpty()) {
      from.remove(""); // it would leave out the whole file
      from.forEach(each -> candidates.add(NameMap.newBuilder().setFrom(each).build()));
    } else if (missing.size() == leftOver.size()) {
      for (String here : beginnings(missing)) {
        from.stream()
            .filter(each -> !each.equals(here))
            .forEach(each -> candidates.add(map(each, here)));
      }
    }
    return candidates;
  }

  private static NameMap map(String from, String to) {
    return NameMap.newBuilder().setFrom(from).setTo(to).build();
  }

  /** The beginnings that all names share, each ending in '.', the empty one first. */
  private static List<String> beginnings(List<String> names) {
    String shared = names.get(0);
    for (String name : names) {
      int length = 0;
      int most = Math.min(shared.length(), name.length());
      while (length < most && shared.charAt(length) == name.charAt(length)) {
        length++;
      }
      shared = shared.substring(0, length);
    }
    List<String> beginnings = new ArrayList<>(List.of(""));
    int end = shared.indexOf('.');
    while (end >= 0 && beginnings.size() < MOST_BEGINNINGS) {
      beginnings.add(shared.substring(0, end + 1));
      end = shared.indexOf('.', end + 1);
    }
    return beginnings;
  }
}
