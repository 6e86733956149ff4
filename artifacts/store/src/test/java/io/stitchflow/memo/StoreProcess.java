package io.stitchflow.memo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import io.stitchflow.v1.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What the tests run in processes of their own. It tells its progress line by line on standard
 * output.
 */
public final class StoreProcess {
  public static final int ACTIONS = 12;
  private static final int PUBLISHED_A_COMPACTION = 4;
  public static final int LARGEST_BLOB_BYTES = 1 << 19;

  private StoreProcess() {}

  public static void main(String[] arguments) throws Exception {
    Store store = Store.open(Path.of(arguments[1]));
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    switch (arguments[0]) {
      case "publish" -> publishForever(store, new Random(Long.parseLong(arguments[2])), out);
      case "compute" -> computeAll(store, Path.of(arguments[2]), in, out);
      case "index" -> publishOwn(store, Integer.parseInt(arguments[2]), out);
      case "hang" -> hang(store, in, out);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** Goes on where earlier publishers ended; a line for each action that was published. */
  private static void publishForever(Store store, Random random, PrintStream out)
      throws IOException {
    Memo memo = new Memo(store);
    for (int version = 0; ; version++) {
      byte[] content = new byte[random.nextInt(LARGEST_BLOB_BYTES)];
      random.nextBytes(content);
      StageExecutor executor =
          (runs, progress) -> Files.write(runs.get(0).output("moments"), content);
      Memo.Answer answer =
          memo.get(List.of(request(version)), executor, store::open, share -> {}).get(0);
      if (!answer.failure().isEmpty()) {
        System.err.println("action " + version + " is not in the store: " + answer.failure());
      } else if (answer.outcome() == Outcome.RAN) {
        out.println(version);
      }
    }
  }

  /** Publishes actions from {@code first} on and compacts the index now and then; never ends. */
  private static void publishOwn(Store store, int first, PrintStream out) throws IOException {
    ActionCache cache = new ActionCache(store);
    for (int version = first; ; version++) {
      byte[] content = Integer.toString(version).getBytes(UTF_8);
      ActionResult result =
          Actions.result(1, Actions.output("moments", store.put(content), content.length));
      Action action = Actions.action(version);
      cache.publish(ActionKeys.key(action), action, result);
      out.println(version);
      if (version % PUBLISHED_A_COMPACTION == 0) {
        cache.snapshot().compact();
      }
    }
  }

  /**
   * Computes all actions in two threads and prints their digests; appends those that ran to a file.
   */
  private static void computeAll(Store store, Path ran, BufferedReader in, PrintStream out)
      throws Exception {
    Memo memo = new Memo(store);
    StageExecutor executor =
        (runs, progress) -> {
          for (StageRun run : runs) {
            int version = run.action().getVersion();
            Files.writeString(
                ran, version + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            // not the same in two processes: only one may have its way
            Files.writeString(run.output("moments"), version + " " + ProcessHandle.current().pid());
          }
        };
    out.println("ready");
    in.readLine();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Callable<List<Memo.Answer>>> groups = new ArrayList<>();
      Random random = new Random(ProcessHandle.current().pid());
      for (int i = 0; i < 2 * ACTIONS; i++) {
        List<Memo.Request> group = new ArrayList<>();
        group.add(request(i % ACTIONS));
        group.add(request(random.nextInt(ACTIONS)));
        Collections.shuffle(group, random);
        groups.add(() -> memo.get(group, executor, store::open, share -> {}));
      }
      Collections.shuffle(groups, random);
      for (Future<List<Memo.Answer>> group : threads.invokeAll(groups)) {
        group.get();
      }
    } finally {
      threads.shutdown();
    }
    for (int version = 0; version < ACTIONS; version++) {
      Memo.Answer answer =
          memo.get(List.of(request(version)), executor, store::open, share -> {}).get(0);
      out.println(Files.readString(store.open(Actions.only(answer.result()))));
    }
  }

  /** Starts to compute an action and never ends. */
  private static void hang(Store store, BufferedReader in, PrintStream out) throws IOException {
    StageExecutor executor =
        (runs, progress) -> {
          Files.writeString(runs.get(0).output("moments"), "half");
          out.println("computing");
          in.readLine();
        };
    new Memo(store).get(List.of(request(0)), executor, store::open, share -> {});
  }

  public static Memo.Request request(int version) {
    return new Memo.Request(Actions.action(version), 1, false, List.of());
  }

  /** This class in a Java process like this one. */
  public static Process start(String... arguments) throws IOException {
    return start(StoreProcess.class, arguments);
  }

  /** A class with a main method in a Java process like this one. */
  public static Process start(Class<?> program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-Xshare:auto", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
