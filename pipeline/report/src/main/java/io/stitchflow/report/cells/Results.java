package io.stitchflow.report.cells;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.WriteReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** An experiment's rows, sorted by what is drawn and averaged together. */
public final class Results {
  /** Rows that fill one matrix, once a seed. */
  private record Group(Pair pair, Condition condition, CopySolver solver, Split split) {}

  /** A pair in a condition that has cells. */
  private record Use(Pair pair, Condition condition) {}

  private final List<Pair> pairs;
  private final Set<Condition> conditions = new TreeSet<>();
  private final Set<CopySolver> solvers = new TreeSet<>();
  private final Map<Group, List<Cell>> groups = new LinkedHashMap<>();
  private final Set<Use> used = new HashSet<>();
  private final Map<Pair, Set<String>> senderCuts = new LinkedHashMap<>();
  private final Map<Pair, Set<String>> receiverCuts = new LinkedHashMap<>();
  private final Map<State, NetworkRow> states = new LinkedHashMap<>();
  private final Chance chance;

  /** A network, trained (or imported) or random. */
  private record State(String name, boolean random) {}

  /** What a network computes with, whatever its name. */
  private record Weights(String digest, String architecture, List<String> cuts) {
    static Weights of(NetworkRow row) {
      return new Weights(row.digest(), row.architecture(), row.network().getCutList());
    }
  }

  /**
   * Sorts the rows.
   *
   * @param networkRows in all states that the cells use
   * @throws IllegalArgumentException if a cell is of a network or cut that the report lacks
   */
  public Results(WriteReport report, CellTable table, List<NetworkRow> networkRows, Chance chance) {
    this.chance = chance;
    for (NetworkRow row : networkRows) {
      states.put(new State(row.name(), row.network().getRandom()), row);
    }
    Map<String, ReportNetwork> networks = new LinkedHashMap<>();
    // A network and its random control share their name and cuts
    report.getNetworkList().forEach(network -> networks.putIfAbsent(network.getName(), network));
    for (Cell cell : table.cells()) {
      ReportCell place = cell.place();
      Pair pair =
          new Pair(network(networks, place.getSender()), network(networks, place.getReceiver()));
      pair.region(place.getSenderCut(), place.getReceiverCut());
      senderCuts.computeIfAbsent(pair, absent -> new HashSet<>()).add(place.getSenderCut());
      receiverCuts.computeIfAbsent(pair, absent -> new HashSet<>()).add(place.getReceiverCut());
      conditions.add(place.getCondition());
      solvers.add(place.getCopySolver());
      used.add(new Use(pair, place.getCondition()));
      Group group = new Group(pair, place.getCondition(), place.getCopySolver(), cell.split());
      groups.computeIfAbsent(group, absent -> new ArrayList<>()).add(cell);
    }
    pairs = List.copyOf(senderCuts.keySet());
  }

  /** In the order of their first cells. */
  public List<Pair> pairs() {
    return pairs;
  }

  /**
   * Those of {@code all} that differ by more than names: of pairs with equal weights on both sides,
   * the first that has cells of {@code condition}.
   *
   * @throws IllegalArgumentException if the report lacks a network that cells use
   */
  public List<Pair> distinct(List<Pair> all, Condition condition) {
    Map<List<Weights>, Pair> distinct = new LinkedHashMap<>();
    for (Pair pair : all) {
      if (has(pair, condition)) {
        distinct.putIfAbsent(
            List.of(Weights.of(sender(pair, condition)), Weights.of(receiver(pair, condition))),
            pair);
      }
    }
    return List.copyOf(distinct.values());
  }

  private boolean has(Pair pair, Condition condition) {
    return used.contains(new Use(pair, condition));
  }

