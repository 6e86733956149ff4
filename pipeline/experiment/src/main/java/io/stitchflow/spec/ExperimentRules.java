package io.stitchflow.spec;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import io.stitchflow.dataset.DatasetSummary;
import io.stitchflow.network.CutPoint;
import io.stitchflow.network.NetworkSource;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Network;
import io.stitchflow.v1.Pair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What must hold of a whole experiment for it to run. */
final class ExperimentRules {
  private static final int MOST_NUMBER = 1000;
  private static final Pattern RESNET_BLOCK = Pattern.compile("layer(\\d)\\.(\\d{1,3})");

  private final Experiment written;
  private final Experiment filled;
  private final Path base;
  private final SourcePositions origins;
  private final Problems problems;
  private final DatasetRules dataset;

  /** Of each written network: its own, or the experiment's. */
  private final List<DatasetRules> datasets = new ArrayList<>();

  private final Set<String> writtenCuts;
  private final Map<String, Set<String>> chosenCuts = new HashMap<>();
  private final Set<String> haveOwnCuts = new HashSet<>();
  private final Set<String> haveOwnDatasets = new HashSet<>();
  private final Map<String, Network> senders;
  private final Map<String, List<CutPoint>> cuts = new LinkedHashMap<>();
  private final Map<String, List<CutPoint>> used = new HashMap<>();
  private final Map<Pair, Integer> pairs = new HashMap<>();
  private boolean allCutsKnown = true;

  /**
   * @param written the experiment without defaults
   * @param base what paths in it are relative to
   */
  private ExperimentRules(
      Experiment written, Path base, SourcePositions origins, Problems problems) {
    this.written = written;
    this.filled = ExperimentDefaults.fill(written);
    this.base = base;
    this.origins = origins;
    this.problems = problems;
    this.writtenCuts = new HashSet<>(written.getCutList());
    for (Network network : filled.getNetworkList()) {
      chosenCuts.put(network.getName(), new HashSet<>(network.getCutList()));
    }
    for (Network network : written.getNetworkList()) {
      if (network.getCutCount() > 0) {
        haveOwnCuts.addAll(NetworkSeeds.names(network));
      }
      if (network.hasDataset()) {
        haveOwnDatasets.add(network.getName());
        haveOwnDatasets.addAll(NetworkSeeds.names(network));
      }
    }
    this.dataset =
        new DatasetRules(
            written.getDataset(), filled.getDataset(), "dataset", base, origins, problems);
    for (int i = 0; i < written.getNetworkCount(); i++) {
      datasets.add(dataset(i));
    }
    this.senders = senders(written);
  }

  private DatasetRules dataset(int i) {
    Network network = written.getNetwork(i);
    Dataset own = ExperimentDefaults.fill(network, written.getDataset()).getDataset();
    return network.hasDataset()
        ? new DatasetRules(
            network.getDataset(), own, "network[" + i + "].dataset", base, origins, problems)
        : dataset;
  }

  /** Adds everything that is wrong to {@code problems}. */
  static ExperimentRules check(
      Experiment written, Path base, SourcePositions origins, Problems problems) {
    ExperimentRules rules = new ExperimentRules(written, base, origins, problems);
    rules.check();
    return rules;
  }

  /** The experiment, in which nothing is wrong. */
  ValidExperiment valid() {
    Map<Dataset, DatasetSummary> summaries = new LinkedHashMap<>();
    summaries.put(dataset.filled(), Objects.requireNonNull(dataset.summary()));
    datasets.forEach(own -> summaries.put(own.filled(), Objects.requireNonNull(own.summary())));
    return new ValidExperiment(filled, base, summaries);
  }

  private void check() {
    checkFields(written, "");
    checkName(written.getName(), "name");
    checkNetworks();
    checkPairs();
    checkOnly();
    checkCuts();
    if (checkSize()) {
      new StitchRules(written, filled, this::used, origins, problems).check();
    }
    new ConditionRules(written, filled, senders.keySet(), origins, problems).check();
    new SettingsRules(written, filled, origins, problems).check();
    checkDatasets();
  }

  private void checkDatasets() {
    dataset.check();
    for (DatasetRules own : datasets) {
      if (own != dataset) {
        own.check();
        own.checkAlike(dataset);
      }
    }
    new TrainingRules(written, filled, dataset, datasets, origins, problems).check();
  }

  private void add(String path, String text) {
    problems.add(origins.of(path), path, text);
  }

  private void add(String path, Supplier<String> text) {
    problems.add(origins.of(path), path, text);
  }

