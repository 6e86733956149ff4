package io.stitchflow.memo;

import static io.stitchflow.store.Actions.action;
import static io.stitchflow.store.Actions.only;
import static io.stitchflow.store.Actions.reading;
import static io.stitchflow.store.StoreFiles.blob;
import static io.stitchflow.store.StoreFiles.bytes;
import static io.stitchflow.store.StoreFiles.files;
import static io.stitchflow.store.StoreFiles.overwrite;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FolderDigest;
import io.stitchflow.content.MissingBlobException;
import io.stitchflow.content.SourceFileChangedException;
import io.stitchflow.content.StoreException;
import io.stitchflow.memo.Memo.Answer;
import io.stitchflow.memo.Memo.Request;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoTest {
  @TempDir Path temporary;
  private Path root;
  private Store store;
  private Memo memo;

  /** Versions of the actions that were executed, one list a call. */
  private final List<List<Integer>> calls = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void openStore() throws IOException {
    root = temporary.resolve("store");
    store = Store.open(root);
    memo = new Memo(store);
  }

  @Test
  void get_firstTime_runsAndSecondTimeHits() throws IOException {
    Answer ran = get(action(1));
    Answer hit = get(action(1));

    assertThat(ran.outcome()).isEqualTo(Outcome.RAN);
    assertThat(ran.key()).isEqualTo(ActionKeys.key(action(1)));
    assertThat(store.open(only(ran.result()))).hasBinaryContent(bytes("result of 1"));
    assertThat(hit).isEqualTo(Answer.of(ran.key(), ran.result(), Outcome.HIT));
    assertThat(memo.find(ran.key())).isEqualTo(ran.result());
    assertThat(calls).containsExactly(List.of(1));
    assertThat(files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void get_inAnotherProcess_hits() throws IOException {
    get(action(1));
    memo = new Memo(Store.open(root));

    assertThat(get(action(1)).outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void get_someOfAGroupThere_executesTheMissesTogether() throws IOException {
    get(action(2));

    List<Answer> answers =
        get(List.of(request(action(3)), request(action(2)), request(action(1))), this::write);

    assertThat(answers)
        .extracting(Answer::outcome)
        .containsExactly(Outcome.RAN, Outcome.HIT, Outcome.RAN);
    assertThat(answers)
        .extracting(Answer::key)
        .containsExactly(
            ActionKeys.key(action(3)), ActionKeys.key(action(2)), ActionKeys.key(action(1)));
    assertThat(calls).containsExactly(List.of(2), List.of(3, 1));
  }

  @Test
  void get_sameActionTwiceInAGroup_runsOnce() throws IOException {
    List<Answer> answers = get(List.of(request(action(1)), request(action(1))), this::write);

    assertThat(calls).containsExactly(List.of(1));
    assertThat(answers.get(0)).isEqualTo(answers.get(1));
  }

  @Test
  void get_oneOfAGroupFails_recordsTheOthers() throws IOException {
    StageExecutor secondFails =
        (runs, progress) -> {
          for (StageRun run : runs) {
            if (run.action().equals(action(2))) {
              Files.write(run.output("half"), bytes("written"));
              run.fail("2 diverged");
            } else {
              Files.write(run.output("result"), bytes("whole"));
            }
          }
        };
    List<Answer> answers =
        get(List.of(request(action(1)), request(action(2)), request(action(3))), secondFails);

    assertThat(answers)
        .extracting(Answer::outcome)
        .containsExactly(Outcome.RAN, Outcome.FAILED, Outcome.RAN);
    assertThat(answers.get(1).failure()).isEqualTo("2 diverged");
    assertThat(memo.find(answers.get(1).key())).isNull();
    assertThat(files(store, Folder.TMP)).isEmpty();
    assertThat(get(action(2)).outcome()).as("a failure is not remembered").isEqualTo(Outcome.RAN);
  }

  @Test
  void get_group_secondsAreSharedByCost() throws IOException {
    List<Answer> answers =
        get(
            List.of(
                new Request(action(1), 3, false, List.of()),
                new Request(action(2), 1, false, List.of())),
            this::write);

    double first = answers.get(0).result().getSeconds();
    assertThat(first).isPositive();
    assertThat(answers.get(1).result().getSeconds()).isCloseTo(first / 3, within(1e-12));
  }

  @Test
  void get_severalOutputs_areListedByName() throws IOException {
    StageExecutor executor =
        (runs, progress) -> {
          Files.write(runs.get(0).output("training"), bytes("curve"));
          Files.write(runs.get(0).output("network"), bytes("weights"));
          progress.accept(1);
        };
    List<Double> told = new ArrayList<>();

    ActionResult result =
        memo.get(List.of(request(action(1))), executor, store::open, told::add).get(0).result();

    assertThat(result.getOutputList())
        .extracting("name", "sizeBytes")
        .containsExactly(tuple("network", 7L), tuple("training", 5L));
    assertThat(told).containsExactly(1.0);
  }

  @Test
  void get_blobLostAndBytesNeeded_runsAgainAndHeals() throws IOException {
    ActionResult result = get(action(1)).result();
    Files.delete(blob(store, only(result)));

    assertThat(memo.whole(result)).isFalse();
    assertThat(get(action(1)).outcome()).isEqualTo(Outcome.HIT); // the digest is enough
    Answer healed = getBytes(action(1));

    assertThat(healed.outcome()).isEqualTo(Outcome.RAN);
    assertThat(healed.result()).isEqualTo(result); // the record stands, its seconds too
    assertThat(store.open(only(result))).hasBinaryContent(bytes("result of 1"));
    assertThat(getBytes(action(1)).outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void get_blobDamagedAtSameSizeAndBytesNeeded_runsAgainAndHeals() throws IOException {
    ActionResult result = get(action(1)).result();
    overwrite(blob(store, only(result)), bytes("result of 2"));

    assertThat(memo.whole(result)).isTrue(); // sizes only
    assertThat(getBytes(action(1)).outcome()).isEqualTo(Outcome.RAN);
    assertThat(store.open(only(result))).hasBinaryContent(bytes("result of 1"));
    assertThat(files(store, Folder.QUARANTINE)).hasSize(1);
  }

  @Test
  void get_blobLostAndComesOutDifferent_theNewRecordStands() throws IOException {
    ActionResult first = get(action(1)).result();
    Files.delete(blob(store, only(first)));

    StageExecutor other = (runs, progress) -> write(runs.get(0), "not the same");
    Answer healed = get(List.of(new Request(action(1), 1, true, List.of())), other).get(0);

    assertThat(store.open(only(healed.result()))).hasBinaryContent(bytes("not the same"));
    assertThat(memo.find(healed.key())).isEqualTo(healed.result());
    assertThat(files(store, Folder.NONDETERMINISM)).hasSize(1);
  }

  @Test
  void get_recordDamaged_runsAgain() throws IOException {
    Answer first = get(action(1));
    overwrite(StoreFiles.path(store, Folder.AC, first.key()), bytes("garbage"));

    Answer again = get(action(1));

    assertThat(again.outcome()).isEqualTo(Outcome.RAN);
    assertThat(only(again.result())).isEqualTo(only(first.result()));
  }

  @Test
  void get_anyFileOfTheStoreDeleted_stillAnswersTheSame() throws IOException {
    Digest expected = only(get(action(1)).result());
    for (Path file : files(root)) {
      if (Files.exists(file)) {
        Files.delete(file);
        memo = new Memo(Store.open(root));
        assertThat(only(getBytes(action(1)).result())).as(file.toString()).isEqualTo(expected);
      }
    }
    assertThat(Store.open(root).open(expected)).hasBinaryContent(bytes("result of 1"));
  }

  @Test
  void get_executorFails_failsAllMissesAndLeavesNothing() throws IOException {
    get(action(3));
    StageExecutor failing =
        (runs, progress) -> {
          write(runs.get(0), "half");
          throw new IllegalArgumentException("does not fit");
        };

    assertThatThrownBy(
            () -> get(List.of(request(action(1)), request(action(2)), request(action(3))), failing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("does not fit");

    assertThat(memo.find(ActionKeys.key(action(1)))).isNull();
    assertThat(memo.find(ActionKeys.key(action(2)))).isNull();
    assertThat(files(store, Folder.TMP)).isEmpty();
    assertThat(get(action(1)).outcome()).isEqualTo(Outcome.RAN); // its lock is free
    assertThat(get(action(3)).outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void get_diskFullUnderTheExecutor_runsAgainWithOutputsElsewhere() throws IOException {
    StageExecutor full =
        (runs, progress) -> {
          Path output = runs.get(0).output("moments");
          if (output.startsWith(root)) {
            throw new IOException("No space left on device");
          }
          write(runs, progress);
        };

    assertThat(get(List.of(request(action(1))), full).get(0).failure()).isEmpty();
    assertThat(get(action(1)).outcome()).as("small enough after all").isEqualTo(Outcome.HIT);
    Request mustStore = new Request(action(2), 1, false, true, List.of());
    assertThatThrownBy(() -> get(List.of(mustStore), full))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(root + ": the disk is full");
    assertThat(files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void get_storeCannotTakeBlobs_runsAndKeepsThemForThisProcess() throws IOException {
    Files.createDirectory(root);
    Files.writeString(root.resolve("cas"), "in the way");

    Answer ran = get(action(1));

    assertThat(ran.outcome()).isEqualTo(Outcome.RAN);
    assertThat(ran.failure()).contains("cas", "a file stands where the store needs a directory");
    assertThat(store.open(only(ran.result()))).hasBinaryContent(bytes("result of 1"));
    assertThat(Store.open(root).find(only(ran.result()))).as("not in the store").isNull();
    assertThat(memo.find(ran.key())).isNull();
    assertThat(files(store, Folder.TMP)).isEmpty();
    assertThat(getBytes(action(1)).result().getOutputList())
        .as("computed again")
        .isEqualTo(ran.result().getOutputList());
    assertThat(calls).hasSize(2);
  }

  @Test
  void get_storeCannotTakeRecords_runsAndSaysSo() throws IOException {
    Files.createDirectory(root);
    Files.writeString(root.resolve("ac"), "in the way");

    assertThat(get(action(1)).failure()).contains("/ac");
    assertThat(get(action(1)).outcome()).isEqualTo(Outcome.RAN);
  }

  @Test
  void get_storeCannotTakeWhatMustBeStored_fails() throws IOException {
    Files.createDirectory(root);
    Files.writeString(root.resolve("cas"), "in the way");

    assertThatThrownBy(
            () -> get(List.of(new Request(action(1), 1, false, true, List.of())), this::write))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("cas");
    assertThat(files(store, Folder.TMP)).isEmpty();
  }

  @Test
  void get_locksCannotBeHad_runsWithoutAndPublishes() throws IOException {
    Files.createDirectory(root);
    Files.writeString(root.resolve("lease"), "in the way");

    assertThat(get(action(1)).failure()).isEmpty();
    assertThat(get(action(1)).outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void get_executorWritesNothing_isOurBugWithTheStagesName() {
    StageExecutor idle = (runs, progress) -> {};
    StageExecutor forgetful = (runs, progress) -> runs.get(0).output("moments");

    assertThatThrownBy(() -> get(List.of(request(action(1))), idle))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("collect_gram");
    assertThatThrownBy(() -> get(List.of(request(action(1))), forgetful))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'moments'");
  }

  @Test
  void input_blob_comesFromTheSource() throws IOException {
    Digest weights = store.put(bytes("weights"));

    assertThat(copyInput(reading("network", weights), "network", List.of())).isEqualTo("weights");
  }

  @Test
  void input_lostBlob_isMadeAgainByTheSource() throws IOException {
    Digest lost = only(get(action(1)).result());
    Files.delete(blob(store, lost));
    Memo.BlobSource rewinding =
        digest -> {
          try {
            return store.open(digest);
          } catch (MissingBlobException e) {
            getBytes(action(1));
            return store.open(digest);
          }
        };

    Answer answer =
        memo.get(
                List.of(request(reading("gram", lost))),
                (runs, progress) -> Files.copy(runs.get(0).input("gram"), runs.get(0).output("o")),
                rewinding,
                share -> {})
            .get(0);

    assertThat(only(answer.result())).isEqualTo(lost);
    assertThat(calls).containsExactly(List.of(1), List.of(1));
  }

  @Test
  void losses_ofStagesThatTrain_areTold() throws IOException {
    List<List<Double>> told = new ArrayList<>();
    MemoListener listener =
        new MemoListener() {
          @Override
          public void advanced(double share) {}

          @Override
          public void learned(List<Double> losses) {
            told.add(losses);
          }
        };
    StageExecutor training =
        (runs, progress) -> {
          runs.get(0).loss(2);
          runs.get(1).loss(1);
          runs.get(0).loss(0.5);
          write(runs, progress);
        };

    memo.get(List.of(request(action(1)), request(action(2))), training, store::open, listener);

    assertThat(told).containsExactly(List.of(2.0), List.of(2.0, 1.0), List.of(0.5, 1.0));
  }

  @Test
  void input_sourceFile_isReadWhereItIs() throws IOException {
    Path file = Files.write(temporary.resolve("data_batch_1.bin"), bytes("images"));

    assertThat(copyInput(reading("data_batch_1", Digest.of(file)), "data_batch_1", List.of(file)))
        .isEqualTo("images");
  }

  @Test
  void input_sourceFileChangedSinceThePlan_isRefused() throws IOException {
    Path file = Files.write(temporary.resolve("data_batch_1.bin"), bytes("images"));
    Action action = reading("data_batch_1", Digest.of(file));
    Files.write(file, bytes("others"));

    assertThatThrownBy(() -> copyInput(action, "data_batch_1", List.of(file)))
        .isInstanceOf(SourceFileChangedException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void input_sourceFileChangedWhileRead_publishesNothing() throws IOException {
    Path file = Files.write(temporary.resolve("data_batch_1.bin"), bytes("images"));
    Action action = reading("data_batch_1", Digest.of(file));
    StageExecutor executor =
        (runs, progress) -> {
          Files.copy(runs.get(0).input("data_batch_1"), runs.get(0).output("train"));
          overwrite(file, bytes("others"));
        };

    assertThatThrownBy(() -> get(List.of(new Request(action, 1, false, List.of(file))), executor))
        .isInstanceOf(SourceFileChangedException.class);
    assertThat(memo.find(ActionKeys.key(action))).isNull();
  }

  @Test
  void input_sourceFolder_isReadWhereItIs() throws IOException {
    Path folder = folder();
    Action action = reading("images", FolderDigest.of(folder));
    StageExecutor executor =
        (runs, progress) ->
            Files.copy(runs.get(0).input("images").resolve("a/1.png"), runs.get(0).output("train"));

    Answer answer = get(List.of(new Request(action, 1, false, List.of(folder))), executor).get(0);

    assertThat(only(answer.result())).isEqualTo(Digest.of(bytes("one")));
  }

  @Test
  void input_sourceFolderChangedSinceThePlan_isRefused() throws IOException {
    Path folder = folder();
    Action action = reading("images", FolderDigest.of(folder));
    overwrite(folder.resolve("a/1.png"), bytes("two"));

    assertThatThrownBy(() -> copyInput(action, "images", List.of(folder)))
        .isInstanceOf(SourceFileChangedException.class)
        .hasMessageContaining(folder.toString());
  }

  @Test
  void input_sourceFolderChangedWhileRead_publishesNothing() throws IOException {
    Path folder = folder();
    Action action = reading("images", FolderDigest.of(folder));
    StageExecutor executor =
        (runs, progress) -> {
          Files.copy(runs.get(0).input("images").resolve("a/1.png"), runs.get(0).output("train"));
          overwrite(folder.resolve("a/1.png"), bytes("two"));
        };

    assertThatThrownBy(() -> get(List.of(new Request(action, 1, false, List.of(folder))), executor))
        .isInstanceOf(SourceFileChangedException.class);
    assertThat(memo.find(ActionKeys.key(action))).isNull();
  }

  private Path folder() throws IOException {
    Path folder = temporary.resolve("images");
    Files.createDirectories(folder.resolve("a"));
    Files.write(folder.resolve("a/1.png"), bytes("one"));
    return folder;
  }

  @Test
  void input_unknownRole_listsTheRoles() throws IOException {
    Action action = reading("network", store.put(bytes("weights")));

    assertThatThrownBy(() -> copyInput(action, "receiver", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'receiver'")
        .hasMessageContaining("[network]");
  }

  @Test
  void input_repeatedRole_isReportedByIndex() throws IOException {
    Action action = action(1);
    for (String content : List.of("first", "second")) {
      Digest digest = store.put(bytes(content));
      action =
          action.toBuilder()
              .addInput(Input.newBuilder().setRole("comparison").setDigest(digest.bytes()))
              .build();
    }
    Action both = action;

    assertThat(copyInput(both, "comparison[0]", List.of())).isEqualTo("first");
    Action another = both.toBuilder().setVersion(2).build();
    assertThat(copyInput(another, "comparison[1]", List.of())).isEqualTo("second");
    for (String wrong : List.of("comparison", "comparison[2]", "training[0]")) {
      Action fresh = both.toBuilder().setVersion(3).build();
      assertThatThrownBy(() -> copyInput(fresh, wrong, List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + wrong + "'");
    }
  }

  @Test
  void get_manyThreads_runOnce() throws Exception {
    runManyAtOnce(i -> memo);
  }

  @Test
  void get_manyMemosOfOneProcess_runOnce() throws Exception {
    runManyAtOnce(i -> new Memo(Store.open(root)));
  }

  @Test
  void get_overlappingGroupsInAnyOrder_runEachActionOnceAndEnd() throws Exception {
    Random random = new Random(4);
    List<Callable<List<Answer>>> groups = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      List<Request> group = new ArrayList<>();
      for (int n = 0; n < 4; n++) {
        group.add(request(action(random.nextInt(12))));
      }
      groups.add(() -> get(group, this::write));
    }

    inThreads(groups);

    List<Integer> executed = calls.stream().flatMap(List::stream).toList();
    assertThat(executed).doesNotHaveDuplicates();
  }

  @Test
  void get_interruptedWhileAnotherComputes_staysInterruptedAndRunsNothing() throws Exception {
    CountDownLatch computing = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    StageExecutor slow =
        (runs, progress) -> {
          computing.countDown();
          try {
            finish.await();
          } catch (InterruptedException e) {
            throw new InterruptedIOException();
          }
          write(runs, progress);
        };
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<List<Answer>> first = threads.submit(() -> get(List.of(request(action(1))), slow));
      computing.await();
      AtomicReference<Thread> waiter = new AtomicReference<>();
      Future<Boolean> second =
          threads.submit(
              () -> {
                waiter.set(Thread.currentThread());
                assertThatThrownBy(() -> get(action(1))).isInstanceOf(IOException.class);
                return Thread.interrupted();
              });
      while (!second.isDone()
          && (waiter.get() == null || waiter.get().getState() != Thread.State.TIMED_WAITING)) {
        Thread.onSpinWait();
      }
      Objects.requireNonNull(waiter.get()).interrupt();

      assertThat(second.get()).isTrue();
      finish.countDown();
      assertThat(first.get().get(0).outcome()).isEqualTo(Outcome.RAN);
      assertThat(calls).containsExactly(List.of(1));
    } finally {
      finish.countDown();
      threads.shutdownNow();
    }
  }

  @Test
  void request_moreSourceFilesThanInputs_isRefused() {
    assertThatThrownBy(() -> new Request(action(1), 1, false, List.of(root)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(root.toString());
    assertThatThrownBy(() -> new Request(action(1), Double.NaN, false, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
  }

  private interface Memos {
    Memo get(int i) throws IOException;
  }

  private void runManyAtOnce(Memos memos) throws Exception {
    for (int round = 0; round < 10; round++) {
      int version = round;
      calls.clear();
      List<Callable<List<Answer>>> gets = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Memo own = memos.get(i);
        gets.add(
            () ->
                own.get(List.of(request(action(version))), this::write, store::open, share -> {}));
      }

      Set<ActionResult> results = new HashSet<>();
      for (List<Answer> answers : inThreads(gets)) {
        results.add(answers.get(0).result());
      }

      assertThat(calls).as("round %s", round).containsExactly(List.of(version));
      assertThat(results).hasSize(1);
    }
  }

  private static <T> List<T> inThreads(List<Callable<T>> tasks) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<T> values = new ArrayList<>();
      for (Future<T> future : threads.invokeAll(tasks)) {
        values.add(future.get());
      }
      return values;
    } finally {
      threads.shutdownNow();
    }
  }

  private String copyInput(Action action, String role, List<Path> sources) throws IOException {
    StageExecutor copy =
        (runs, progress) -> Files.copy(runs.get(0).input(role), runs.get(0).output("copy"));
    Answer answer = get(List.of(new Request(action, 1, false, sources)), copy).get(0);
    return Files.readString(store.open(only(answer.result())));
  }

  private Answer get(Action action) throws IOException {
    return get(List.of(request(action)), this::write).get(0);
  }

  private Answer getBytes(Action action) throws IOException {
    return get(List.of(new Request(action, 1, true, List.of())), this::write).get(0);
  }

  private List<Answer> get(List<Request> requests, StageExecutor executor) throws IOException {
    return memo.get(requests, executor, store::open, share -> {});
  }

  private static Request request(Action action) {
    return new Request(action, 1, false, List.of());
  }

  private void write(List<StageRun> runs, DoubleConsumer progress) throws IOException {
    calls.add(runs.stream().map(run -> run.action().getVersion()).toList());
    for (StageRun run : runs) {
      write(run, "result of " + run.action().getVersion());
    }
  }

  private static void write(StageRun run, String content) throws IOException {
    Files.write(run.output("moments"), bytes(content));
  }
}
