package io.stitchflow.dataset;

import io.stitchflow.content.Digest;
import io.stitchflow.memo.StageRun;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A kind of data set: everything that differs between CIFAR-10, image folders and the like. Kinds
 * are registered in {@link DatasetKinds}; they have no state.
 *
 * <p>A kind has a train split and may have a test split; {@code dataset.split} divides the train
 * split without the kind's help. Paths in a {@link Dataset} are relative to the experiment file's
 * directory, {@code base}.
 */
public interface DatasetKind {
  /**
   * The name of its field in {@link Dataset} and {@link ImportDataset}, such as {@code
   * image_folder}; of a kind that has none, the name in {@code extension}.
   */
  String name();

  /** How an experiment names it: {@code image_folder { directory: "..." }}. */
  String usage();

  /** Allowed values of numeric fields, by the field's name. Any value is allowed for the others. */
  default Map<String, NumberRange> ranges() {
    return Map.of();
  }

  /** The same data set with the kind's defaults explicit. Filling twice changes nothing. */
  default Dataset fill(Dataset dataset) {
    return dataset;
  }

  /**
   * Whether networks are trained on mirrored, shifted and blanked examples where their recipe says
   * nothing.
   */
  default boolean isAugmented() {
    return true;
  }

  /**
   * Checks the fields and lists the source files; reads no example.
   *
   * @param dataset with every default explicit
   */
  DatasetSummary summarize(Dataset dataset, Path base);

  /**
   * The source files of a valid data set, in the order of the import's inputs; empty for a
   * generated data set.
   *
   * @param downloads directory of downloaded archives, which need not be there yet
   * @throws IOException if a file cannot be read
   */
  List<SourceFile> sources(Dataset dataset, Path base, Path downloads) throws IOException;

  /**
   * A file or directory that the import reads.
   *
   * @param role name of the import's input
   */
  record SourceFile(String role, Path path, Digest digest) {}

  /**
   * The archive to download, or null if the source files exist already or the kind has no archive.
   */
  default @Nullable OfficialArchive archive(Dataset dataset) {
    return null;
  }

  /**
   * What the import's key holds of a valid data set, beside the source files' digests.
   *
   * @throws IOException if a source file that says it cannot be read
   */
  ImportDataset parameters(Dataset dataset, Path base) throws IOException;

  /**
   * The examples and labels of a split, in the order of its rows.
   *
   * @param run the import, whose inputs are {@link #sources}
   * @param split {@code train} or {@code test}
   * @throws IllegalArgumentException if a source file is invalid
   */
  LabelledExamples examples(StageRun run, String split) throws IOException;

  /**
   * Describes an import in a few words: {@code CIFAR-10, 6 files}.
   *
   * @param sources number of source files
   */
  String describe(ImportDataset parameters, int sources);

  /** The numbers from {@code least} to {@code most}, both included. */
  record NumberRange(long least, long most) {
    public NumberRange {
      if (least > most) {
        throw new IllegalArgumentException("no number is from " + least + " to " + most);
      }
    }
  }
}
