package io.stitchflow.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.StoreException;
import io.stitchflow.memo.Memo;
import io.stitchflow.memo.StageRun;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Records;
import io.stitchflow.store.Store;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.CollectGram;
import io.stitchflow.v1.Outcome;
import io.stitchflow.v1.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two local directories, as of two machines, with one remote store behind them. */
abstract class TwoMachinesContract {
  static final Action ACTION =
      Action.newBuilder()
          .setVersion(1)
          .setCollectGram(CollectGram.newBuilder().addWindow(1))
          .build();
  private static final Digest KEY = ActionKeys.key(ACTION);

  @TempDir Path machines;
  private BreakingStore toOne;
  private BreakingStore toTwo;
  Store one;
  Store two;

  /** Another connection to the same store, empty at the start of a test. */
  abstract RemoteStore connect() throws IOException;

  /** The file in which the server keeps what is under this name on disk. */
  abstract Path file(String name);

  @BeforeEach
  void openBoth() throws IOException {
    toOne = new BreakingStore(connect());
    toTwo = new BreakingStore(connect());
    one = Store.open(machines.resolve("one"), toOne, "one");
    two = Store.open(machines.resolve("two"), toTwo, "two");
  }

  @Test
  void record_publishedByOne_isAHitForTheOtherWithoutItsBytes() throws IOException {
    ActionResult result = publish(one, "gram");
    ActionCache cache = new ActionCache(two);
    assertThat(cache.find(KEY)).isEqualTo(result);
    assertThat(cache.actions().find(KEY)).isEqualTo(ACTION);
    int asked = toTwo.requests;
    assertThat(cache.whole(result)).isTrue();
    assertThat(toTwo.requests).as("a record promises its blobs").isEqualTo(asked);
    assertThat(two.find(only(result))).isNull();
    assertThat(two.open(only(result))).hasContent("gram");
    assertThat(Files.isWritable(two.open(only(result))) && !isRoot()).isFalse();
    assertThat(two.warnings()).isEmpty();
  }

  @Test
  void record_readOnce_isThereWithoutTheRemote() throws IOException {
    ActionResult result = publish(one, "gram");
    assertThat(new ActionCache(two).find(KEY)).isEqualTo(result);
    two.open(only(result));
    int asked = toTwo.requests;
    assertThat(new ActionCache(two).find(KEY)).isEqualTo(result);
    two.open(only(result));
    assertThat(toTwo.requests).isEqualTo(asked);
    Store alone = Store.open(two.root());
    assertThat(new ActionCache(alone).find(KEY)).isEqualTo(result);
    assertThat(alone.open(only(result))).hasContent("gram");
  }

  @Test
  void survey_publishedByOne_isFoundByTheOtherAndThenInItsIndex() throws IOException {
    ActionResult result = publish(one, "gram");
    try (Records records = new Memo(two).records()) {
      assertThat(records.find(KEY)).isEqualTo(result);
    }
    int asked = toTwo.requests;
    try (Records records = new Memo(two).records()) {
      assertThat(records.find(KEY)).isEqualTo(result);
    }
    assertThat(toTwo.requests).isEqualTo(asked);
    assertThat(filesUnder(two.root().resolve("index"))).isNotEmpty();
  }

  @Test
  void fetch_someOfWhichOneHas_areAskedForOnceEach() throws IOException {
    ActionResult result = publish(one, "gram");
    Digest nowhere = Digest.of("nowhere".getBytes(UTF_8));
    try (Records records = new Memo(two).records()) {
      records.fetch(List.of(KEY, nowhere));
      int asked = toTwo.requests;
      assertThat(records.find(KEY)).isEqualTo(result);
      assertThat(records.find(nowhere)).isNull();
      records.fetch(List.of(KEY, nowhere));
      assertThat(toTwo.requests).isEqualTo(asked);
    }
  }

  @Test
  void fetch_remoteAway_findsWhatIsHere() throws IOException {
    ActionResult result = publish(two, "gram");
    toTwo.away = true;
    try (Records records = new Memo(two).records()) {
      records.fetch(List.of(KEY, Digest.of("nowhere".getBytes(UTF_8))));
      assertThat(records.find(KEY)).isEqualTo(result);
    }
  }

  @Test
  void action_readOnce_isThereWithoutTheRemote() throws IOException {
    publish(one, "gram");
    assertThat(new ActionCache(two).actions().find(KEY)).isEqualTo(ACTION);
    assertThat(new ActionCache(Store.open(two.root())).actions().find(KEY)).isEqualTo(ACTION);
  }

  @Test
  void memo_computedByOne_isAHitForTheOther() throws IOException {
    assertThat(compute(one, "gram").outcome()).isEqualTo(Outcome.RAN);
    Memo.Answer answer = compute(two, "never computed");
    assertThat(answer.outcome()).isEqualTo(Outcome.HIT);
    assertThat(two.open(only(answer.result()))).hasContent("gram");
  }

