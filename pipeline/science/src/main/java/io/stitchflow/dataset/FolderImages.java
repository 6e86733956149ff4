package io.stitchflow.dataset;

import io.stitchflow.content.BoundedReader;
import io.stitchflow.content.IoReason;
import io.stitchflow.memo.StageRun;
import io.stitchflow.picture.JpegDecoder;
import io.stitchflow.picture.Picture;
import io.stitchflow.picture.Picture.UnusableImageException;
import io.stitchflow.v1.ImageFolderFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Images in folders, resized to squares.
 *
 * @param side rows and columns of an image
 */
record FolderImages(FolderListing listing, int side) implements LabelledExamples {
  /**
   * The split of an image folder.
   *
   * @throws IllegalArgumentException if the folder is not as it should be, or the decoder here is
   *     not the one that the action was planned with
   */
  static FolderImages open(StageRun run, String split) throws IOException {
    ImageFolderFiles parameters = run.action().getImportDataset().getImageFolder();
    JpegDecoder.check(parameters.getDecoder());
    FolderListing train = FolderListing.train(run.input("train"));
    FolderListing listing =
        split.equals("train") ? train : FolderListing.test(run.input(split), train.classes());
    if (!listing.complaints().isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", listing.complaints()));
    }
    return new FolderImages(listing, side(parameters.getSize()));
  }

  /** Of a size as experiments and actions state it. */
  static int side(int size) {
    return size == 0 ? Cifar.SIZE : size;
  }

  @Override
  public List<Integer> shape() {
    return List.of(Cifar.CHANNELS, side, side);
  }

  @Override
  public int classes() {
    return listing.classes().size();
  }

  @Override
  public int[] labels() {
    return listing.images().stream().mapToInt(FolderListing.Labelled::label).toArray();
  }

  /**
   * Decodes all images, past those that cannot be used, so that all of them are reported together.
   *
   * @throws IllegalArgumentException if any cannot be used, with the files and what is wrong
   */
  @Override
  public void write(ExampleSink sink, DoubleConsumer progress) throws IOException {
    List<String> complaints = new ArrayList<>();
    int done = 0;
    for (FolderListing.Labelled image : listing.images()) {
      try {
        ByteBuffer pixels = Picture.pixels(read(image.file()), side);
        if (complaints.isEmpty()) {
          sink.write(pixels, image.label());
        }
      } catch (UnusableImageException e) {
        complaints.add(image.file() + ": " + e.getMessage());
      }
      done++;
      progress.accept((double) done / listing.images().size());
    }
    if (!complaints.isEmpty()) {
      throw new IllegalArgumentException(
          complaints.size()
              + " of "
              + listing.images().size()
              + " images cannot be used; repair or remove "
              + FolderListing.shown(complaints));
    }
  }

  private static byte[] read(Path file) throws UnusableImageException {
    try {
      return BoundedReader.file(file, FolderListing.MOST_BYTES);
    } catch (IOException e) {
      throw new UnusableImageException("cannot be read: " + IoReason.of(e), e);
    }
  }
}
