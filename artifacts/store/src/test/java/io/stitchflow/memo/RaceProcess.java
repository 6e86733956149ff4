package io.stitchflow.memo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.content.ActionKeys;
import io.stitchflow.store.ActionCache;
import io.stitchflow.store.Actions;
import io.stitchflow.store.Store;
import io.stitchflow.store.StoreFiles;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ActionResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;

/** Publishes a value of its own under each of many keys; run in processes of their own. */
public final class RaceProcess {
  public static final int KEYS = 2000;

  private RaceProcess() {}

  /** Argument: the store. Starts when it reads a line; prints what then stood under each key. */
  public static void main(String[] arguments) throws IOException {
    Store store = Store.open(Path.of(arguments[0]));
    ActionCache cache = new ActionCache(store);
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    out.println("ready");
    new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
    StringBuilder standing = new StringBuilder();
    for (int key = 0; key < KEYS; key++) {
      byte[] mine = StoreFiles.bytes(key + " by " + ProcessHandle.current().pid());
      ActionResult result =
          Actions.result(1, Actions.output("moments", store.put(mine), mine.length));
      Action action = action(key);
      standing
          .append(Actions.only(cache.publish(ActionKeys.key(action), action, result)))
          .append('\n');
    }
    out.print(standing);
    out.flush();
  }

  public static Action action(int key) {
    return Actions.action(key + 1);
  }
}