  @Test
  void publish_anotherStandsThere_thatOneWinsHereTooAndTheDifferenceIsKept() throws IOException {
    toTwo.away = true;
    ActionResult second = publish(two, "other");
    ActionResult first = publish(one, "gram");
    toTwo.away = false;
    assertThat(new ActionCache(two).publish(KEY, ACTION, second)).isEqualTo(first);
    assertThat(new ActionCache(Store.open(two.root())).find(KEY)).isEqualTo(first);
    assertThat(two.root().resolve("nondeterminism")).isDirectoryRecursivelyContaining("glob:**");
    assertThat(two.open(only(first))).hasContent("gram");
  }

  @Test
  void sendUnsent_awayWhenItWasComputed_isThereForTheOther() throws IOException {
    toOne.away = true;
    ActionResult result = publish(one, "gram");
    assertThat(new ActionCache(one).sendUnsent()).isZero();
    assertThat(new ActionCache(two).find(KEY)).isNull();

    toOne.away = false;
    Store again = Store.open(one.root(), toOne, "one");
    assertThat(new ActionCache(again).sendUnsent()).isEqualTo(1);
    assertThat(new ActionCache(two).find(KEY)).isEqualTo(result);
    assertThat(two.open(only(result))).hasContent("gram");
    assertThat(new ActionCache(again).sendUnsent()).isZero();
    assertThat(filesUnder(one.root().resolve("unsent"))).isEmpty();
  }

  @Test
  void sendUnsent_anotherStandsThere_thatOneWinsHereToo() throws IOException {
    toTwo.away = true;
    publish(two, "other");
    toTwo.away = false;
    ActionResult first = publish(one, "gram");
    assertThat(new ActionCache(two).sendUnsent()).isEqualTo(1);
    assertThat(new ActionCache(Store.open(two.root())).find(KEY)).isEqualTo(first);
  }

  @Test
  void sendUnsent_collectedSince_isForgotten() throws IOException {
    toOne.away = true;
    ActionResult result = publish(one, "gram");
    toOne.away = false;
    Files.delete(one.root().resolve(blobName(result)));
    assertThat(new ActionCache(one).sendUnsent()).isZero();
    assertThat(filesUnder(one.root().resolve("unsent"))).isEmpty();
    assertThat(new ActionCache(two).find(KEY)).isNull();
    assertThat(one.warnings()).as("of the first publish").hasSize(1);
  }

  @Test
  void open_wrongBytesThere_areRefusedAndReportedAndHealedByWhoComputes() throws IOException {
    ActionResult result = publish(one, "gram");
    overwrite(blobName(result), "lies");
    assertThatThrownBy(() -> two.open(only(result))).isInstanceOf(MissingBlobException.class);
    assertThat(two.find(only(result))).isNull();
    assertThat(filesUnder(two.root().resolve("tmp"))).isEmpty();
    assertThat(two.warnings())
        .singleElement()
        .asString()
        .contains("held wrong bytes once")
        .contains(only(result).hex());

    assertThat(compute(two, "gram").outcome()).isEqualTo(Outcome.RAN);
    assertThat(file(blobName(result))).hasContent("gram");
    Store three = Store.open(machines.resolve("three"), connect(), "three");
    assertThat(three.open(only(result))).hasContent("gram");
  }

  @Test
  void open_blobGoneThere_isComputedAgainAndPutBack() throws IOException {
    ActionResult result = publish(one, "gram");
    remove(blobName(result));
    assertThat(compute(two, "gram").outcome()).isEqualTo(Outcome.RAN);
    assertThat(file(blobName(result))).hasContent("gram");
  }

  @Test
  void memo_blobGoneThereAndNewBytesDiffer_newRecordStandsForEverybody() throws IOException {
    ActionResult lost = publish(one, "gram");
    remove(blobName(lost));
    Memo.Answer answer = compute(two, "other");
    assertThat(answer.outcome()).isEqualTo(Outcome.RAN);
    assertThat(two.open(only(answer.result()))).hasContent("other");
    Store three = Store.open(machines.resolve("three"), connect(), "three");
    assertThat(new ActionCache(three).find(KEY)).isEqualTo(answer.result());
    assertThat(three.open(only(answer.result()))).hasContent("other");
  }

  @Test
  void find_damagedRecordThere_isAMissAndHealsOnPublish() throws IOException {
    publish(one, "gram");
    overwrite("ac/" + KEY.hex().substring(0, 2) + "/" + KEY.hex(), "no record");
    assertThat(new ActionCache(two).find(KEY)).isNull();
    ActionResult again = publish(two, "gram");
    Store three = Store.open(machines.resolve("three"), connect(), "three");
    assertThat(new ActionCache(three).find(KEY)).isEqualTo(again);
  }

