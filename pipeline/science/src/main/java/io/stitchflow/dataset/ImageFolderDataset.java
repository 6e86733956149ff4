package io.stitchflow.dataset;

import io.stitchflow.content.FolderDigest;
import io.stitchflow.content.IoReason;
import io.stitchflow.dataset.DatasetSummary.Problem;
import io.stitchflow.memo.StageRun;
import io.stitchflow.picture.JpegDecoder;
import io.stitchflow.v1.Dataset;
import io.stitchflow.v1.ImageFolderFiles;
import io.stitchflow.v1.ImportDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** JPEG and PNG files in {@code train/<class>/} and, if there is one, {@code test/<class>/}. */
final class ImageFolderDataset implements DatasetKind {
  private static final String TRAIN = "train";
  private static final String TEST = "test";

  /** Of images that networks take. */
  private static final NumberRange SIDES = new NumberRange(4, 256);

  @Override
  public String name() {
    return "image_folder";
  }

  @Override
  public String usage() {
    return "image_folder { directory: \"...\" }";
  }

  @Override
  public Map<String, NumberRange> ranges() {
    return Map.of("size", SIDES);
  }

  @Override
  public Dataset fill(Dataset dataset) {
    int side = FolderImages.side(dataset.getImageFolder().getSize());
    return dataset.toBuilder()
        .setImageFolder(dataset.getImageFolder().toBuilder().setSize(side))
        .build();
  }

  @Override
  public DatasetSummary summarize(Dataset dataset, Path base) {
    int side = FolderImages.side(dataset.getImageFolder().getSize());
    String written = dataset.getImageFolder().getDirectory();
    if (written.isEmpty()) {
      return invalid("is missing; write where the folder train is");
    }
    try {
      return summarize(base.resolve(written).toAbsolutePath().normalize(), side);
    } catch (InvalidPathException e) {
      return invalid(
          "'"
              + written
              + "' is not a path: "
              + e.getReason()
              + "; write where the folder train is");
    } catch (IOException e) {
      return invalid(
          "cannot be listed: " + IoReason.of(e) + "; give this user the right to read it");
    }
  }

  private static DatasetSummary summarize(Path directory, int side) throws IOException {
    Path train = directory.resolve(TRAIN);
    if (!Files.isDirectory(train)) {
      return invalid(train + " is not a folder; put images there as train/<class>/<name>.jpg");
    }
    FolderListing images = FolderListing.train(train);
    List<String> complaints = new ArrayList<>(images.complaints());
    int testExamples = 0;
    Path test = directory.resolve(TEST);
    if (Files.isDirectory(test)) {
      FolderListing listing = FolderListing.test(test, images.classes());
      complaints.addAll(listing.complaints());
      testExamples = listing.images().size();
    } else if (Files.exists(test)) {
      complaints.add(test + " is not a folder; rename or remove it");
    }
    return summary(side, images.classes().size(), images.images().size(), testExamples, complaints);
  }

  private static String title(int side) {
    return "image folder, resized to " + side + " x " + side;
  }

  private static DatasetSummary invalid(String complaint) {
    return summary(Cifar.SIZE, 0, 0, 0, List.of(complaint));
  }

  private static DatasetSummary summary(
      int side, int classes, int train, int test, List<String> complaints) {
    List<Problem> problems =
        complaints.stream().map(text -> new Problem("directory", text)).toList();
    return new DatasetSummary(
        title(side), List.of(Cifar.CHANNELS, side, side), classes, train, test, problems);
  }

  @Override
  public List<SourceFile> sources(Dataset dataset, Path base, Path downloads) throws IOException {
    Path directory = base.resolve(dataset.getImageFolder().getDirectory());
    List<SourceFile> sources = new ArrayList<>();
    for (String split : List.of(TRAIN, TEST)) {
      Path folder = directory.resolve(split);
      if (split.equals(TRAIN) || Files.isDirectory(folder)) {
        sources.add(new SourceFile(split, folder, FolderDigest.of(folder)));
      }
    }
    return sources;
  }

  @Override
  public ImportDataset parameters(Dataset dataset, Path base) {
    int side = FolderImages.side(dataset.getImageFolder().getSize());
    return ImportDataset.newBuilder()
        .setImageFolder(
            ImageFolderFiles.newBuilder()
                .setDecoder(JpegDecoder.digest().bytes())
                .setSize(side == Cifar.SIZE ? 0 : side))
        .build();
  }

  @Override
  public LabelledExamples examples(StageRun run, String split) throws IOException {
    return FolderImages.open(run, split);
  }

  @Override
  public String describe(ImportDataset parameters, int sources) {
    return title(FolderImages.side(parameters.getImageFolder().getSize()))
        + (sources == 1 ? ", without test" : "");
  }
}
