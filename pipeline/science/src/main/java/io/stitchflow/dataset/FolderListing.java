package io.stitchflow.dataset;

import io.stitchflow.content.Digest;
import io.stitchflow.content.IoReason;
import io.stitchflow.network.ClassificationTask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The images of a split in folders, {@code <class>/<file>}; nothing in the files is read.
 *
 * @param classes names of the folders, sorted; the place of a name is the label of its images
 * @param images in the order of the SHA-256 of {@code <class>/<file>}, so that the first ones are a
 *     fair sample
 * @param complaints what is wrong; what to do
 */
record FolderListing(List<String> classes, List<Labelled> images, List<String> complaints) {
  /** Of one file. */
  static final int MOST_BYTES = 1 << 28;

  private static final int MOST_IMAGES = 1_000_000;
  private static final int SHOWN = 20;
  private static final Pattern IMAGE = Pattern.compile("(?i).*\\.(jpg|jpeg|png)");

  public FolderListing {
    classes = List.copyOf(classes);
    images = List.copyOf(images);
    complaints = List.copyOf(complaints);
  }

  /** An image file and its class. */
  record Labelled(Path file, int label) {}

  /**
   * Lists a train split, which says what classes there are.
   *
   * @throws IOException if a folder cannot be listed
   */
  static FolderListing train(Path folder) throws IOException {
    List<String> complaints = new ArrayList<>();
    List<String> classes = new ArrayList<>();
    for (Path entry : visible(folder)) {
      if (Files.isDirectory(entry)) {
        classes.add(entry.getFileName().toString());
      }
    }
    if (classes.size() < 2 || classes.size() > ClassificationTask.MOST_CLASSES) {
      complaints.add(
          String.format(
              Locale.ROOT,
              "%s has %d folder%s; there must be 2 to %d, one a class",
              folder,
              classes.size(),
              classes.size() == 1 ? "" : "s",
              ClassificationTask.MOST_CLASSES));
    }
    return list(folder, classes, true, complaints);
  }

  /**
   * Lists a test split.
   *
   * @param classes those of the train split
   * @throws IOException if a folder cannot be listed
   */
  static FolderListing test(Path folder, List<String> classes) throws IOException {
    return list(folder, classes, false, new ArrayList<>());
  }

  private static FolderListing list(
      Path folder, List<String> classes, boolean all, List<String> complaints) throws IOException {
    Map<String, Integer> labels = new HashMap<>();
    classes.forEach(name -> labels.put(name, labels.size()));
    List<Labelled> images = new ArrayList<>();
    List<Path> strangers = new ArrayList<>();
    List<String> unusable = new ArrayList<>();
    List<Path> empty = new ArrayList<>();
    for (Path entry : visible(folder)) {
      int label = labels.getOrDefault(entry.getFileName().toString(), -1);
      if (!Files.isDirectory(entry)) {
        strangers.add(entry);
      } else if (label < 0) {
        complaints.add(entry + " is not a class of the train split; rename it, or remove it");
      } else if (!addImages(entry, label, images, strangers, unusable) && all) {
        empty.add(entry);
      }
    }
    if (!empty.isEmpty()) {
      complaints.add(
          shown(empty)
              + (empty.size() == 1 ? " has" : " have")
              + " no images; add .jpg, .jpeg or .png files, or remove "
              + (empty.size() == 1 ? "it" : "them"));
    }
    if (!all && images.isEmpty()) {
      complaints.add(folder + " has no images; add some, or remove it");
    }
    if (images.size() > MOST_IMAGES) {
      complaints.add(
          String.format(
              Locale.ROOT,
              "%s has %,d images, more than %,d; leave some out",
              folder,
              images.size(),
              MOST_IMAGES));
    }
    if (!unusable.isEmpty()) {
      complaints.add(shown(unusable) + "; replace or remove what is there");
    }
    if (!strangers.isEmpty()) {
      complaints.add(
          shown(strangers)
              + (strangers.size() == 1 ? " is" : " are")
              + " no <class>/*.jpg, *.jpeg or *.png; convert or remove what is there");
    }
    SortedMap<Digest, Labelled> inOrder = new TreeMap<>();
    images.forEach(image -> inOrder.put(place(folder, image.file()), image));
    return new FolderListing(classes, List.copyOf(inOrder.values()), complaints);
  }

  /** Whether there are any files of images, usable or not. */
  private static boolean addImages(
      Path folder, int label, List<Labelled> images, List<Path> strangers, List<String> unusable)
      throws IOException {
    boolean any = false;
    for (Path file : visible(folder)) {
      if (IMAGE.matcher(file.getFileName().toString()).matches()) {
        any = true;
        images.add(new Labelled(file, label));
        @Nullable String complaint = complaint(file);
        if (complaint != null) {
          unusable.add(file + " " + complaint);
        }
      } else {
        strangers.add(file);
      }
    }
    return any;
  }

  /**
   * Why a file cannot be an image, short of reading it. Said here, and not only by the import, so
   * that the answer is the same where the import has run before.
   */
  private static @Nullable String complaint(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        return attributes.isDirectory() ? "is a folder, not an image" : "is not a regular file";
      }
      if (attributes.size() > MOST_BYTES) {
        return String.format(
            Locale.ROOT, "has %,d bytes, more than %,d", attributes.size(), MOST_BYTES);
      }
      return Files.isReadable(file) ? null : "cannot be read: permission denied";
    } catch (NoSuchFileException e) {
      return "is a link to nothing";
    } catch (IOException e) {
      return "cannot be read: " + IoReason.of(e);
    }
  }

  private static Digest place(Path folder, Path file) {
    String name = folder.relativize(file).toString().replace('\\', '/');
    return Digest.of(name.getBytes(StandardCharsets.UTF_8));
  }

  /** Sorted by name. */
  private static List<Path> visible(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path entry : stream) {
        if (!entry.getFileName().toString().startsWith(".")) {
          entries.add(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(entries);
    return entries;
  }

  static String shown(List<?> all) {
    String first =
        String.join(
            ", ",
            all.subList(0, Math.min(SHOWN, all.size())).stream().map(String::valueOf).toList());
    return all.size() > SHOWN ? first + " and " + (all.size() - SHOWN) + " more" : first;
  }
}