  /**
   * Networks with equal weights, by name, such as {@code a and b}; empty if no pair of a condition
   * repeats another.
   */
  public List<String> equalNetworks() {
    boolean repeated = false;
    for (Condition condition : conditions) {
      long all = pairs.stream().filter(pair -> has(pair, condition)).count();
      repeated |= distinct(pairs, condition).size() < all;
    }
    if (!repeated) {
      return List.of();
    }
    Map<Weights, List<String>> names = new LinkedHashMap<>();
    for (NetworkRow row : states.values()) {
      names.computeIfAbsent(Weights.of(row), absent -> new ArrayList<>()).add(Words.of(row));
    }
    return names.values().stream()
        .filter(equal -> equal.size() > 1)
        .map(equal -> String.join(" and ", equal))
        .toList();
  }

  public Chance chance() {
    return chance;
  }

  /**
   * What the two networks of a pair are to each other in their states of {@code condition}.
   *
   * @throws IllegalArgumentException if the report lacks one of them in that state
   */
  public Pair.Kind kind(Pair pair, Condition condition) {
    return Pair.Kind.of(sender(pair, condition), receiver(pair, condition));
  }

  private NetworkRow sender(Pair pair, Condition condition) {
    return state(pair.sender(), Words.randomSender(condition));
  }

  private NetworkRow receiver(Pair pair, Condition condition) {
    return state(pair.receiver(), Words.randomReceiver(condition));
  }

  private NetworkRow state(ReportNetwork network, boolean random) {
    NetworkRow row = states.get(new State(network.getName(), random));
    if (row == null) {
      throw new IllegalArgumentException(
          "a cell is of the "
              + (random ? "random" : "trained")
              + " network '"
              + network.getName()
              + "', which the report lacks");
    }
    return row;
  }

  /** In the order of the enum. */
  public List<Condition> conditions() {
    return List.copyOf(conditions);
  }

  /** In the order of the enum. */
  public List<CopySolver> solvers() {
    return List.copyOf(solvers);
  }

  /** One row a cell and seed; empty if the pair has no cells. */
  public List<Cell> cells(Pair pair, Condition condition, CopySolver solver, Split split) {
    return groups.getOrDefault(new Group(pair, condition, solver, split), List.of());
  }

  /** Test rows of all solvers and seeds, a cell each. */
  public Collection<List<Cell>> cells(Pair pair, Condition condition) {
    List<Cell> rows = new ArrayList<>();
    for (CopySolver solver : solvers) {
      rows.addAll(cells(pair, condition, solver, Split.TEST));
    }
    return CellKey.group(rows).values();
  }

  /** The verdict on each cell of a pair in a condition. */
  public List<JudgedCell> judged(Pair pair, Condition condition) {
    return cells(pair, condition).stream().map(rows -> JudgedCell.of(pair, rows, chance)).toList();
  }

  /** Rows of all solvers and seeds; cells that differ only in their networks' names once. */
  public List<Cell> distinctCells(Condition condition, Split split) {
    List<Cell> rows = new ArrayList<>();
    for (Pair pair : distinct(pairs, condition)) {
      for (CopySolver solver : solvers) {
        rows.addAll(cells(pair, condition, solver, split));
      }
    }
    return rows;
  }

  /** The sender's cuts that any cell of the pair uses, from the stem. */
  public List<String> senderCuts(Pair pair) {
    return inOrder(pair.sender(), senderCuts.get(pair));
  }

  /** The receiver's cuts that any cell of the pair uses, from the stem. */
  public List<String> receiverCuts(Pair pair) {
    return inOrder(pair.receiver(), receiverCuts.get(pair));
  }

  private static List<String> inOrder(ReportNetwork network, @Nullable Set<String> used) {
    return used == null ? List.of() : network.getCutList().stream().filter(used::contains).toList();
  }

  private static ReportNetwork network(Map<String, ReportNetwork> networks, String name) {
    ReportNetwork network = networks.get(name);
    if (network == null) {
      throw new IllegalArgumentException(
          "a cell is of network '" + name + "', but the report has only " + networks.keySet());
    }
    return network;
  }
}
