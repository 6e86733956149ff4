package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/**
 * Columns of <a href="https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format">Arrow IPC
 * files</a> that other programs wrote, as arrays of the name {@code <file>.<column>}. Only what is
 * asked for is read, whatever the size of record batches.
 */
public final class ArrowFiles implements NamedArrays {
  /** What a stream of record batches starts with, where a file has its magic number. */
  private static final int STREAM = -1;

  /** Of a schema; enough for any real one. */
  private static final int MOST_FIELDS = 1 << 14;

  private static final int DEEPEST = 64;

  private final SortedMap<String, Array> arrays = new TreeMap<>();

  /**
   * A column of a file.
   *
   * @param title for messages
   * @param size of the file
   * @param parts in the order of rows
   */
  private record Array(
      Path path, String title, long size, IpcColumn column, List<Part> parts, int rows) {}

  /**
   * A column in a record batch.
   *
   * @param row the first
   * @param start of its numbers in the file
   */
  private record Part(int row, int rows, long start) {}

  private ArrowFiles() {}

  /**
   * Reads the schemas of files and the headers of their record batches.
   *
   * @param files by name
   * @param required columns that each must have
   * @param optional columns that each may have; all others are passed over
   * @throws InvalidFileException if a file is not of the format, or lacks a column
   */
  public static ArrowFiles open(
      Map<String, Path> files, List<String> required, List<String> optional) throws IOException {
    ArrowFiles opened = new ArrowFiles();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      try (FileChannel channel = FileChannel.open(file.getValue(), StandardOpenOption.READ)) {
        opened.add(file.getKey(), file.getValue(), channel, required, optional);
      } catch (RuntimeException e) {
        // The metadata are read without checks by the library, so that a wrong offset in them may
        // show as any of many exceptions
        throw new InvalidFileException(
            file.getValue(),
            e.getClass() == IllegalArgumentException.class
                ? Objects.requireNonNull(e.getMessage())
                : "its metadata are broken",
            e);
      }
    }
    return opened;
  }

  private void add(
      String name, Path path, FileChannel channel, List<String> required, List<String> optional)
      throws IOException {
    IpcFile file = new IpcFile(channel);
    check(
        channel.size() < Integer.BYTES || file.bytes(0, Integer.BYTES).getInt() != STREAM,
        "it is an Arrow stream, not a file; write it with pyarrow.ipc.new_file");
    Footer footer = file.footer();
    Schema schema = footer.schema();
    check(schema != null, "it has no schema");
    check(
        footer.version() == MetadataVersion.V5 && schema.endianness() == Endianness.Little,
        "it is of a version before Arrow 1.0, or big-endian");
    Columns columns = new Columns(schema, Set.copyOf(concat(required, optional)));
    for (String column : required) {
      check(
          columns.found.containsKey(column),
          "it has no column '%s', but %s; name the columns %s",
          column,
          columns.names,
          required);
    }
    Map<String, List<Part>> parts = new HashMap<>();
    int row = 0;
    for (int i = 0; i < footer.recordBatchesLength(); i++) {
      RecordBatch batch = file.batch(footer.recordBatches(i));
      columns.checkBatch(batch);
      int rows = Math.toIntExact(batch.length());
      long bodyBytes = footer.recordBatches(i).bodyLength();
      long body = footer.recordBatches(i).offset() + footer.recordBatches(i).metaDataLength();
      for (IpcColumn column : columns.found.values()) {
        parts
            .computeIfAbsent(column.name(), each -> new ArrayList<>())
            .add(new Part(row, rows, body + column.start(batch, bodyBytes)));
      }
      row = Math.addExact(row, rows);
    }
    for (IpcColumn column : columns.found.values()) {
      arrays.put(
          name + "." + column.name(),
          new Array(
              path,
              "column '" + column.name() + "' of " + name + ".arrow",
              channel.size(),
              column,
              parts.getOrDefault(column.name(), List.of()),
              row));
    }
  }

  private static List<String> concat(List<String> a, List<String> b) {
    List<String> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  /** Finds columns of a schema, and where their nodes and buffers are in each record batch. */
  private static final class Columns {
    private final List<String> names = new ArrayList<>();
    private final Map<String, IpcColumn> found = new TreeMap<>();
    private int nodes;
    private int buffers;

    Columns(Schema schema, Set<String> wanted) {
      for (int i = 0; i < schema.fieldsLength(); i++) {
        Field field = schema.fields(i);
        String name = Objects.requireNonNullElse(field.name(), "");
        names.add(name);
        if (wanted.contains(name)) {
          IpcColumn column = IpcColumn.of(field, nodes, buffers);
          check(found.put(name, column) == null, "it has two columns '%s'", name);
        }
        skip(name, field, 0);
      }
    }

    private void skip(String column, Field field, int depth) {
      check(
          depth <= DEEPEST && nodes <= MOST_FIELDS,
          "its schema has more than %s fields, or fields in fields deeper than %s",
          MOST_FIELDS,
          DEEPEST);
      nodes++;
      if (field.dictionary() != null) {
        buffers += 2; // validity and places in the dictionary
        return;
      }
      TypeLayout layout = TypeLayout.getTypeLayout(ArrowType.getTypeForField(field));
      check(layout.isFixedBufferCount(), "column '%s' is of views; leave it out", column);
      buffers += layout.getBufferLayouts().size();
      for (int i = 0; i < field.childrenLength(); i++) {
        skip(column, field.children(i), depth + 1);
      }
    }

    /** Checks that a record batch has what the schema says. */
    void checkBatch(RecordBatch batch) {
      check(
          batch.compression() == null,
          "it is compressed; write it with pyarrow.feather.write_feather(table, file,"
              + " compression=\"uncompressed\")");
      check(
          batch.nodesLength() == nodes && batch.buffersLength() == buffers && batch.length() >= 0,
          "a record batch has %s nodes and %s buffers in place of %s and %s",
          batch.nodesLength(),
          batch.buffersLength(),
          nodes,
          buffers);
    }
  }

  @Override
  public List<String> names() {
    return List.copyOf(arrays.keySet());
  }

  @Override
  public String title(String name) {
    return array(name).title();
  }

  /** Null: a file with another type in such a column is refused. */
  @Override
  public @Nullable String unknownDtype(String name) {
    return null;
  }

  @Override
  public Dtype dtype(String name) {
    return array(name).column().dtype();
  }

  @Override
  public List<Integer> shape(String name) {
    return shape(array(name).rows(), array(name).column());
  }

  private static List<Integer> shape(int rows, IpcColumn column) {
    List<Integer> shape = new ArrayList<>(List.of(rows));
    shape.addAll(column.shape());
    return shape;
  }

  @Override
  public NamedTensor rows(String name, int from, int count) throws IOException {
    Array array = array(name);
    Objects.checkFromIndexSize(from, count, array.rows());
    long rowBytes = array.column().rowBytes();
    check(
        count * rowBytes <= Integer.MAX_VALUE,
        "%s: %s rows take %s bytes, and 2 GiB is too much",
        array.title(),
        count,
        count * rowBytes);
    ByteBuffer data = ByteBuffer.allocate((int) (count * rowBytes));
    try (FileChannel file = FileChannel.open(array.path(), StandardOpenOption.READ)) {
      if (file.size() != array.size()) {
        throw new IOException(
            array.path() + " had " + array.size() + " bytes and has " + file.size() + " now");
      }
      for (Part part : array.parts()) {
        int first = Math.max(from, part.row());
        int end = Math.min(from + count, part.row() + part.rows());
        if (first < end) {
          long start = part.start() + (first - part.row()) * rowBytes;
          read(file, start, data.limit(data.position() + (int) ((end - first) * rowBytes)));
        }
      }
    }
    return new NamedTensor(
        name,
        array.column().dtype(),
        shape(count, array.column()),
        data.flip().order(ByteOrder.LITTLE_ENDIAN));
  }

  private static void read(FileChannel file, long start, ByteBuffer target) throws IOException {
    int from = target.position();
    while (target.hasRemaining()) {
      int n = file.read(target, start + target.position() - from);
      check(n >= 0, "it became shorter while it was read");
    }
  }

  private Array array(String name) {
    Array array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "there is no array '%s'; there are %s", name, names()));
    }
    return array;
  }
}
