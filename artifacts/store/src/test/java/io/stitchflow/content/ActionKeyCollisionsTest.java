package io.stitchflow.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.FitCopyStitch;
import io.stitchflow.v1.FitVanillaStitch;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.ReportNetwork;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.StitchRecipe;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import io.stitchflow.v1.WriteReport;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Different actions have different canonical bytes; above all where other tools' keys collide. */
class ActionKeyCollisionsTest {
  private static final long SEED = 20261125;
  private static final int PAIRS = 1_000_000;
  private static final int PAIRS_PER_ACTION = 1000;

  @Test
  void canonicalBytes_aMillionPairsOfDistinctActions_areNeverTheSame() {
    RandomMessages random = new RandomMessages(SEED);
    int distinct = 0;
    while (distinct < PAIRS) {
      Action action = (Action) random.next(Action.getDefaultInstance());
      byte[] bytes = ActionKeys.canonicalBytes(action);
      for (int i = 0; i < PAIRS_PER_ACTION; i++) {
        Action other = (Action) random.mutate(action);
        if (!other.equals(action)) {
          distinct++;
          if (Arrays.equals(ActionKeys.canonicalBytes(other), bytes)) {
            throw new AssertionError(
                "seed " + SEED + ", pair " + distinct + ":\n" + action + "and\n" + other);
          }
        }
      }
    }
  }

  /** Its {@code HashBuilder} puts one element after the other, and of a map the values alone. */
  @Test
  void key_pairsThatCollideInNextflow_differ() {
    assertDistinct(read("ab", "c"), read("a", "bc")); // ["ab", "c"] and ["a", "bc"]
    assertDistinct(shapes(List.of(1, 2), List.of(3)), shapes(List.of(1), List.of(2, 3)));
    assertDistinct(shapes(List.of(1, 2), List.of()), shapes(List.of(), List.of(1, 2)));
    assertDistinct(read("sender", "1"), read("receiver", "1")); // [sender: 1] and [receiver: 1]
    assertDistinct(cuts("", "a"), cuts("a", "")); // empty texts put nothing
    assertDistinct(report(""), report());
  }

  /**
   * Its {@code caching/hash.py} runs names into values and files into one another, and sorts what
   * was read.
   */
  @Test
  void key_pairsThatCollideInSnakemake_differ() {
    assertDistinct(read("a", "12"), read("a1", "2")); // params a=12 and a1=2
    assertDistinct(read("sender", "1", "receiver", "2"), read("sender", "2", "receiver", "1"));
    assertDistinct(read("x", "1", "x", "2"), read("x", "2", "x", "1"));
    // files "ab" and "c", files "a" and "bc"
    assertDistinct(
        read("x", digest("ab"), "x", digest("c")), read("x", digest("a"), "x", digest("bc")));
    assertDistinct(read("x", digest("ab"), "x", digest("")), read("x", digest("ab")));
  }

  /**
   * Its {@code fingerprinting.py} hashed {@code str(value)}, hashes fields without their class, and
   * nothing of what lies deep.
   */
  @Test
  void key_pairsThatCollideInHamilton_differ() {
    assertDistinct(
        solve(SolveCopyStitch.newBuilder().setTolerance(1)),
        solve(SolveCopyStitch.newBuilder().setSenderCut("1.0")),
        solve(SolveCopyStitch.newBuilder().addSenderShape(1)));
    assertDistinct(
        train(TrainingRecipe.newBuilder().setFlip(true)),
        train(TrainingRecipe.newBuilder().setEpochs(1)));
    StitchRecipe recipe = StitchRecipe.newBuilder().setEpochs(4).build();
    assertDistinct(
        Action.newBuilder()
            .setFitVanillaStitch(FitVanillaStitch.newBuilder().setRecipe(recipe))
            .build(),
        Action.newBuilder().setFitCopyStitch(FitCopyStitch.newBuilder().setRecipe(recipe)).build());
    assertDistinct(report("a"), report("b"));
    assertDistinct(report("None"), report());
  }

  private static void assertDistinct(Action... actions) {
    assertThat(actions).extracting(ActionKeys::key).doesNotHaveDuplicates();
    assertThat(actions)
        .extracting(action -> ByteString.copyFrom(ActionKeys.canonicalBytes(action)))
        .doesNotHaveDuplicates();
  }

  /** Roles and digests in turn. */
  private static Action read(String... rolesAndDigests) {
    Action.Builder action = Action.newBuilder();
    for (int i = 0; i < rolesAndDigests.length; i += 2) {
      action.addInput(
          Input.newBuilder()
              .setRole(rolesAndDigests[i])
              .setDigest(ByteString.copyFromUtf8(rolesAndDigests[i + 1])));
    }
    return action.build();
  }

  private static String digest(String content) {
    return Digest.of(StoreFiles.bytes(content)).hex();
  }

  private static Action shapes(List<Integer> sender, List<Integer> receiver) {
    return solve(
        SolveCopyStitch.newBuilder().addAllSenderShape(sender).addAllReceiverShape(receiver));
  }

  private static Action cuts(String sender, String receiver) {
    return solve(SolveCopyStitch.newBuilder().setSenderCut(sender).setReceiverCut(receiver));
  }

  private static Action solve(SolveCopyStitch.Builder parameters) {
    return Action.newBuilder().setSolveCopyStitch(parameters).build();
  }

  private static Action train(TrainingRecipe.Builder recipe) {
    return Action.newBuilder().setTrainNetwork(TrainNetwork.newBuilder().setRecipe(recipe)).build();
  }

  private static Action report(String... cuts) {
    return Action.newBuilder()
        .setWriteReport(
            WriteReport.newBuilder()
                .addNetwork(ReportNetwork.newBuilder().addAllCut(List.of(cuts))))
        .build();
  }
}
