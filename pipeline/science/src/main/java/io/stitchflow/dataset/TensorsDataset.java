package io.stitchflow.dataset;

import io.stitchflow.content.Digest;
import io.stitchflow.content.IoReason;
import io.stitchflow.dataset.DatasetSummary.Problem;
import io.stitchflow.memo.StageRun;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.tensors.ArrowFiles;
import io.stitchflow.tensors.Element;
import io.stitchflow.tensors.InvalidFileException;
import io.stitchflow.tensors.NamedArrays;
import io.stitchflow.tensors.NpyFiles;
import io.stitchflow.tensors.Safetensors;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.Input;
import io.stitchflow.v1.Tensors;
import io.stitchflow.v1.TensorsFiles;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Arrays of any shape, from a safetensors file, or a folder of {@code .npy} files or Arrow files.
 */
final class TensorsDataset implements DatasetKind {
  private static final String FILE = "file";
  private static final String TRAIN = "train";
  private static final String TEST = "test";
  private static final String NPY = ".npy";
  private static final String ARROW = ".arrow";

  @Override
  public String name() {
    return "tensors";
  }

  @Override
  public String usage() {
    return "tensors { file: \"...\" }";
  }

  @Override
  public Map<String, NumberRange> ranges() {
    return Map.of("classes", new NumberRange(0, ClassificationTask.MOST_CLASSES));
  }

  @Override
  public boolean isAugmented() {
    return false;
  }

  @Override
  public DatasetSummary summarize(Dataset dataset, Path base) {
    Tensors tensors = dataset.getTensors();
    String field = tensors.getFile().isEmpty() ? "directory" : FILE;
    if (tensors.getFile().isEmpty() == tensors.getDirectory().isEmpty()) {
      return invalid(
          FILE,
          tensors.getFile().isEmpty()
              ? "is missing; write a safetensors file, or a directory of .npy or .arrow files"
              : "is given beside directory; drop one");
    }
    try {
      Map<String, Path> files = files(tensors, base);
      if (files.keySet().stream().map(TensorsDataset::isArrow).distinct().count() > 1) {
        return invalid(
            field, "has files of two formats, " + files.keySet() + "; keep those of one");
      }
      NamedArrays arrays = open(files);
      List<String> splits = splits(arrays);
      for (String split : splits) {
        @Nullable String complaint = LabelledArrays.complaint(arrays, split);
        if (complaint != null) {
          return invalid(field, complaint);
        }
      }
      return summary(arrays, splits, tensors.getClasses(), field);
    } catch (InvalidPathException e) {
      return invalid(
          field, "'" + e.getInput() + "' is not a path: " + e.getReason() + "; correct it");
    } catch (InvalidFileException | IllegalArgumentException e) {
      return invalid(field, e.getMessage() + "; write it again, or name another");
    } catch (IOException e) {
      boolean named = e instanceof FileSystemException about && about.getFile() != null;
      return invalid(
          field,
          "the file"
              + (named ? " " + ((FileSystemException) e).getFile() : "")
              + " cannot be read: "
              + IoReason.of(e)
              + "; name what this user can read");
    }
  }

  private static DatasetSummary summary(
      NamedArrays arrays, List<String> splits, int written, String field) throws IOException {
    int classes = written == 0 ? LabelledArrays.classes(arrays, splits) : written;
    LabelledArrays train = new LabelledArrays(arrays, TRAIN, classes, false);
    List<Problem> problems = new ArrayList<>();
    int testExamples = 0;
    if (splits.contains(TEST)) {
      LabelledArrays test = new LabelledArrays(arrays, TEST, classes, false);
      testExamples = arrays.shape(LabelledArrays.x(TEST)).get(0);
      if (!test.shape().equals(train.shape()) || test.element() != train.element()) {
        problems.add(
            new Problem(
                field,
                "train.x has examples "
                    + train.shape()
                    + " "
                    + train.element()
                    + ", but test.x "
                    + test.shape()
                    + " "
                    + test.element()
                    + "; write both alike"));
      }
    }
    return new DatasetSummary(
        "tensors " + train.shape(),
        train.shape(),
        train.element(),
        classes,
        arrays.shape(LabelledArrays.x(TRAIN)).get(0),
        testExamples,
        problems);
  }

