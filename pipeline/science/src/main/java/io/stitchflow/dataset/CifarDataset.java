package io.stitchflow.dataset;

import io.stitchflow.content.Digest;
import io.stitchflow.content.IoReason;
import io.stitchflow.dataset.Cifar.Member;
import io.stitchflow.dataset.DatasetSummary.Problem;
import io.stitchflow.memo.StageRun;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImportDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A data set in the binary version of CIFAR: files in a directory, or, if the experiment names no
 * directory, those of the official archive.
 */
abstract class CifarDataset implements DatasetKind {
  /** Of one file; the official ones have 10,000 and 50,000. */
  private static final int MOST_RECORDS = 200_000;

  private final Cifar cifar;

  CifarDataset(Cifar cifar) {
    this.cifar = cifar;
  }

  /**
   * Which of a record's labels is the class.
   *
   * @param title of the data set with these labels
   * @param position among the label bytes
   */
  record Labels(String title, int position, int classes) {}

  /** As written; empty for the official archive. */
  abstract String directory(Dataset dataset);

  /** A mirror of the archive, as written; empty for the official server. */
  abstract String url(Dataset dataset);

  abstract Labels labels(ImportDataset parameters);

  @Override
  public abstract ImportDataset parameters(Dataset dataset, Path base);

  @Override
  public String usage() {
    return name() + " { }";
  }

  @Override
  public DatasetSummary summarize(Dataset dataset, Path base) {
    List<Problem> problems = new ArrayList<>();
    checkUrl(dataset, problems);
    int[] examples =
        directory(dataset).isEmpty()
            ? new int[] {Cifar.TRAIN_EXAMPLES, Cifar.TEST_EXAMPLES}
            : examples(directory(dataset), base, problems);
    Labels labels = labels(parameters(dataset, base));
    return new DatasetSummary(
        labels.title(), Cifar.SHAPE, labels.classes(), examples[0], examples[1], problems);
  }

  private void checkUrl(Dataset dataset, List<Problem> problems) {
    String url = url(dataset);
    if (url.isEmpty()) {
      return;
    }
    if (!directory(dataset).isEmpty()) {
      problems.add(
          new Problem("url", "is given beside directory, so nothing is downloaded; drop one"));
    } else if (OfficialArchive.hasCredentials(url)) {
      problems.add(
          new Problem(
              "url",
              "must not hold a user or password, since it is shown and recorded with the run; leave"
                  + " out all up to the '@'"));
    } else if (!OfficialArchive.isUrl(url)) {
      problems.add(
          new Problem(
              "url", "'" + url + "' is not a http:// or https:// address of a file; write one"));
    }
  }

  /** Records of the train files and of the test file. */
  private int[] examples(String written, Path base, List<Problem> problems) {
    int[] examples = new int[2];
    Path directory;
    try {
      directory = base.resolve(written).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      problems.add(
          problem(
              "'%s' is not a path: %s; write where %s is",
              written, e.getReason(), cifar.train().get(0).file()));
      return examples;
    }
    String advice =
        "unpack the binary version of " + cifar.title() + " there, or name another directory";
    if (!Files.isDirectory(directory)) {
      String what = Files.exists(directory) ? "is not a directory" : "does not exist";
      problems.add(problem("%s %s; %s", directory, what, advice));
      return examples;
    }
    List<String> missing = new ArrayList<>();
    List<Problem> damaged = new ArrayList<>();
    for (Member member : cifar.members()) {
      Path file = directory.resolve(member.file());
      if (Files.isRegularFile(file) && Files.isReadable(file)) {
        examples[member.equals(cifar.test()) ? 1 : 0] += records(file, damaged);
      } else {
        missing.add(member.file());
      }
    }
    if (!missing.isEmpty()) {
      problems.add(
          problem("%s has no readable %s; %s", directory, String.join(", ", missing), advice));
    }
    problems.addAll(damaged);
    return examples;
  }

  private int records(Path file, List<Problem> problems) {
    long bytes;
    try {
      bytes = Files.size(file);
    } catch (IOException e) {
      problems.add(problem("%s cannot be read: %s; check the disk", file, IoReason.of(e)));
      return 0;
    }
    long records = bytes / cifar.recordBytes();
    if (bytes == 0 || bytes % cifar.recordBytes() != 0) {
      problems.add(
          problem(
              "%s has %d bytes, which is not a whole number of records of %d; copy or unpack it again",
              file, bytes, cifar.recordBytes()));
    }
    if (records > MOST_RECORDS) {
      problems.add(
          problem(
              "%s has %,d records, more than %,d; name a smaller one",
              file, records, MOST_RECORDS));
    }
    return (int) Math.min(records, MOST_RECORDS);
  }

  private static Problem problem(String format, Object... values) {
    return new Problem("directory", String.format(Locale.ROOT, format, values));
  }

  @Override
  public List<SourceFile> sources(Dataset dataset, Path base, Path downloads) throws IOException {
    List<SourceFile> sources = new ArrayList<>();
    for (Member member : cifar.members()) {
      if (directory(dataset).isEmpty()) {
        // The digests of the official files are known before the download
        Path official = downloads.resolve(cifar.archive().folder());
        sources.add(
            new SourceFile(member.role(), official.resolve(member.file()), member.official()));
      } else {
        Path file = base.resolve(directory(dataset)).resolve(member.file());
        sources.add(new SourceFile(member.role(), file, Digest.of(file)));
      }
    }
    return sources;
  }

  @Override
  public @Nullable OfficialArchive archive(Dataset dataset) {
    return directory(dataset).isEmpty() ? OfficialArchive.of(cifar, url(dataset)) : null;
  }

  @Override
  public LabelledExamples examples(StageRun run, String split) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Member member : split.equals("train") ? cifar.train() : List.of(cifar.test())) {
      files.add(run.input(member.role()));
    }
    Labels labels = labels(run.action().getImportDataset());
    return new CifarImages(cifar, files, labels.position(), labels.classes());
  }

  @Override
  public String describe(ImportDataset parameters, int sources) {
    return labels(parameters).title() + ", " + sources + " files";
  }
}
