package io.stitchflow.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.stitchflow.content.Digest;
import io.stitchflow.picture.JpegDecoder;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.v1.Action;
import io.stitchflow.v1.ImageFolderFiles;
import io.stitchflow.v1.ImportDataset;
import io.stitchflow.v1.SplitExamples;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path directory;
  private Path train = Path.of("");
  private Path test = Path.of("");

  @BeforeEach
  void makeFolders() throws IOException {
    train = Files.createDirectory(directory.resolve("train"));
    test = Files.createDirectory(directory.resolve("test"));
    Files.createDirectory(directory.resolve("out"));
  }

  @Test
  void execute_pictures_haveTheirLevelsAndTheClassesOfSortedNames() throws IOException {
    put(train, "zebra/a.png", png(flat(40, 30, new Color(1, 2, 3))));
    put(train, "ant/b.PNG", png(flat(20, 70, new Color(4, 5, 6))));
    put(train, "ant/.DS_Store", new byte[] {1});
    put(test, "zebra/c.png", png(flat(32, 32, new Color(7, 8, 9))));
    execute(ImportDataset.newBuilder());
    try (TensorFile images = open("train");
        TensorFile others = open("test")) {
      assertThat(images.metadata()).containsEntry("classes", "2");
      assertThat(levels(images)).containsOnly(Map.entry(0, "4 5 6"), Map.entry(1, "1 2 3"));
      assertThat(levels(others)).containsOnly(Map.entry(1, "7 8 9"));
    }
  }

  @Test
  void execute_rectangle_takesTheSquareInTheMiddle() throws IOException {
    // Red at the left, green in the middle 32 columns, blue at the right
    BufferedImage image = new BufferedImage(96, 32, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 96; x++) {
      for (int y = 0; y < 32; y++) {
        image.setRGB(x, y, x < 32 ? 0xff0000 : x < 64 ? 0x00ff00 : 0x0000ff);
      }
    }
    put(train, "a/1.png", png(image));
    put(train, "b/1.png", png(image));
    put(test, "a/1.png", png(image));
    execute(ImportDataset.newBuilder());
    try (TensorFile images = open("train")) {
      assertThat(levels(images)).containsEntry(0, "0 255 0");
    }
  }

  @Test
  void execute_greyPaletteAnd16Bits_becomeColours() throws IOException {
    BufferedImage grey = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage deep = new BufferedImage(32, 32, BufferedImage.TYPE_USHORT_GRAY);
    byte[] red = {10, 40};
    byte[] green = {20, 50};
    byte[] blue = {30, 60};
    BufferedImage palette =
        new BufferedImage(
            32, 32, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(1, 2, red, green, blue));
    BufferedImage opaque = flat(32, 32, new Color(1, 2, 3), BufferedImage.TYPE_INT_ARGB);
    for (int x = 0; x < 32; x++) {
      for (int y = 0; y < 32; y++) {
        grey.getRaster().setSample(x, y, 0, 100);
        deep.getRaster().setSample(x, y, 0, 200 * 257 + 128);
        palette.getRaster().setSample(x, y, 0, 1);
      }
    }
    put(train, "a/1.png", png(grey));
    put(train, "b/1.png", png(deep));
    put(train, "c/1.png", png(palette));
    put(train, "d/1.png", png(opaque));
    put(test, "a/1.png", png(grey));
    execute(ImportDataset.newBuilder());
    try (TensorFile images = open("train")) {
      assertThat(levels(images))
          .containsOnly(
              Map.entry(0, "100 100 100"),
              Map.entry(1, "200 200 200"),
              Map.entry(2, "40 50 60"),
              Map.entry(3, "1 2 3"));
    }
  }

  @Test
  void execute_jpeg_isNearItsColour() throws IOException {
    put(train, "a/1.jpg", jpeg(flat(50, 50, new Color(200, 100, 50))));
    put(train, "b/1.jpeg", jpeg(flat(50, 50, new Color(10, 20, 30))));
    put(test, "b/1.jpg", jpeg(flat(50, 50, new Color(10, 20, 30))));
    execute(ImportDataset.newBuilder());
    try (TensorFile images = open("train")) {
      ByteBuffer image = ByteBuffer.allocate(3072);
      for (int row = 0; row < 2; row++) {
        images.readBytes(row, 1, image);
        Color color = images.label(row) == 0 ? new Color(200, 100, 50) : new Color(10, 20, 30);
        assertThat(image.get(0) & 0xff).isBetween(color.getRed() - 3, color.getRed() + 3);
        assertThat(image.get(2048) & 0xff).isBetween(color.getBlue() - 3, color.getBlue() + 3);
      }
    }
  }

  @Test
  void execute_unusableFiles_areReportedTogether() throws IOException {
    byte[] good = png(flat(32, 32, Color.RED));
    byte[] jpeg = jpeg(noise());
    put(train, "a/cut.jpg", Arrays.copyOf(jpeg, jpeg.length / 2));
    put(train, "a/cut.png", Arrays.copyOf(good, good.length / 2));
    put(train, "a/empty.png", new byte[0]);
    put(train, "b/text.jpg", "no image".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    put(
        train,
        "b/glass.png",
        png(flat(8, 8, new Color(1, 2, 3, 128), BufferedImage.TYPE_INT_ARGB)));
    put(train, "b/good.png", good);
    put(test, "a/good.png", good);
    assertThatThrownBy(() -> execute(ImportDataset.newBuilder()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 of 6 images cannot be used")
        .hasMessageContaining("cut.jpg: is damaged: ")
        .hasMessageContaining("cut.png: cannot be decoded: ")
        .hasMessageContaining("empty.png: is neither JPEG nor PNG")
        .hasMessageContaining("text.jpg: is neither JPEG nor PNG")
        .hasMessageContaining("glass.png: has transparent pixels; flatten it");
  }

  @Test
  void listing_fileNamedLikeAnImage_isReportedWithoutReadingIt() throws IOException {
    put(train, "a/good.png", png(flat(8, 8, Color.RED)));
    put(train, "b/good.png", png(flat(8, 8, Color.RED)));
    Files.createDirectory(train.resolve("b/folder.png"));
    Files.createSymbolicLink(train.resolve("a/gone.jpg"), Path.of("/nowhere"));
    Files.createSymbolicLink(train.resolve("a/zero.jpg"), Path.of("/dev/zero"));
    try (RandomAccessFile huge = new RandomAccessFile(train.resolve("b/huge.jpg").toFile(), "rw")) {
      huge.setLength(1L << 33);
    }
    assertThat(FolderListing.train(train).complaints())
        .singleElement()
        .asString()
        .contains(
            "a/gone.jpg is a link to nothing",
            "a/zero.jpg is not a regular file",
            "b/folder.png is a folder, not an image",
            "b/huge.jpg has 8,589,934,592 bytes, more than 268,435,456");
  }

  @Test
  void execute_otherImageCalledPng_isRefused() throws IOException {
    ByteArrayOutputStream gif = new ByteArrayOutputStream();
    ImageIO.write(flat(8, 8, Color.RED), "gif", gif);
    put(train, "a/1.png", gif.toByteArray());
    put(train, "b/1.png", png(flat(8, 8, Color.RED)));
    put(test, "a/1.png", png(flat(8, 8, Color.RED)));
    assertThatThrownBy(() -> execute(ImportDataset.newBuilder()))
        .hasMessageContaining("1.png: is GIF, neither JPEG nor PNG");
  }

  @Test
  void execute_testSplitOfTrain_leavesNoImageInBoth() throws IOException {
    Files.delete(test);
    for (int i = 0; i < 20; i++) {
      put(train, (i % 2 == 0 ? "a/" : "b/") + i + ".png", png(flat(4, 4, new Color(i, 0, 0))));
    }
    execute(
        ImportDataset.newBuilder()
            .setSplit(
                SplitExamples.newBuilder().setTrain(12).setValidation(4).setTest(4).setSeed(1)));
    List<Integer> reds = new ArrayList<>();
    Map<String, Integer> ofFirstClass = new HashMap<>();
    for (String split : List.of("train", "validation", "test")) {
      try (TensorFile images = open(split)) {
        ByteBuffer image = ByteBuffer.allocate(3072);
        for (int row = 0; row < images.rows(); row++) {
          images.readBytes(row, 1, image);
          reds.add(image.get(0) & 0xff);
          assertThat(images.label(row)).isEqualTo(image.get(0) % 2);
          ofFirstClass.merge(split, 1 - images.label(row), Integer::sum);
        }
      }
    }
    assertThat(reds).hasSize(20).doesNotHaveDuplicates();
    assertThat(ofFirstClass)
        .containsOnly(Map.entry("train", 6), Map.entry("validation", 2), Map.entry("test", 2));
  }

  @Test
  void execute_otherDecoder_isRefused() {
    assertThatThrownBy(
            () ->
                execute(
                    ImportDataset.newBuilder()
                        .setImageFolder(
                            ImageFolderFiles.newBuilder()
                                .setDecoder(ByteString.copyFrom(new byte[32])))))
        .hasMessageContaining("decodes JPEG images differently from the one");
  }

  @Test
  void listing_otherFilesAndEmptyClasses_areReported() throws IOException {
    put(train, "a/1.png", new byte[1]);
    put(train, "a/notes.txt", new byte[1]);
    put(train, "readme.md", new byte[1]);
    Files.createDirectory(train.resolve("b"));
    put(test, "c/1.png", new byte[1]);
    FolderListing listing = FolderListing.train(train);
    assertThat(listing.classes()).containsExactly("a", "b");
    assertThat(listing.complaints())
        .containsExactly(
            train.resolve("b") + " has no images; add .jpg, .jpeg or .png files, or remove it",
            train.resolve("a/notes.txt")
                + ", "
                + train.resolve("readme.md")
                + " are no <class>/*.jpg, *.jpeg or *.png; convert or remove what is there");
    assertThat(FolderListing.test(test, listing.classes()).complaints())
        .containsExactly(
            test.resolve("c") + " is not a class of the train split; rename it, or remove it",
            test + " has no images; add some, or remove it");
  }

  @Test
  void execute_jpegsOfThisProject_areAFairSampleThatIsRead() throws IOException {
    @Nullable Path archive = shared();
    if (archive == null) {
      return; // the data is not shipped; generated images are tested above
    }
    int each = 40;
    unpack(archive, each);
    execute(ImportDataset.newBuilder());
    try (TensorFile images = open("train");
        TensorFile others = open("test")) {
      assertThat(images.metadata()).containsEntry("classes", "10");
      assertThat(images.rows()).isEqualTo(10 * each);
      assertThat(others.rows()).isEqualTo(10 * each);
      int[] counts = new int[10];
      double[] sums = new double[3];
      ByteBuffer image = ByteBuffer.allocate(3072);
      for (int row = 0; row < images.rows(); row++) {
        counts[images.label(row)] += row < 200 ? 1 : 0;
        images.readBytes(row, 1, image);
        for (int i = 0; i < 3072; i++) {
          sums[i / 1024] += image.get(i) & 0xff;
        }
      }
      // 20 of each class are expected among the first 200: far from 0 and from 40
      assertThat(Arrays.stream(counts)).allMatch(count -> count > 8 && count < 32);
      // CIFAR-10's own means, within what 400 images of deviation 0.25, correlated, can be off
      for (int channel = 0; channel < 3; channel++) {
        double mean = sums[channel] / (255. * 1024 * images.rows());
        assertThat(mean).isBetween(0.42, 0.54);
      }
    }
  }

  /** The first {@code each} images of each class and split. */
  private void unpack(Path archive, int each) throws IOException {
    Map<String, Integer> taken = new HashMap<>();
    Process xz = new ProcessBuilder("xz", "-dc", archive.toString()).start();
    try (TarArchiveInputStream in = new TarArchiveInputStream(xz.getInputStream())) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.isFile()) {
          Path file = directory.resolve(entry.getName()).normalize();
          String folder = String.valueOf(file.getParent());
          if (taken.merge(folder, 1, Integer::sum) <= each) {
            Files.createDirectories(Path.of(folder));
            Files.copy(in, file);
          }
        }
      }
    }
  }

  private static @Nullable Path shared() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path file = at.resolveSibling("shared").resolve("data/cifar10-jpeg.tar.xz");
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    return null;
  }

  private void execute(ImportDataset.Builder parameters) throws IOException {
    if (!parameters.hasImageFolder()) {
      parameters.setImageFolder(
          ImageFolderFiles.newBuilder().setDecoder(JpegDecoder.digest().bytes()));
    }
    Action action = Action.newBuilder().setImportDataset(parameters).build();
    new ImportDatasetExecutor()
        .execute(List.of(new FilesRun(action, directory, directory.resolve("out"))), share -> {});
  }

  private TensorFile open(String split) throws IOException {
    return TensorFile.open(directory.resolve("out").resolve(split));
  }

  /** Levels of images that are all of one colour, by label. */
  private static Map<Integer, String> levels(TensorFile images) {
    Map<Integer, String> levels = new HashMap<>();
    ByteBuffer image = ByteBuffer.allocate(3072);
    for (int row = 0; row < images.rows(); row++) {
      images.readBytes(row, 1, image);
      for (int i = 0; i < 3072; i++) {
        assertThat(image.get(i)).isEqualTo(image.get(i / 1024 * 1024));
      }
      levels.put(
          images.label(row),
          (image.get(0) & 0xff) + " " + (image.get(1024) & 0xff) + " " + (image.get(2048) & 0xff));
    }
    return levels;
  }

  private static void put(Path split, String name, byte[] bytes) throws IOException {
    Path file = split.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private static BufferedImage flat(int width, int height, Color color) {
    return flat(width, height, color, BufferedImage.TYPE_INT_RGB);
  }

  private static BufferedImage flat(int width, int height, Color color, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        image.setRGB(x, y, color.getRGB());
      }
    }
    return image;
  }

  private static BufferedImage noise() {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64 * 64; i++) {
      image.setRGB(i % 64, i / 64, Digest.of(new byte[] {(byte) i, (byte) (i >> 8)}).hashCode());
    }
    return image;
  }

  private static byte[] png(BufferedImage image) throws IOException {
    return bytes(image, "png");
  }

  private static byte[] jpeg(BufferedImage image) throws IOException {
    return bytes(image, "jpg");
  }

  private static byte[] bytes(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }
}
