package io.stitchflow.network.foreign;

import com.google.protobuf.TextFormat;
import io.stitchflow.v1.NameMap;
import java.util.ArrayList;
import java.util.List;

/** Translates the names of a file to those of the network; the first map that fits counts. */
record NameMaps(List<NameMap> maps) {
  NameMaps {
    maps = List.copyOf(maps);
  }

  /** The position of the map that fits {@code name}; -1 if none does. */
  int find(String name) {
    for (int i = 0; i < maps.size(); i++) {
      String from = maps.get(i).getFrom();
      boolean beginning = from.isEmpty() || from.endsWith(".");
      if (from.equals(name) || (beginning && name.startsWith(from))) {
        return i;
      }
    }
    return -1;
  }

  /** The name here of an array that the map at {@code position}, if any, does not leave out. */
  String translate(String name, int position) {
    if (position < 0) {
      return name;
    }
    NameMap map = maps.get(position);
    return map.getTo() + name.substring(map.getFrom().length());
  }

  /** With one more map, which comes last. */
  NameMaps with(NameMap last) {
    List<NameMap> more = new ArrayList<>(maps);
    more.add(last);
    return new NameMaps(more);
  }

  /** The map as an experiment file writes it. */
  static String text(NameMap map) {
    String fields =
        TextFormat.printer().escapingNonAscii(false).emittingSingleLine(true).printToString(map);
    return "name_map { " + fields.strip() + " }";
  }
}
