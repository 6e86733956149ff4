package io.stitchflow.store;

import io.stitchflow.store.remote.RemoteStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A remote store that is a map, and may be away. */
public class MemoryStore implements RemoteStore {
  public final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  public volatile boolean away;

  public static IOException refused() {
    return new IOException("Connection refused");
  }

  private void ask() throws IOException {
    if (away) {
      throw refused();
    }
  }

  private static byte[] bytes(Content content) throws IOException {
    try (InputStream in = content.open()) {
      return in.readAllBytes();
    }
  }

  @Override
  public String address() {
    return "memory";
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.allOf(Capability.class);
  }

  @Override
  public @Nullable RemoteObject find(String name) throws IOException {
    ask();
    byte[] bytes = objects.get(name);
    return bytes == null ? null : new RemoteObject(name, bytes.length);
  }

  @Override
  public @Nullable RemoteBytes get(String name, long from) throws IOException {
    ask();
    byte[] bytes = objects.get(name);
    if (bytes == null) {
      return null;
    }
    InputStream stream = new ByteArrayInputStream(bytes);
    stream.skipNBytes(Math.min(from, bytes.length));
    return new RemoteBytes(stream, bytes.length);
  }

  @Override
  public boolean putIfAbsent(String name, Content content) throws IOException {
    ask();
    return objects.putIfAbsent(name, bytes(content)) == null;
  }

  @Override
  public void replace(String name, Content content) throws IOException {
    ask();
    objects.put(name, bytes(content));
  }

  @Override
  public List<RemoteObject> list(String prefix, String after) throws IOException {
    ask();
    return objects.entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix) && e.getKey().compareTo(after) > 0)
        .sorted(Map.Entry.comparingByKey())
        .map(e -> new RemoteObject(e.getKey(), e.getValue().length))
        .toList();
  }

  @Override
  public void delete(String name) throws IOException {
    ask();
    objects.remove(name);
  }

  @Override
  public void close() {}
}
