package io.stitchflow.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.Digest;
import io.stitchflow.inspect.Shelf.Recipe;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.SolveCopyStitch;
import io.stitchflow.v1.TrainNetwork;
import io.stitchflow.v1.TrainingRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCatalogTest {
  @TempDir Path directory;
  private Shelf shelf;

  @BeforeEach
  void open() throws IOException {
    shelf = new Shelf(directory.resolve("store"));
  }

  @Test
  void catalog_missingStore_isEmptyAndMakesNothing() throws IOException {
    assertThat(shelf.catalog().entries()).isEmpty();
    assertThat(directory.resolve("store")).doesNotExist();
  }

  @Test
  void resolve_prefix_findsRecordsRecordedBlobsAndOthers() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    CatalogEntry network = shelf.only("train_network");
    Digest blob = Digest.from(network.result().getOutput(0).getDigest());
    Digest stray = shelf.store().put("of no record".getBytes(UTF_8));
    StoreCatalog catalog = shelf.catalog();
    assertThat(catalog.resolve(network.key().hex().substring(0, 8))).isEqualTo(network);
    assertThat(catalog.resolve(network.key().hex().toUpperCase(java.util.Locale.ROOT)))
        .isEqualTo(network);
    assertThat(catalog.resolve(blob.hex().substring(0, 8))).isEqualTo(new Item.Blob(blob));
    assertThat(catalog.resolve(stray.brief())).isEqualTo(new Item.Blob(stray));
  }

  @Test
  void resolve_notOne_saysWhatIsWrong() throws IOException {
    // two actions whose keys start alike, found by trying
    Map<String, Action> byPrefix = new java.util.HashMap<>();
    String shared = "";
    for (int seed = 0; shared.isEmpty(); seed++) {
      Action action =
          Action.newBuilder().setTrainNetwork(TrainNetwork.newBuilder().setSeed(seed)).build();
      String prefix = io.stitchflow.content.ActionKeys.key(action).hex().substring(0, 6);
      Action other = byPrefix.put(prefix, action);
      if (other != null) {
        shelf.publish(action, 1, Map.of("network", "one"));
        shelf.publish(other, 1, Map.of("network", "other"));
        shared = prefix;
      }
    }
    String ambiguous = shared;
    StoreCatalog catalog = shelf.catalog();
    assertThatThrownBy(() -> catalog.resolve(ambiguous))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key " + ambiguous)
        .hasMessageContaining("give more digits");
    assertThatThrownBy(() -> catalog.resolve("abc"))
        .hasMessageContaining("'abc' is not a key or digest; give its first 6 to 64");
    assertThatThrownBy(() -> catalog.resolve("../../etc"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> catalog.resolve("000000"))
        .hasMessageContaining("starts with '000000'; list them with 'stitchflow ls'");
  }

  @Test
  void experiments_ofRecordedRuns_areThoseThatUsedTheRecord() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    CatalogEntry network = shelf.only("train_network");
    shelf.recordRun("one", shelf.result("train a", network.key(), Outcome.RAN));
    shelf.recordRun("two", shelf.result("train b", network.key(), Outcome.HIT));
    Files.write(
        Files.createDirectories(
                shelf.store().runs().path().resolve("0123456789abcdef0123456789abcdef"))
            .resolve("results"),
        new byte[] {9, 9, 9});
    StoreCatalog catalog = shelf.catalog();
    assertThat(catalog.experiments(network.key())).containsExactly("one", "two");
    assertThat(catalog.uses(network.key()))
        .containsExactlyInAnyOrder(
            new StoreCatalog.Use("one", "train a"), new StoreCatalog.Use("two", "train b"));
    assertThat(catalog.experiments(shelf.only("import_dataset").key())).isEmpty();
  }

  @Test
  void stats_countBlobsRecordsAndWhatHitsSaved() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    CatalogEntry network = shelf.only("train_network");
    CatalogEntry data = shelf.only("import_dataset");
    shelf.recordRun(
        "one",
        shelf.result("data", data.key(), Outcome.HIT),
        shelf.result("train a", network.key(), Outcome.RAN));
    shelf.recordRun("two", shelf.result("train a", network.key(), Outcome.HIT));
    shelf.store().put("of no record".getBytes(UTF_8));
    Files.delete(shelf.blob(Digest.from(network.result().getOutput(0).getDigest())));
    Stats stats = Stats.of(shelf.catalog());
    long made = "made by ".length() + 64L;
    assertThat(stats.kinds())
        .containsExactly(
            new Stats.Kind("import_dataset", 1, 2, made),
            new Stats.Kind("train_network", 1, 2, 0),
            new Stats.Kind("collect_representation", 1, 2, made));
    assertThat(stats.contents().blobs()).hasSize(3);
    assertThat(stats.unrecordedBlobs()).isEqualTo(1);
    assertThat(stats.unrecordedBytes()).isEqualTo("of no record".length());
    assertThat(stats.runs()).isEqualTo(2);
    assertThat(stats.hits()).isEqualTo(2);
    assertThat(stats.savedSeconds()).isEqualTo(4);
    assertThat(stats.nondeterministic()).isZero();
  }

  @Test
  void lineage_diamond_hasItsBranchesOnce() throws IOException {
    shelf.run(Recipe.FIRST.plan());
    StoreCatalog catalog = shelf.catalog();
    Lineage.Node up = Lineage.up(catalog, shelf.only("collect_representation"));
    assertThat(roles(up)).containsExactly("network", "dataset");
    Lineage.Node network = up.branches().get(0);
    assertThat(roles(network)).containsExactly("train");
    assertThat(network.branches().get(0).entry()).isEqualTo(shelf.only("import_dataset"));

    Item blob =
        new Item.Blob(Digest.from(shelf.only("import_dataset").result().getOutput(0).getDigest()));
    Lineage.Node down = Lineage.down(catalog, blob);
    assertThat(roles(down)).containsExactlyInAnyOrder("train", "dataset");
    Lineage.Node trained =
        down.branches().stream()
            .filter(node -> node.role().equals("train"))
            .findFirst()
            .orElseThrow();
    assertThat(roles(trained)).containsExactly("network");
  }

  @Test
  void words_ofSeeds_areUnsignedAndOfWhatIsUnknownAQuestionMark() throws IOException {
    Digest network =
        shelf.publish(
            Action.newBuilder()
                .setTrainNetwork(
                    TrainNetwork.newBuilder()
                        .addBlocks(2)
                        .setWidth(16)
                        .setSeed(-1)
                        .setRecipe(TrainingRecipe.newBuilder().setEpochs(0)))
                .build(),
            1,
            Map.of("network", "weights"));
    Digest stitch =
        shelf.publish(
            Action.newBuilder()
                .addInput(Shelf.input("gram", network))
                .setSolveCopyStitch(
                    SolveCopyStitch.newBuilder().setSenderCut("stem").setReceiverCut("layer1.0"))
                .build(),
            1,
            Map.of("stitch", "map"));
    StoreCatalog catalog = shelf.catalog();
    RecordDescriptions words = new RecordDescriptions(catalog);
    assertThat(words.of(entry(catalog, network)))
        .isEqualTo("random ResNet(2)/16 seed 18446744073709551615");
    assertThat(words.of(entry(catalog, stitch))).isEqualTo("stem of ? -> layer1.0 of ?");
    Files.delete(
        directory
            .resolve("store/action")
            .resolve(stitch.hex().substring(0, 2))
            .resolve(stitch.hex()));
    StoreCatalog without = shelf.catalog();
    assertThat(new RecordDescriptions(without).full(entry(without, stitch)))
        .isEqualTo("unknown its action is lost");
  }

  private static CatalogEntry entry(StoreCatalog catalog, Digest key) {
    return java.util.Objects.requireNonNull(catalog.find(key));
  }

  private static List<String> roles(Lineage.Node node) {
    return node.branches().stream().map(Lineage.Node::role).toList();
  }
}
