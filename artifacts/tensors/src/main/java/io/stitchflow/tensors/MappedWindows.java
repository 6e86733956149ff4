package io.stitchflow.tensors;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Parts of a file mapped into memory, unmapped when closed. Nothing may read a window afterwards:
 * that would crash the JVM.
 *
 * <p>Without it a window stays until the garbage collector finds it, and a long run of small stages
 * gives the collector no reason to run. Unmapping is {@code Unsafe.invokeCleaner}, the only way of
 * Java 17, by reflection, since javac warns of its class by name.
 */
final class MappedWindows implements Closeable {
  private final FileChannel file;
  private final List<MappedByteBuffer> windows = new ArrayList<>();

  MappedWindows(FileChannel file) {
    this.file = file;
  }

  /** Maps {@code length} bytes from {@code start}, to be read. */
  ByteBuffer map(long start, long length) throws IOException {
    MappedByteBuffer window = file.map(FileChannel.MapMode.READ_ONLY, start, length);
    windows.add(window);
    return window;
  }

  @Override
  public void close() {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field field = type.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      Object unsafe = field.get(null);
      Method cleaner = type.getMethod("invokeCleaner", ByteBuffer.class);
      for (MappedByteBuffer window : windows) {
        cleaner.invoke(unsafe, window);
      }
    } catch (ReflectiveOperationException e) {
      return; // a JVM without the module jdk.unsupported: the collector unmaps
    } finally {
      windows.clear();
    }
  }
}
