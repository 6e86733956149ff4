package io.stitchflow.report.cells;

import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.WriteReport;
import java.util.ArrayList;
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

  private final List<Pair> pairs;
  private final Set<Condition> conditions = new TreeSet<>();
  private final Set<CopySolver> solvers = new TreeSet<>();
  private final Map<Group, List<Cell>> groups = new LinkedHashMap<>();
  private final Map<Pair, Set<String>> senderCuts = new LinkedHashMap<>();
  private final Map<Pair, Set<String>> receiverCuts = new LinkedHashMap<>();
  private final Map<State, NetworkRow> states = new LinkedHashMap<>();
  private final Chance chance;

  /** A network, trained (or imported) or random. */
  private record State(String name, boolean random) {}

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
      Group group = new Group(pair, place.getCondition(), place.getCopySolver(), cell.split());
      groups.computeIfAbsent(group, absent -> new ArrayList<>()).add(cell);
    }
    pairs = List.copyOf(senderCuts.keySet());
  }

  /** In the order of their first cells. */
  public List<Pair> pairs() {
    return pairs;
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
    return Pair.Kind.of(
        state(pair.sender(), Words.randomSender(condition)),
        state(pair.receiver(), Words.randomReceiver(condition)));
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
