package io.stitchflow.store.remote;

import io.stitchflow.content.Digest;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import io.stitchflow.store.remote.RemoteStore.Content;
import io.stitchflow.store.remote.RemoteStore.RemoteBytes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Leases that machines see which share a remote store and no directory: {@code lease/ab/<key>}
 * there, put by the process that computes the key, replaced as long as they live, deleted in the
 * end.
 *
 * <p>One that stands still is taken over. Between a look and the deletion that follows it somebody
 * else may take it, and two owners are harmless. Where the server refuses the lease again and again
 * and shows no owner that beats, the key is computed without one.
 */
public final class RemoteLeases {
  private static final long FIRST_POLL_MILLIS = 50;
  private static final long LONGEST_POLL_MILLIS = 2_000;
  private static final int MOST_REFUSALS = 5;

  private final RemoteStore store;
  private final RemoteFailures trouble;
  private final Heartbeats heartbeats;

  /**
   * @param store that has all its capabilities
   */
  RemoteLeases(RemoteStore store, RemoteFailures trouble, Heartbeats heartbeats) {
    this.store = store;
    this.trouble = trouble;
    this.heartbeats = heartbeats;
  }

  /**
   * The lease of a key, once nobody else has it; null if the store cannot be reached: then
   * computation proceeds without a lease.
   *
   * @param waitsFor told again and again who has it
   */
  @Nullable
  public Closeable take(Digest key, Consumer<String> waitsFor) throws InterruptedException {
    String name = RemoteTier.name(Folder.LEASE, key);
    Lease mine = Lease.ofThisProcess();
    LeaseWatch watch = new LeaseWatch(heartbeats.patience());
    try {
      for (int refusals = 0; refusals < MOST_REFUSALS && !trouble.isResting(); ) {
        if (store.putIfAbsent(name, Content.of(mine.encode()))) {
          return heartbeats.hold(mine, new Place(name));
        }
        End end = awaitEnd(name, mine, watch, waitsFor);
        if (end == End.MINE) {
          return heartbeats.hold(mine, new Place(name));
        }
        refusals = end == End.RELEASED ? 0 : refusals + 1;
      }
    } catch (IOException e) {
      // Look-ups and publishing count and tell what is wrong with the store
    }
    return null;
  }

  /** How waiting for a lease ended. */
  private enum End {
    /** It was put by this process, whatever the server answered to that. */
    MINE,
    /** An owner was there, and is gone. */
    RELEASED,
    /** There was none, or none that beat. */
    NOT_HELD
  }

  /** Waits until the lease is gone, or not renewed any more, and then removes it. */
  private End awaitEnd(String name, Lease mine, LeaseWatch watch, Consumer<String> waitsFor)
      throws IOException, InterruptedException {
    long pollMillis = FIRST_POLL_MILLIS;
    boolean held = false;
    while (true) {
      byte[] bytes = read(name);
      Lease there = bytes == null ? null : Lease.decode(ByteBuffer.wrap(bytes));
      if (bytes != null && there == null) {
        store.delete(name);
        return End.NOT_HELD;
      }
      if (there == null) {
        TimeUnit.MILLISECONDS.sleep(held ? 0 : pollMillis);
        return held ? End.RELEASED : End.NOT_HELD;
      }
      if (there.equals(mine)) {
        return End.MINE;
      }
      if (watch.standsStill(there)) {
        store.delete(name);
        return End.NOT_HELD;
      }
      held = true;
      waitsFor.accept(there.owner());
      TimeUnit.MILLISECONDS.sleep(pollMillis);
      pollMillis = Math.min(2 * pollMillis, LONGEST_POLL_MILLIS);
    }
  }

  /** The first bytes of a lease, or null if there is none. */
  private byte @Nullable [] read(String name) throws IOException {
    try (RemoteBytes bytes = store.get(name, 0)) {
      return bytes == null ? null : bytes.stream().readNBytes(Lease.MOST_BYTES);
    }
  }

  /** An object of the store. */
  private final class Place implements Heartbeats.Place {
    private final String name;

    Place(String name) {
      this.name = name;
    }

    @Override
    public void renew(Lease lease) throws IOException {
      store.replace(name, Content.of(lease.encode()));
    }

    @Override
    public void clear() throws IOException {
      store.delete(name);
    }
  }
}
