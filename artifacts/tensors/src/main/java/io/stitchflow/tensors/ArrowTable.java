package io.stitchflow.tensors;

import static io.stitchflow.tensors.Checks.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/** Tables that fit into memory, as Arrow IPC files of one record batch. */
public final class ArrowTable {
  private ArrowTable() {}

  /**
   * Overwrites {@code file}; the same content gives the same bytes.
   *
   * @param columns in the order of the file, all of the same number of rows
   * @param metadata of the schema
   * @throws IllegalArgumentException if columns differ in rows or share a name
   */
  public static void write(Path file, List<ArrowColumn> columns, SortedMap<String, String> metadata)
      throws IOException {
    check(!columns.isEmpty(), "a table needs a column");
    int rows = columns.get(0).rows();
    Set<String> names = new HashSet<>();
    for (ArrowColumn column : columns) {
      check(names.add(column.name()), "two columns are called '%s'", column.name());
      check(
          column.rows() == rows,
          "column '%s' has %s rows, but '%s' has %s",
          column.name(),
          column.rows(),
          columns.get(0).name(),
          rows);
    }
    List<IpcField> fields = columns.stream().map(ArrowColumn::field).toList();
    List<IpcFileWriter.Node> nodes = columns.stream().map(ArrowColumn::node).toList();
    List<ByteBuffer> buffers =
        columns.stream().flatMap(column -> column.buffers().stream()).toList();
    try (IpcFileWriter writer = IpcFileWriter.create(file, fields, metadata)) {
      writer.writeBatch(rows, nodes, buffers);
      writer.finish();
    }
  }
}
