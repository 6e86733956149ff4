package io.stitchflow.spec;

import io.stitchflow.content.IoReason;
import io.stitchflow.network.ClassificationTask;
import io.stitchflow.network.program.ProgramFiles;
import io.stitchflow.network.program.ProgramManifest;
import io.stitchflow.network.program.ProgramSource;
import io.stitchflow.v1.Program;
import io.stitchflow.v1.ProgramSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must hold of a network that is a program. Its segments are neither loaded nor run. */
final class ProgramRules {
  private static final List<String> OTHER_FIELDS =
      List.of("architecture", "width", "seed", "recipe", "layer", "weights");

  private final String path;
  private final @Nullable ClassificationTask task;
  private final Path base;
  private final SourcePositions origins;
  private final Problems problems;
  private boolean good = true;

  /**
   * @param path of the network in the experiment
   * @param task of the data set; null if unknown
   * @param base what paths are relative to
   */
  ProgramRules(
      String path,
      @Nullable ClassificationTask task,
      Path base,
      SourcePositions origins,
      Problems problems) {
    this.path = path;
    this.task = task;
    this.base = base;
    this.origins = origins;
    this.problems = problems;
  }

  /** Adds everything that is wrong; returns the program, or null if it is unknown. */
  @Nullable ProgramSource check(Program program) {
    for (String other : OTHER_FIELDS) {
      if (origins.isWritten(path + "." + other) || origins.isWritten(path + "." + other + "[0]")) {
        add(path + "." + other, "is given beside program, which is a trained network; drop one");
      }
    }
    @Nullable ProgramSource source = check(program, path + ".program");
    if (program.hasRandom()) {
      checkRandom(program.getRandom(), source);
    }
    return source;
  }

  private void add(String at, String text) {
    problems.add(origins.of(at), at, text);
    good = false;
  }

  private void checkRandom(Program random, @Nullable ProgramSource trained) {
    String at = path + ".program.random";
    if (random.hasRandom()) {
      add(at + ".random", "is given, but a random network has no other; drop it");
    }
    @Nullable ProgramSource source = check(random, at);
    if (source != null && trained != null && !source.cuts().equals(trained.cuts())) {
      add(
          at,
          "has the cuts "
              + source.cuts()
              + ", but the trained program has "
              + trained.cuts()
              + "; export both from one module, before and after its training");
    }
  }

  private @Nullable ProgramSource check(Program program, String at) {
    good = true;
    checkScale(program, at);
    boolean listed = program.getSegmentCount() > 0;
    if (listed && !program.getDirectory().isEmpty()) {
      add(at + ".directory", "is given beside segment; drop one");
    } else if (listed) {
      checkSegments(program.getSegmentList(), at);
    } else if (program.getDirectory().isEmpty()) {
      add(
          at,
          "names no files; write the directory that export_program.py made, or each segment with"
              + " name, file and shape");
    }
    return good ? read(program, at) : null;
  }

  private void checkScale(Program program, String at) {
    if (program.getMeanCount() != program.getStdCount()) {
      add(
          at + (program.getMeanCount() == 0 ? "" : ".mean"),
          "has "
              + program.getMeanCount()
              + " numbers of mean and "
              + program.getStdCount()
              + " of std; write one of each for each channel, or neither");
    }
  }

  private void checkSegments(List<ProgramSegment> segments, String at) {
    if (segments.size() < 2) {
      add(
          at + ".segment[0]",
          "is the only one; a network is cut between segments: write 2 or more");
    }
    for (int i = 0; i < segments.size(); i++) {
      ProgramSegment segment = segments.get(i);
      String here = at + ".segment[" + i + "]";
      @Nullable String name = FieldRules.nameComplaint(segment.getName());
      if (name != null) {
        add(here + ".name", name);
      }
      if (segment.getFile().isEmpty()) {
        add(here + ".file", "is missing; write the path of a TorchScript file");
      }
      @Nullable String method =
          segment.getMethod().isEmpty()
              ? null
              : ProgramManifest.Segment.methodComplaint(segment.getMethod());
      if (method != null) {
        add(here + ".method", method);
      }
      boolean logits = i == segments.size() - 1;
      if (segment.getShapeCount() > 0 || !logits) {
        @Nullable String shape = ProgramManifest.Segment.complaint(segment.getShapeList());
        if (shape != null) {
          add(here + ".shape", shape);
        }
      }
    }
  }

  private @Nullable ProgramSource read(Program program, String at) {
    String field = program.getDirectory().isEmpty() ? at : at + ".directory";
    try {
      ClassificationTask images = task == null ? ClassificationTask.CIFAR10 : task;
      ProgramFiles files = ProgramFiles.of(program, images, base);
      List<Integer> owners = files.owners();
      for (int i = 0; i < owners.size(); i++) {
        String here = program.getDirectory().isEmpty() ? at + ".segment[" + i + "].file" : field;
        checkName(files.manifest().segments().get(i), here);
        if (owners.get(i) == i) {
          checkFile(files.segments().get(i), here);
        }
      }
      if (!good) {
        return null;
      }
      ProgramSource source = files.source();
      if (task != null && !source.task().equals(task)) {
        add(
            field,
            "is for "
                + source.task().words()
                + ", but the data set has "
                + task.words()
                + "; choose another program or data set");
      }
      return source;
    } catch (InvalidPathException e) {
      add(field, "'" + e.getInput() + "' is not a path: " + e.getReason() + "; write one");
    } catch (NoSuchFileException e) {
      add(
          field,
          e.getFile()
              + " does not exist; name a folder that export_program.py made, or list segments");
    } catch (IOException e) {
      add(field, "cannot be read: " + IoReason.withFile(e) + "; check the files");
    } catch (IllegalArgumentException e) {
      add(field, e.getMessage() + "; correct it, or export the program again");
    }
    return null;
  }

  private void checkName(ProgramManifest.Segment segment, String at) {
    @Nullable String name = FieldRules.nameComplaint(segment.name());
    if (name != null) {
      add(at, "has a segment whose name " + name);
    }
  }

  private void checkFile(Path file, String at) {
    if (!Files.isRegularFile(file)) {
      add(
          at,
          file + (Files.exists(file) ? " is not a file" : " does not exist") + "; check the name");
    }
  }
}