  /** Checks every field that was written, by itself. */
  private void checkFields(Message message, String prefix) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
          checkField(
              field, message.getRepeatedField(field, i), prefix + field.getName() + "[" + i + "]");
        }
      } else if (message.hasField(field)
          || (field.getJavaType() != JavaType.MESSAGE
              && origins.isWritten(prefix + field.getName()))) {
        checkField(field, message.getField(field), prefix + field.getName());
      }
    }
  }

  private void checkField(FieldDescriptor field, Object value, String path) {
    if (field.getJavaType() == JavaType.MESSAGE) {
      checkFields((Message) value, path + ".");
      return;
    }
    @Nullable String complaint = FieldRules.complaint(field, value);
    if (complaint != null) {
      add(path, complaint);
    }
  }

  private void checkTwice(String path, List<?> values) {
    SettingsRules.checkTwice(path, values, origins, problems);
  }

  private void checkName(String name, String path) {
    @Nullable String complaint = FieldRules.nameComplaint(name);
    if (complaint != null) {
      add(path, complaint);
    }
  }

  private void checkNetworks() {
    if (written.getNetworkCount() == 0) {
      add(
          "network",
          "is missing; add at least one: network { name: \"a\" architecture: \"ResNet18\" }");
    }
    Map<String, Integer> names = new HashMap<>();
    // Senders without a network may be made of others' cuts
    checkNetworks(names, false);
    if (written.getNetworkCount() > 0 && cuts.isEmpty()) {
      add("network", "are senders without a network only; add one with an architecture or layers");
    }
    checkNetworks(names, true);
  }

  private void checkNetworks(Map<String, Integer> names, boolean withoutNetwork) {
    for (int i = 0; i < written.getNetworkCount(); i++) {
      Network network = written.getNetwork(i);
      if (network.hasRepresentations() != withoutNetwork) {
        continue;
      }
      String path = "network[" + i + "]";
      checkName(network.getName(), path + ".name");
      Integer first = names.putIfAbsent(network.getName(), i);
      if (first != null && !network.getName().isEmpty()) {
        add(
            path + ".name",
            "'" + network.getName() + "' is the name of network[" + first + "] too; rename one");
      }
      List<CutPoint> known = cuts(i, path);
      cuts.putIfAbsent(network.getName(), known);
      checkSeeds(network, path, known, names);
      allCutsKnown &= !known.isEmpty();
    }
  }

  /**
   * @param known the network's cuts
   * @param names those of the networks so far, with their places
   */
  private void checkSeeds(
      Network network, String path, List<CutPoint> known, Map<String, Integer> names) {
    checkTwice(path + ".seed", network.getSeedList().stream().map(Long::toUnsignedString).toList());
    if (network.getSeedCount() < 2 || network.getName().isEmpty()) {
      return;
    }
    if (network.hasWeights()) {
      add(
          path + ".seed",
          "has several values, but weights of a file have no seed; keep one, and give each file"
              + " a network of its own, all with the same imported_recipe");
    }
    int place = names.getOrDefault(network.getName(), 0);
    for (String name : NetworkSeeds.names(network)) {
      Integer first = names.putIfAbsent(name, place);
      if (first != null && first != place) {
        add(
            path + ".seed",
            "makes a network '"
                + name
                + "', which is the name of network["
                + first
                + "] too; rename one");
      }
      @Nullable String complaint = FieldRules.nameComplaint(name);
      if (complaint != null && FieldRules.nameComplaint(network.getName()) == null) {
        add(path + ".seed", "makes a network whose name " + complaint);
      }
      cuts.putIfAbsent(name, known);
    }
  }

  /** The network's cuts; empty if they are unknown. */
  private List<CutPoint> cuts(int i, String path) {
    Network network = ExperimentDefaults.fill(written.getNetwork(i), written.getDataset());
    if (network.hasRepresentations()) {
      return new RepresentationRules(
              network,
              path,
              new RepresentationRules.Surroundings(
                  written.getNetworkList(),
                  filled,
                  dataset,
                  base,
                  cuts,
                  senders,
                  origins,
                  problems))
          .check();
    }
    @Nullable NetworkSource source =
        new NetworkRules(network, path, datasets.get(i).task(), base, origins, problems).check();
    return source == null ? List.of() : source.cuts();
  }

  /** Senders without a network, by name; those of several seeds by each. */
  private static Map<String, Network> senders(Experiment written) {
    Map<String, Network> senders = new HashMap<>();
    for (Network network : written.getNetworkList()) {
      if (network.hasRepresentations()) {
        senders.putIfAbsent(network.getName(), network);
        NetworkSeeds.names(network).forEach(name -> senders.putIfAbsent(name, network));
      }
    }
    return senders;
  }

  private void checkPairs() {
    for (int i = 0; i < written.getPairCount(); i++) {
      Pair pair = written.getPair(i);
      String path = "pair[" + i + "]";
      checkNetworkName(pair.getSender(), path + ".sender");
      checkNetworkName(pair.getReceiver(), path + ".receiver");
      if (senders.containsKey(pair.getReceiver())) {
        add(
            path + ".receiver",
            "'"
                + pair.getReceiver()
                + "' is a sender without a network; choose a network, or swap the two");
      }
      if (haveOwnDatasets.contains(pair.getReceiver())) {
        add(
            path + ".receiver",
            "'"
                + pair.getReceiver()
                + "' has a data set of its own, but stitches learn the receiver's classes from the"
                + " experiment's; choose another receiver, or swap the two");
      }
      Integer first = pairs.putIfAbsent(pair, i);
      if (first != null) {
        add(
            path,
            pair.getSender()
                + " -> "
                + pair.getReceiver()
                + " is pair["
                + first
                + "] too; drop one");
      }
    }
  }

  private void checkOnly() {
    checkTwice("only", written.getOnlyList());
    for (int i = 0; i < written.getOnlyCount(); i++) {
      checkNetworkName(written.getOnly(i), "only[" + i + "]");
    }
    NetworkSeeds seeds = new NetworkSeeds(written.getNetworkList());
    Set<String> only = seeds.meant(written.getOnlyList());
    boolean allKnown = cuts.keySet().containsAll(only);
    boolean anyPair =
        written.getPairList().stream()
            .flatMap(pair -> seeds.meant(pair).stream())
            .anyMatch(pair -> only.contains(pair.getSender()) && only.contains(pair.getReceiver()));
    if (written.getOnlyCount() > 0 && written.getPairCount() > 0 && allKnown && !anyPair) {
      add("only", "leaves no pair; add the other network of a pair, or drop 'pair' for all pairs");
    }
  }

  private void checkNetworkName(String name, String path) {
    if (name.isEmpty()) {
      add(path, "is missing; write the name of a network");
    } else if (!cuts.containsKey(name) && cuts.keySet().stream().anyMatch(any -> !any.isEmpty())) {
      add(
          path,
          () -> {
            Set<String> names = new LinkedHashSet<>(cuts.keySet());
            names.remove("");
            return "there is no network '" + name + "'; " + Suggestion.advice(name, names);
          });
    }
  }

  private void checkCuts() {
    checkTwice("cut", written.getCutList());
    if (!allCutsKnown || cuts.isEmpty()) {
      return;
    }
    Set<String> choices = new LinkedHashSet<>();
    cuts.entrySet().stream()
        .filter(network -> !senders.containsKey(network.getKey()))
        .flatMap(network -> network.getValue().stream())
        .map(CutPoint::layer)
        .sorted(ExperimentRules::byDepth)
        .forEach(choices::add);
    for (int i = 0; i < written.getCutCount(); i++) {
      String cut = written.getCut(i);
      if (!choices.contains(cut)) {
        add(
            "cut[" + i + "]",
            () -> "no network has a cut '" + cut + "'; " + Suggestion.advice(cut, choices));
      }
    }
    checkNetworkCuts();
    if (!writtenCuts.isEmpty() && choices.containsAll(writtenCuts)) {
      for (String name : paired()) {
        List<String> own = cutNames(name);
        if (!own.isEmpty()
            && !haveOwnCuts.contains(name)
            && !senders.containsKey(name)
            && own.stream().noneMatch(writtenCuts::contains)) {
          add(
              "cut",
              "network '" + name + "' has none of these cuts; add one of " + Suggestion.list(own));
        }
      }
    }
  }

  /** Of networks that name their cuts. */
  private void checkNetworkCuts() {
    for (int i = 0; i < written.getNetworkCount(); i++) {
      Network network = written.getNetwork(i);
      String path = "network[" + i + "].cut";
      checkTwice(path, network.getCutList());
      List<String> own = cutNames(NetworkSeeds.names(network).get(0));
      for (int j = 0; j < network.getCutCount(); j++) {
        String cut = network.getCut(j);
        if (!own.isEmpty() && !own.contains(cut)) {
          add(
              path + "[" + j + "]",
              () -> "the network has no cut '" + cut + "'; " + Suggestion.advice(cut, own));
        }
      }
    }
  }

  private List<String> cutNames(String network) {
    return cuts.getOrDefault(network, List.of()).stream().map(CutPoint::layer).toList();
  }

  /** Whether the stages are not too many. */
  private boolean checkSize() {
    double cells = 0;
    for (Pair pair : filled.getPairList()) {
      cells += (double) used(pair.getSender()).size() * used(pair.getReceiver()).size();
    }
    return new StageLimit(written).check(cells, origins, problems);
  }

  /** The cuts of a network that the experiment uses. */
  private List<CutPoint> used(String network) {
    return used.computeIfAbsent(
        network,
        name -> {
          Set<String> chosen = chosenCuts.getOrDefault(name, Set.of());
          return cuts.getOrDefault(name, List.of()).stream()
              .filter(cut -> chosen.isEmpty() || chosen.contains(cut.layer()))
              .toList();
        });
  }

  /** Names of the networks that are in a pair. */
  private Set<String> paired() {
    Set<String> names = new LinkedHashSet<>();
    for (Pair pair : filled.getPairList()) {
      names.add(pair.getSender());
      names.add(pair.getReceiver());
    }
    return names;
  }

  /** A ResNet's cuts by depth, the stem first; then all others as they come. */
  private static int byDepth(String a, String b) {
    return Integer.compare(depth(a), depth(b));
  }

  private static int depth(String cut) {
    Matcher block = RESNET_BLOCK.matcher(cut);
    if (block.matches()) {
      return Integer.parseInt(block.group(1)) * MOST_NUMBER + Integer.parseInt(block.group(2));
    }
    return cut.equals("stem") ? 0 : Integer.MAX_VALUE;
  }
}
