package io.stitchflow.remote;

import io.stitchflow.store.remote.RemoteStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A store whose connection breaks after so many bytes, and that may be away altogether. */
final class BreakingStore implements RemoteStore {
  private final RemoteStore behind;

  /** Bytes that one answer gives before it breaks; for ever where it is negative. */
  int breaksAfterBytes = -1;

  /** Answers that break; later ones do not. */
  int breaks;

  boolean away;

  /** Where blobs were asked for from. */
  final List<Long> gets = Collections.synchronizedList(new ArrayList<>());

  /** All that was asked. */
  int requests;

  BreakingStore(RemoteStore behind) {
    this.behind = behind;
  }

  private void ask() throws IOException {
    requests++;
    if (away) {
      throw new IOException(address() + ": Connection refused");
    }
  }

  @Override
  public @Nullable RemoteBytes get(String name, long from) throws IOException {
    ask();
    if (name.startsWith("cas/")) {
      gets.add(from);
    }
    RemoteBytes bytes = behind.get(name, from);
    if (bytes == null || breaksAfterBytes < 0 || breaks <= 0 || !name.startsWith("cas/")) {
      return bytes;
    }
    breaks--;
    return new RemoteBytes(new Broken(bytes.stream(), breaksAfterBytes), bytes.objectBytes());
  }

  private static final class Broken extends FilterInputStream {
    private int left;

    Broken(InputStream in, int left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (left == 0) {
        throw new IOException("Connection reset");
      }
      int n = super.read(buffer, offset, Math.min(length, left));
      left -= Math.max(0, n);
      return n;
    }
  }

  @Override
  public String address() {
    return behind.address();
  }

  @Override
  public Set<Capability> capabilities() {
    return behind.capabilities();
  }

  @Override
  public @Nullable RemoteObject find(String name) throws IOException {
    ask();
    return behind.find(name);
  }

  @Override
  public boolean putIfAbsent(String name, Content content) throws IOException {
    ask();
    return behind.putIfAbsent(name, content);
  }

  @Override
  public void replace(String name, Content content) throws IOException {
    ask();
    behind.replace(name, content);
  }

  @Override
  public List<RemoteObject> list(String prefix, String after) throws IOException {
    ask();
    return behind.list(prefix, after);
  }

  @Override
  public void delete(String name) throws IOException {
    ask();
    behind.delete(name);
  }

  @Override
  public void close() {
    behind.close();
  }
}
