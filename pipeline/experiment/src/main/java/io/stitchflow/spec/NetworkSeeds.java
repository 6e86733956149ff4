package io.stitchflow.spec;

import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Networks that differ in their seed only, written as one: {@code name: "a" seed: [1, 2]} stands
 * for {@code a-s1} and {@code a-s2}. Wherever {@code a} is named, both are meant.
 */
final class NetworkSeeds {
  private final Map<String, List<String>> names = new HashMap<>();

  NetworkSeeds(List<Network> networks) {
    networks.forEach(network -> names.putIfAbsent(network.getName(), names(network)));
  }

  /** The networks that a written one stands for; its own name unless it has several seeds. */
  static List<String> names(Network network) {
    return network.getSeedCount() < 2
        ? List.of(network.getName())
        : network.getSeedList().stream()
            .distinct()
            .map(seed -> network.getName() + "-s" + Long.toUnsignedString(seed))
            .toList();
  }

  /** The networks that a name stands for; the name itself if no network has it. */
  List<String> meant(String name) {
    return names.getOrDefault(name, List.of(name));
  }

  /** All that {@code named} stand for, in their order. */
  Set<String> meant(List<String> named) {
    Set<String> all = new LinkedHashSet<>();
    named.forEach(name -> all.addAll(meant(name)));
    return all;
  }

  /** Each sender with each receiver. */
  List<Pair> meant(Pair pair) {
    List<Pair> all = new ArrayList<>();
    for (String sender : meant(pair.getSender())) {
      for (String receiver : meant(pair.getReceiver())) {
        all.add(pair.toBuilder().setSender(sender).setReceiver(receiver).build());
      }
    }
    return all;
  }

  /** The experiment with each network by itself; one without several seeds does not change. */
  static Experiment expand(Experiment experiment) {
    if (experiment.getNetworkList().stream().noneMatch(network -> network.getSeedCount() > 1)) {
      return experiment;
    }
    NetworkSeeds seeds = new NetworkSeeds(experiment.getNetworkList());
    Experiment.Builder expanded = experiment.toBuilder().clearNetwork().clearPair().clearOnly();
    for (Network network : experiment.getNetworkList()) {
      List<String> names = names(network);
      List<Long> distinct = network.getSeedList().stream().distinct().toList();
      for (int i = 0; i < names.size(); i++) {
        Network.Builder single = network.toBuilder().setName(names.get(i));
        if (!distinct.isEmpty()) {
          single.clearSeed().addSeed(distinct.get(i));
        }
        expanded.addNetwork(single);
      }
    }
    Set<Pair> pairs = new LinkedHashSet<>();
    experiment.getPairList().forEach(pair -> pairs.addAll(seeds.meant(pair)));
    return expanded.addAllPair(pairs).addAllOnly(seeds.meant(experiment.getOnlyList())).build();
  }
}
