package io.stitchflow.report.cells;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.content.Digest;
import io.stitchflow.report.FakeRun;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.TensorFileWriter;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Evaluation;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.TrainingCurve;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Networks and comparisons made up for tests; of the shape that real ones have. */
public final class Fixtures {
  private static final int TEST_EXAMPLES = 10_000;
  private static final int TRAIN_EXAMPLES = 50_000;

  /** All as frequent as each other. */
  public static final Chance TEN_CLASSES = new Chance(0.1);

  private Fixtures() {}

  /** Cut names of ResNet(a,b,c,d). */
  public static List<String> cuts(int... blocks) {
    List<String> cuts = new ArrayList<>(List.of("stem"));
    for (int stage = 0; stage < blocks.length; stage++) {
      for (int block = 0; block < blocks[stage]; block++) {
        cuts.add("layer" + (stage + 1) + "." + block);
      }
    }
    return cuts;
  }

  public static ReportNetwork network(String name, long seed, boolean random, int... blocks) {
    StringBuilder architecture = new StringBuilder("ResNet(");
    for (int stage = 0; stage < blocks.length; stage++) {
      architecture.append(stage == 0 ? "" : ",").append(blocks[stage]);
    }
    return ReportNetwork.newBuilder()
        .setName(name)
        .setArchitecture(architecture.append(")").toString())
        .setWidth(16)
        .setSeed(seed)
        .setRandom(random)
        .setRecipe(TrainingRecipe.newBuilder().setEpochs(random ? 0 : 3))
        .setDataset("CIFAR-10")
        .addAllCut(cuts(blocks))
        .build();
  }

  /** A sender without a network. */
  public static ReportNetwork sender(String name, String... cuts) {
    return ReportNetwork.newBuilder()
        .setName(name)
        .setArchitecture(String.join("; ", cuts))
        .setDataset("CIFAR-10")
        .addAllCut(List.of(cuts))
        .setWithoutNetwork(true)
        .build();
  }

  /** The random control of a network. */
  public static ReportNetwork random(ReportNetwork network) {
    return network.toBuilder()
        .setRandom(true)
        .setImported(false)
        .setRecipe(TrainingRecipe.newBuilder().setEpochs(0))
        .build();
  }

  /** A network as the report knows it, with the chance of ten classes; its weights are its name. */
  public static NetworkRow row(ReportNetwork network) {
    String digest = Digest.of((network.getName() + network.getRandom()).getBytes(UTF_8)).hex();
    if (network.getWithoutNetwork()) {
      return NetworkRow.ofSender(network, digest, TEN_CLASSES);
    }
    return NetworkRow.of(network, curve(0.9), digest, "", TEN_CLASSES);
  }