  /** Those that there are arrays of, train always. */
  private static List<String> splits(NamedArrays arrays) {
    return names(TEST).anyMatch(arrays.names()::contains) ? List.of(TRAIN, TEST) : List.of(TRAIN);
  }

  /** Of the arrays of a split. */
  private static Stream<String> names(String split) {
    return Stream.of(LabelledArrays.x(split), LabelledArrays.y(split), LabelledArrays.id(split));
  }

  private static boolean identified(NamedArrays arrays, String split) {
    return arrays.names().contains(LabelledArrays.id(split));
  }

  private static DatasetSummary invalid(String field, String complaint) {
    return new DatasetSummary(
        "tensors", List.of(1), Element.FLOAT32, 0, 0, 0, List.of(new Problem(field, complaint)));
  }

  private static boolean isArrow(String role) {
    return role.endsWith(ARROW);
  }

  /** By role: those that must be there, and of the others those that are. */
  private static Map<String, Path> files(Tensors tensors, Path base) {
    Map<String, Path> files = new LinkedHashMap<>();
    if (!tensors.getFile().isEmpty()) {
      files.put(FILE, base.resolve(tensors.getFile()).toAbsolutePath().normalize());
      return files;
    }
    Path directory = base.resolve(tensors.getDirectory()).toAbsolutePath().normalize();
    List<String> found =
        Stream.of(TRAIN, TEST)
            .flatMap(
                split ->
                    Stream.concat(names(split).map(name -> name + NPY), Stream.of(split + ARROW)))
            .filter(name -> Files.exists(directory.resolve(name)))
            .toList();
    List<String> required =
        found.stream().anyMatch(TensorsDataset::isArrow)
            ? List.of(TRAIN + ARROW)
            : List.of(LabelledArrays.x(TRAIN) + NPY, LabelledArrays.y(TRAIN) + NPY);
    Stream.concat(required.stream(), found.stream())
        .forEach(name -> files.put(name.replace(NPY, ""), directory.resolve(name)));
    return files;
  }

  private static NamedArrays open(Map<String, Path> files) throws IOException {
    @Nullable Path file = files.get(FILE);
    if (file != null) {
      return Safetensors.readForeign(file);
    }
    if (files.keySet().stream().noneMatch(TensorsDataset::isArrow)) {
      return NpyFiles.open(files);
    }
    Map<String, Path> bySplit = new LinkedHashMap<>();
    files.forEach((role, path) -> bySplit.put(role.replace(ARROW, ""), path));
    return ArrowFiles.open(bySplit, List.of("x", "y"), List.of("id"));
  }

  @Override
  public List<SourceFile> sources(Dataset dataset, Path base, Path downloads) throws IOException {
    List<SourceFile> sources = new ArrayList<>();
    for (Map.Entry<String, Path> file : files(dataset.getTensors(), base).entrySet()) {
      sources.add(new SourceFile(file.getKey(), file.getValue(), Digest.of(file.getValue())));
    }
    return sources;
  }

  @Override
  public ImportDataset parameters(Dataset dataset, Path base) throws IOException {
    NamedArrays arrays = open(files(dataset.getTensors(), base));
    return ImportDataset.newBuilder()
        .setTensors(
            TensorsFiles.newBuilder()
                .setClasses(dataset.getTensors().getClasses())
                .setIdentities(splits(arrays).stream().anyMatch(each -> identified(arrays, each))))
        .build();
  }

  @Override
  public LabelledExamples examples(StageRun run, String split) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    for (Input input : run.action().getInputList()) {
      files.put(input.getRole(), run.input(input.getRole()));
    }
    NamedArrays arrays = open(files);
    TensorsFiles parameters = run.action().getImportDataset().getTensors();
    int written = parameters.getClasses();
    return new LabelledArrays(
        arrays,
        split,
        written == 0 ? LabelledArrays.classes(arrays, splits(arrays)) : written,
        parameters.getIdentities() && identified(arrays, split));
  }

  @Override
  public String describe(ImportDataset parameters, int sources) {
    int classes = parameters.getTensors().getClasses();
    return Stream.of("tensors", classes == 0 ? "" : classes + " classes")
        .filter(part -> !part.isEmpty())
        .reduce((a, b) -> a + ", " + b)
        .orElseThrow();
  }
}
