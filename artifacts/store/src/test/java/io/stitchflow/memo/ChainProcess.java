package io.stitchflow.memo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.content.Digest;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Chains of actions, each of which reads two earlier ones; run in processes of their own.
 *
 * <p>A process starts when it reads a line, prints one for each action that it has computed and
 * published, and runs one chain after the other until it reads another line or there is nothing
 * more to read.
 */
public final class ChainProcess {
  public static final int ACTIONS = 30;
  private static final int LARGE_EVERY = 10;
  private static final int LARGE_BYTES = 1 << 20;
  private static final int SMALL_BYTES = 1 << 14;

  private ChainProcess() {}

  /** Arguments: the store, the first chain, how many chains at most. */
  public static void main(String[] arguments) throws IOException {
    Store store = Store.open(Path.of(arguments[0]));
    int first = Integer.parseInt(arguments[1]);
    int chains = Integer.parseInt(arguments[2]);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    out.println("ready");
    in.readLine();
    AtomicBoolean enough = new AtomicBoolean();
    Thread stop =
        new Thread(
            () -> {
              try {
                in.readLine(); // a line, or the end of whoever started this
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } finally {
                enough.set(true);
              }
            });
    stop.setDaemon(true);
    stop.start();
    for (int chain = first; chain < first + chains && !enough.get(); chain++) {
      run(store, chain, out::println);
    }
  }

  /** Told of what was computed. */
  public interface Computed {
    void accept(String chainAndAction);
  }

  /** The result of the chain's last action. */
  public static Digest run(Store store, int chain, Computed computed) throws IOException {
    Memo memo = new Memo(store);
    List<Digest> results = new ArrayList<>();
    for (int i = 0; i < ACTIONS; i++) {
      Action action = action(chain, i, results);
      StageExecutor executor =
          (runs, progress) -> {
            StageRun run = runs.get(0);
            List<byte[]> inputs = new ArrayList<>();
            for (Input input : run.action().getInputList()) {
              inputs.add(Files.readAllBytes(run.input(input.getRole())));
            }
            Files.write(run.output("moments"), content(run.action(), inputs));
          };
      boolean last = i == ACTIONS - 1;
      Memo.Request request = new Memo.Request(action, 1, last, List.of());
      Memo.Answer answer = memo.get(List.of(request), executor, store::open, share -> {}).get(0);
      if (answer.outcome() == Outcome.RAN) {
        computed.accept(chain + " " + i + " " + answer.key());
      }
      results.add(Actions.only(answer.result()));
    }
    return results.get(ACTIONS - 1);
  }

  /** What a chain's last action gives, computed without any store. */
  public static Digest expected(int chain) {
    List<byte[]> contents = new ArrayList<>();
    List<Digest> results = new ArrayList<>();
    for (int i = 0; i < ACTIONS; i++) {
      List<byte[]> inputs = i == 0 ? List.of() : List.of(contents.get(i - 1), contents.get(i / 2));
      contents.add(content(action(chain, i, results), inputs));
      results.add(Digest.of(contents.get(i)));
    }
    return results.get(ACTIONS - 1);
  }

  private static Action action(int chain, int i, List<Digest> results) {
    Action.Builder action = Actions.action(chain * ACTIONS + i + 1).toBuilder();
    if (i > 0) {
      action.addInput(Input.newBuilder().setRole("last").setDigest(results.get(i - 1).bytes()));
      action.addInput(Input.newBuilder().setRole("half").setDigest(results.get(i / 2).bytes()));
    }
    return action.build();
  }

  /** Depends on all that the action reads; a few KiB, sometimes up to a MiB. */
  private static byte[] content(Action action, List<byte[]> inputs) {
    long seed = action.getVersion();
    for (byte[] input : inputs) {
      seed = 31 * seed + Arrays.hashCode(input);
    }
    Random random = new Random(seed);
    boolean large = action.getVersion() % LARGE_EVERY == 0;
    byte[] content = new byte[1 + random.nextInt(large ? LARGE_BYTES : SMALL_BYTES)];
    random.nextBytes(content);
    return content;
  }
}