  /** Writes a data set's split: so many examples of each class, with one byte for an image. */
  public static byte[] split(Path directory, int... counts) throws IOException {
    Path file = Files.createTempFile(Files.createDirectories(directory), "split", ".arrow");
    try (TensorFileWriter writer =
        TensorFileWriter.create(
            file,
            "image",
            List.of(1),
            List.of("C"),
            Element.UINT8,
            counts.length,
            new TreeMap<>())) {
      for (int label = 0; label < counts.length; label++) {
        int[] labels = new int[counts[label]];
        Arrays.fill(labels, label);
        writer.write(ByteBuffer.allocate(labels.length), labels);
      }
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return bytes;
  }

  public static TrainingCurve curve(double accuracy, double... loss) {
    TrainingCurve.Builder curve =
        TrainingCurve.newBuilder()
            .setTrain(evaluation(accuracy, TRAIN_EXAMPLES))
            .setTest(evaluation(accuracy, TEST_EXAMPLES));
    for (double epoch : loss) {
      curve.addLoss(epoch);
    }
    return curve.build();
  }

  public static Evaluation evaluation(double accuracy, int examples) {
    return Evaluation.newBuilder()
        .setExamples(examples)
        .setCorrect((int) Math.round(accuracy * examples))
        .setCrossEntropy(2.3 * (1 - accuracy))
        .build();
  }

  public static ReportCell place(
      Condition condition, String sender, String senderCut, String receiver, String receiverCut) {
    return ReportCell.newBuilder()
        .setCondition(condition)
        .setSender(sender)
        .setSenderCut(senderCut)
        .setReceiver(receiver)
        .setReceiverCut(receiverCut)
        .setCopySolver(CopySolver.LEAST_SQUARES)
        .setSeed(1)
        .build();
  }

  /** A comparison with the same numbers on both splits. */
  public static Comparison comparison(
      double vanilla, double copy, double ev, double es, double variance) {
    Measurement test =
        Measured.on(TEST_EXAMPLES)
            .errors(ev, es, variance)
            .put("r2_ceiling", 1)
            .network("vanilla", evaluation(vanilla, TEST_EXAMPLES))
            .network("copy", evaluation(copy, TEST_EXAMPLES))
            .network("receiver", evaluation(0.9, TEST_EXAMPLES))
            .put("vanilla_agrees_with_sender", 0.5)
            .put("vanilla_agrees_with_receiver", 0.625)
            .put("copy_agrees_with_sender", 0.25)
            .put("copy_agrees_with_receiver", 0.75)
            .put("vanilla_agrees_with_copy", 0.125)
            .build();
    Measurement train =
        Measured.like(test).network("vanilla", evaluation(1, TEST_EXAMPLES)).build();
    return Comparison.newBuilder().setTrain(train).setTest(test).build();
  }

  /** Test numbers of all metrics. */
  public static Comparison everything() {
    return Comparison.newBuilder()
        .setTest(withGeometry(comparison(0.8, 0.6, 3, 0.5, 2).getTest()))
        .build();
  }

  /**
   * A comparison that has a verdict: a stitch works and one matches, at a cost that is certain to
   * 0.01.
   *
   * @param vanillaLoss cross-entropy of the vanilla stitch on train examples; the copy's is 0.25
   */
  public static Comparison judged(double cost, double vanillaLoss) {
    Comparison comparison = comparison(0.89, 0.89, 0.1, 0.1, 2);
    Measurement train =
        Measured.like(comparison.getTrain())
            .put("vanilla_cross_entropy", vanillaLoss)
            .put("copy_cross_entropy", 0.25)
            .build();
    Measurement test =
        Measured.like(comparison.getTest())
            .put("works_margin_low", 0.1)
            .put("works_margin_high", 0.2)
            .put("works_margin_limit", 0.2)
            .put("r2_copy_low", 0.94)
            .put("r2_copy_high", 0.96)
            .put("matching_r2_share_low", 0.95)
            .put("matching_r2_share_high", 1)
            .put("cost_of_matching", cost)
            .put("cost_of_matching_low", cost - 0.01)
            .put("cost_of_matching_high", cost + 0.01)
            .build();
    return comparison.toBuilder().setTrain(train).setTest(test).build();
  }

  /** The same numbers and those of all other metrics. */
  public static Measurement withGeometry(Measurement test) {
    Measured all =
        Measured.like(test)
            .put("vanilla_cosine", 0.9)
            .put("copy_cosine", 0.95)
            .put("sender_cka", 0.7)
            .put("vanilla_cka", 0.6)
            .put("copy_cka", 0.97)
            .put("sender_procrustes", 0.3)
            .put("vanilla_procrustes", 0.5)
            .put("copy_procrustes", 0.1)
            .put("vanilla_mahalanobis", 1e6)
            .put("copy_mahalanobis", 0.8)
            .put("stitch_distance", 1.25)
            .put("vanilla_later_r2", series("layer3.0", -0.5, "layer4.0", 0.25))
            .put("copy_later_r2", series("layer3.0", 0.5, "layer4.0", 0.75))
            .put("front_r2", series("0", -0.5, "copy", 0.75))
            .put("front_accuracy", series("0", 0.8, "copy", 0.6))
            .put("vanilla_r2_at_last_cut", 0.25)
            .put("copy_r2_at_last_cut", 0.75)
            .put("vanilla_js_divergence", 0.25)
            .put("copy_js_divergence", 0.0625)
            .put("vanilla_kl_divergence", 0.5)
            .put("copy_kl_divergence", 0.125)
            .put("vanilla_fisher_r2", 0.75)
            .put("copy_fisher_r2", 0.875)
            .put("vanilla_ood_auroc", 0.625)
            .put("copy_ood_auroc", 0.5)
            .put("interpolated_accuracy", series("0.0", 0.8, "0.5", 0.75))
            .put("interpolated_cross_entropy", series("0.0", 0.25, "0.5", 0.5));
    for (String control : List.of("identity", "permutation", "random")) {
      double accuracy = control.equals("random") ? 0.1 : 0.7;
      all.network(control, evaluation(accuracy, TEST_EXAMPLES)).put(control + "_mse", 1 - accuracy);
    }
    return all.build();
  }

  private static Map<String, Double> series(String a, double atA, String b, double atB) {
    Map<String, Double> series = new LinkedHashMap<>();
    series.put(a, atA);
    series.put(b, atB);
    return series;
  }

  /** All cells of all ordered pairs of {@code networks}, with the patterns that papers report. */
  public static FakeRun experiment(
      Path directory, List<ReportNetwork> networks, List<CopySolver> solvers, int seeds)
      throws IOException {
    FakeRun run = new FakeRun(directory, "made-up");
    for (ReportNetwork network : networks) {
      double luck = network.getSeed() / 300.0;
      run.add(network, curve(0.72 + luck, 1.9, 1.2, 0.81));
      run.add(random(network), curve(0.095 + luck));
    }
    SplittableRandom random = new SplittableRandom(7);
    for (ReportNetwork sender : networks) {
      for (ReportNetwork receiver : networks) {
        for (Condition condition :
            List.of(
                Condition.TRAINED_TRAINED,
                Condition.RANDOM_TRAINED,
                Condition.TRAINED_RANDOM,
                Condition.RANDOM_RANDOM)) {
          for (int i = 0; i < sender.getCutCount(); i++) {
            for (int j = 0; j < receiver.getCutCount(); j++) {
              for (CopySolver solver : solvers) {
                for (int seed = 1; seed <= seeds; seed++) {
                  double from = (double) i / (sender.getCutCount() - 1);
                  double to = (double) j / (receiver.getCutCount() - 1);
                  ReportCell place =
                      place(
                              condition,
                              sender.getName(),
                              sender.getCut(i),
                              receiver.getName(),
                              receiver.getCut(j))
                          .toBuilder()
                          .setCopySolver(solver)
                          .setSeed(seed)
                          .build();
                  run.add(place, likely(condition, from, to, solver, random));
                }
              }
            }
          }
        }
      }
    }
    return run;
  }

  private static Comparison likely(
      Condition condition, double from, double to, CopySolver solver, SplittableRandom random) {
    double best =
        switch (condition) {
          case TRAINED_TRAINED -> 0.72;
          case RANDOM_TRAINED -> 0.45;
          case TRAINED_RANDOM -> 0.5;
          default -> 0.25;
        };
    double noise = random.nextDouble() * 0.03;
    double lost = Math.max(0, to - from);
    double vanilla = best * (1 - 0.6 * lost) - noise;
    double variance = 0.02 + 0.2 * to;
    double es = variance * (0.05 + 0.8 * Math.abs(to - from) + noise);
    double slack = solver == CopySolver.SGD ? 1.1 : 1;
    double ev = variance * (0.6 + Math.abs(to - from) + 2 * noise);
    boolean trained =
        condition == Condition.TRAINED_TRAINED || condition == Condition.RANDOM_TRAINED;
    Comparison likely =
        comparison(vanilla, 0.1 + (vanilla - 0.1) * (1 - es / variance), ev, es * slack, variance);
    Evaluation receiver = evaluation(trained ? 0.73 : 0.1, TEST_EXAMPLES);
    Measured test = Measured.like(likely.getTest()).network("receiver", receiver);
    Measured train = Measured.like(likely.getTrain()).network("receiver", receiver);
    if (noise > 0.027) {
      train.network("vanilla", evaluation(0, TEST_EXAMPLES));
    }
    if (noise < 0.003) {
      train.put("es", 0);
    }
    return Comparison.newBuilder().setTrain(train.build()).setTest(test.build()).build();
  }
}