  @Test
  void open_connectionBreaks_resumesWhereItBroke() throws IOException {
    byte[] bytes = new byte[300_000];
    new Random(3).nextBytes(bytes);
    Digest digest = only(publish(one, bytes));
    toTwo.breaksAfterBytes = 70_000;
    toTwo.breaks = 3;
    assertThat(two.open(digest)).hasBinaryContent(bytes);
    assertThat(toTwo.gets).containsExactly(0L, 70_000L, 140_000L, 210_000L);
    assertThat(filesUnder(two.root().resolve("tmp"))).isEmpty();
  }

  @Test
  void open_processKilledInTheMiddle_theNextOneFetchesTheRest() throws IOException {
    byte[] bytes = new byte[300_000];
    new Random(4).nextBytes(bytes);
    Digest digest = only(publish(one, bytes));
    leave(digest, Arrays.copyOf(bytes, 100_000));
    assertThat(two.open(digest)).hasBinaryContent(bytes);
    assertThat(toTwo.gets).containsExactly(100_000L);
  }

  @Test
  void open_whatWasLeftIsWrongOrTooLong_isFetchedAnew() throws IOException {
    byte[] bytes = new byte[100_000];
    new Random(5).nextBytes(bytes);
    Digest digest = only(publish(one, bytes));
    for (int length : List.of(1, 99_999, 100_000, 100_001)) {
      leave(digest, new byte[length]);
      assertThat(two.open(digest)).as("%d bytes were left", length).hasBinaryContent(bytes);
      Files.delete(two.open(digest));
    }
    assertThat(two.warnings()).isEmpty();
  }

  @Test
  void memo_remoteUnreachable_continuesAndWarnsOnceAKind() throws IOException {
    toOne.away = true;
    Memo.Answer answer = compute(one, "gram");
    assertThat(answer.outcome()).isEqualTo(Outcome.RAN);
    assertThat(one.open(only(answer.result()))).hasContent("gram");
    assertThat(one.warnings()).hasSize(2);
    assertThat(one.warnings().get(0)).contains("could not be read").contains("Connection refused");
    assertThat(one.warnings().get(1))
        .contains("could not be written once")
        .contains(one.root().toString());
  }

  @Test
  void memo_mustStoreAndRemoteAway_failsAndKeepsTheResultHere() throws IOException {
    toOne.away = true;
    Memo.Request must = new Memo.Request(ACTION, 1, true, true, List.of());
    assertThatThrownBy(() -> compute(one, must, "gram"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("a result could not be uploaded")
        .hasMessageContaining(one.root().toString())
        .hasMessageContaining("Connection refused");
    assertThat(compute(one, "never computed").outcome()).isEqualTo(Outcome.HIT);

    assertThat(compute(two, must, "gram").outcome()).isEqualTo(Outcome.RAN);
  }

  @Test
  void find_remoteAwayForLong_isNotAskedEachTime() throws IOException {
    toOne.away = true;
    ActionCache cache = new ActionCache(one);
    int before = toOne.requests;
    for (int i = 0; i < 100; i++) {
      assertThat(cache.find(KEY)).isNull();
    }
    assertThat(toOne.requests - before).isEqualTo(3);
    assertThat(one.warnings()).singleElement(STRING).contains("could not be read 100 times");
  }

  private static Memo.Answer compute(Store store, String content) throws IOException {
    return compute(store, new Memo.Request(ACTION, 1, true, List.of()), content);
  }

  private static Memo.Answer compute(Store store, Memo.Request request, String content)
      throws IOException {
    return new Memo(store)
        .get(
            List.of(request),
            (runs, progress) -> {
              for (StageRun run : runs) {
                Files.writeString(run.output("moments"), content);
              }
            },
            store::open,
            share -> {})
        .get(0);
  }

  private static ActionResult publish(Store store, String content) throws IOException {
    return publish(store, content.getBytes(UTF_8));
  }

  private static ActionResult publish(Store store, byte[] content) throws IOException {
    ActionResult result =
        ActionResult.newBuilder()
            .setSeconds(1)
            .addOutput(
                Output.newBuilder()
                    .setName("moments")
                    .setDigest(store.put(content).bytes())
                    .setSizeBytes(content.length))
            .build();
    return new ActionCache(store).publish(KEY, ACTION, result);
  }

  /** What a process that was killed had fetched. */
  private void leave(Digest digest, byte[] bytes) throws IOException {
    Path part = two.newTemporary().resolveSibling(digest.hex() + ".part");
    Files.write(part, bytes);
  }

  private void overwrite(String name, String content) throws IOException {
    assertThat(file(name)).exists();
    remove(name);
    connect().replace(name, RemoteStoreContract.content(content));
  }

  private void remove(String name) throws IOException {
    Files.delete(file(name));
  }

  private static String blobName(ActionResult result) {
    String hex = only(result).hex();
    return "cas/" + hex.substring(0, 2) + "/" + hex;
  }

  private static Digest only(ActionResult result) {
    assertThat(result.getOutputCount()).isEqualTo(1);
    return Digest.from(result.getOutput(0).getDigest());
  }

  private static List<Path> filesUnder(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }
}
