package io.stitchflow.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.v1.RunEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A reader beside writers hears everything once, also where a server shows halves of objects. */
class RemoteEventsTest {
  private final Memory remote = new Memory();
  private final RemoteEvents events = new RemoteEvents(remote, "0123");

  @BeforeEach
  void tell() {
    RemoteEvents.Sink sink = events.newSink();
    for (String worker : List.of("one", "two")) {
      sink.append(EventFrame.encode(event(worker)));
      sink.flush();
    }
  }

  @Test
  void events_inWholeObjects_areHeardOnceInTheirOrder() {
    RemoteEvents.Reader reader = events.new Reader();
    assertThat(reader.next()).containsExactly(event("one"), event("two"));
    assertThat(reader.next()).isEmpty();
  }

  @Test
  void events_ofAnObjectStillBeingWritten_areReadOnceItIsWhole() {
    String first = remote.firstEvents();
    byte[] whole = remote.get(first);
    for (int length = 0; length < whole.length; length++) {
      RemoteEvents.Reader reader = events.new Reader();
      remote.objects.put(first, Arrays.copyOf(whole, length));
      assertThat(reader.next()).isEmpty();
      remote.objects.put(first, whole);
      assertThat(reader.next()).containsExactly(event("one"), event("two"));
      assertThat(reader.next()).isEmpty();
    }
  }

  @Test
  void events_afterADamagedObject_areHeardInTheEnd() {
    String first = remote.firstEvents();
    remote.objects.put(first, Arrays.copyOf(remote.get(first), 3));
    RemoteEvents.Reader reader = events.new Reader();
    int looks = 1;
    List<RunEvent> heard = reader.next();
    while (heard.isEmpty() && looks < 100) {
      heard = reader.next();
      looks++;
    }
    assertThat(heard).containsExactly(event("two"));
    assertThat(looks).isGreaterThan(10);
  }

  @Test
  void events_ofAnObjectThatAListLeavesOut_areHeardOnceItIsThere() {
    RemoteEvents.Sink sink = events.newSink();
    for (String worker : List.of("three", "four")) {
      sink.append(EventFrame.encode(event(worker)));
      sink.flush();
    }
    String left = remote.nameOf(EventFrame.encode(event("three")));
    byte[] bytes = remote.get(left);
    remote.delete(left);
    RemoteEvents.Reader reader = events.new Reader();
    assertThat(reader.next()).containsExactly(event("one"), event("two"));
    remote.objects.put(left, bytes);
    assertThat(reader.next()).containsExactly(event("three"), event("four"));
  }

  @Test
  void events_afterAnObjectWithoutEnd_areHeardInTheEnd() {
    remote.objects.put(remote.firstEvents(), new byte[RemoteStore.MOST_SMALL_BYTES + 1]);
    RemoteEvents.Reader reader = events.new Reader();
    List<RunEvent> heard = List.of();
    for (int look = 0; look < 100 && heard.isEmpty(); look++) {
      heard = reader.next();
    }
    assertThat(heard).containsExactly(event("two"));
  }

  private static RunEvent event(String worker) {
    return RunEvent.newBuilder().setWorker(worker).build();
  }

  /** Objects in this process. */
  private static final class Memory implements RemoteStore {
    private final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

    String firstEvents() {
      return objects.keySet().stream()
          .filter(name -> name.contains("/events/"))
          .findFirst()
          .orElseThrow();
    }

    String nameOf(byte[] content) {
      return objects.entrySet().stream()
          .filter(object -> Arrays.equals(object.getValue(), content))
          .map(Map.Entry::getKey)
          .findFirst()
          .orElseThrow();
    }

    byte[] get(String name) {
      byte[] bytes = objects.get(name);
      if (bytes == null) {
        throw new IllegalArgumentException("no object '" + name + "'");
      }
      return bytes;
    }

    @Override
    public String address() {
      return "memory";
    }

    @Override
    public Set<Capability> capabilities() {
      return Set.of(Capability.values());
    }

    @Override
    public @Nullable RemoteObject find(String name) {
      byte[] bytes = objects.get(name);
      return bytes == null ? null : new RemoteObject(name, bytes.length);
    }

    @Override
    public @Nullable RemoteBytes get(String name, long from) {
      byte[] bytes = objects.get(name);
      if (bytes == null) {
        return null;
      }
      ByteArrayInputStream stream = new ByteArrayInputStream(bytes);
      stream.skip(from);
      return new RemoteBytes(stream, bytes.length);
    }

    @Override
    public boolean putIfAbsent(String name, Content content) throws IOException {
      return objects.putIfAbsent(name, content.open().readAllBytes()) == null;
    }

    @Override
    public void replace(String name, Content content) throws IOException {
      objects.put(name, content.open().readAllBytes());
    }

    @Override
    public List<RemoteObject> list(String prefix, String after) {
      return objects.entrySet().stream()
          .filter(each -> each.getKey().startsWith(prefix) && each.getKey().compareTo(after) > 0)
          .map(each -> new RemoteObject(each.getKey(), each.getValue().length))
          .toList();
    }

    @Override
    public void delete(String name) {
      objects.remove(name);
    }

    @Override
    public void close() {}
  }
}
