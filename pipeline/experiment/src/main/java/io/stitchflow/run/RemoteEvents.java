package io.stitchflow.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteStore.Content;
import io.stitchflow.store.remote.RemoteStore.RemoteObject;
import io.stitchflow.v1.RunEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run's events in a remote store, which has no append: {@code runs/<id>/workers/<uuid>} says that
 * there is a worker, and {@code runs/<id>/events/<uuid>/<n>} is what it told in half a second.
 *
 * <p>A reader lists the workers, and of each what came after the object that it read last: so a
 * look stays cheap however long a run is.
 */
final class RemoteEvents {
  /** Between two objects of one worker. */
  private static final long BATCH_MILLIS = 500;

  private static final long FLUSH_SECONDS = 60;

  /** After so many an object that is not whole is damaged, and left out. */
  private static final int LOOKS = 30;

  private static final Pattern NUMBER = Pattern.compile("(?<=/)[0-9]{8}$");

  /** Between two looks. */
  static final long PERIOD_MILLIS = 1_000;

  private final RemoteStore remote;
  private final String run;

  RemoteEvents(RemoteStore remote, String id) {
    this.remote = remote;
    this.run = "runs/" + id + "/";
  }

  private String events(String worker) {
    return run + "events/" + worker + "/";
  }

  private String object(String worker, int number) {
    return String.format(Locale.ROOT, "%s%08d", events(worker), number);
  }

  private String workers() {
    return run + "workers/";
  }

  Sink newSink() {
    return new Sink(UUID.randomUUID().toString());
  }

  /** Reads what all workers tell. */
  final class Reader implements RunFiles.Events {
    /** The last object read, by worker. */
    private final Map<String, String> read = new HashMap<>();

    /** How often an object was not whole, by name. */
    private final Map<String, Integer> looks = new HashMap<>();

    @Override
    public List<RunEvent> next() {
      List<RunEvent> events = new ArrayList<>();
      try {
        for (RemoteObject worker : remote.list(workers(), "")) {
          String name = worker.name().substring(workers().length());
          for (RemoteObject object : remote.list(events(name), read.getOrDefault(name, ""))) {
            String expected = expected(name);
            if (!object.name().equals(expected) && looks.merge(expected, 1, Integer::sum) < LOOKS) {
              break; // a list may lag behind the objects
            }
            List<RunEvent> told = readAll(object.name());
            if (told.isEmpty() && looks.merge(object.name(), 1, Integer::sum) < LOOKS) {
              break; // not whole yet; what comes after it must not be taken for what comes next
            }
            events.addAll(told);
            looks.remove(expected);
            looks.remove(object.name());
            read.put(name, object.name());
          }
        }
      } catch (IOException e) {
        return events; // the rest comes with the next look
      }
      return events;
    }

    /** The name of a worker's next object. */
    private String expected(String worker) {
      String last = read.getOrDefault(worker, "");
      Matcher number = NUMBER.matcher(last);
      return object(worker, number.find() ? Integer.parseInt(number.group()) + 1 : 0);
    }

    /** Everything in an object; nothing where it is not there as a whole. */
    private List<RunEvent> readAll(String name) throws IOException {
      byte[] frames = small(name);
      List<RunEvent> events = new ArrayList<>();
      int end = 0;
      for (EventFrame frame = EventFrame.at(frames, 0); frame != null; ) {
        events.add(frame.event());
        end = frame.end();
        frame = EventFrame.at(frames, end);
      }
      return end == frames.length ? events : List.of();
    }

    /** Empty where there is no object, or one too large to hold events. */
    private byte[] small(String name) throws IOException {
      try {
        byte[] bytes = remote.getSmall(name);
        return bytes == null ? new byte[0] : bytes;
      } catch (FileSystemException e) {
        return new byte[0];
      }
    }
  }

  /** Puts what one worker tells, at most one object a {@link #BATCH_MILLIS}. */
  final class Sink implements RunFiles.EventSink {
    private final String worker;
    private final ScheduledThreadPoolExecutor thread;
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    /** Whether the thread looks again by itself. */
    private boolean busy;

    // Of the thread only
    private byte[] sending = new byte[0];
    private boolean announced;
    private int number;

    private Sink(String worker) {
      this.worker = worker;
      this.thread =
          new ScheduledThreadPoolExecutor(
              1,
              task -> {
                Thread sender = new Thread(task, "events to " + remote.address());
                sender.setDaemon(true);
                return sender;
              });
      // A thread that stays would keep a job's classes in a worker's process after its end
      thread.setKeepAliveTime(2 * BATCH_MILLIS, TimeUnit.MILLISECONDS);
      thread.allowCoreThreadTimeOut(true);
    }

    @Override
    public synchronized void append(byte[] frame) {
      told.writeBytes(frame);
      if (!busy) {
        busy = true;
        later(0);
      }
    }

    @Override
    public void flush() {
      try {
        thread.submit(this::sendAll).get(FLUSH_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException e) {
        throw new IllegalStateException("sending events failed", e.getCause());
      } catch (TimeoutException e) {
        // Left out, as what cannot be written
      }
    }

    private void later(long millis) {
      var unused = thread.schedule(this::send, millis, TimeUnit.MILLISECONDS);
    }

    private void send() {
      synchronized (this) {
        take();
        if (sending.length == 0) {
          busy = false;
          return;
        }
      }
      put();
      later(BATCH_MILLIS);
    }

    private void sendAll() {
      take();
      while (sending.length > 0 && put()) {
        take();
      }
    }

    private synchronized void take() {
      if (sending.length == 0) {
        sending = told.toByteArray();
        told.reset();
      }
    }

    /** False where it has to be tried again: somebody may miss the news, nobody a result. */
    private boolean put() {
      try {
        putObject();
        sending = new byte[0];
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    private void putObject() throws IOException {
      if (!announced) {
        remote.putIfAbsent(workers() + worker, Content.of(worker.getBytes(UTF_8)));
        announced = true;
      }
      // Where it is there already, the answer to an earlier attempt was lost
      remote.putIfAbsent(object(worker, number), Content.of(sending));
      number++;
    }
  }
}
