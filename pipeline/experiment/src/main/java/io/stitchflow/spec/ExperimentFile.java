package io.stitchflow.spec;

import io.stitchflow.content.BoundedReader;
import io.stitchflow.content.IoReason;
import io.stitchflow.v1.Experiment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Experiments in files, in protobuf text format. */
public final class ExperimentFile {
  private static final int MOST_BYTES = 16 << 20;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private ExperimentFile() {}

  /**
   * Reads, changes and checks an experiment.
   *
   * @param sets {@code FIELD=VALUE} each, applied in order; a path in one is relative to the
   *     working directory, not to the file's
   * @throws InvalidExperimentException if anything is wrong, with everything that is
   */
  public static ValidExperiment read(Path file, List<String> sets)
      throws InvalidExperimentException {
    return check(file, text(file), sets);
  }

  /**
   * Checks an experiment that is not in its file yet.
   *
   * @param file where it is going to be, for paths and messages
   * @throws InvalidExperimentException if anything is wrong, with everything that is
   */
  public static ValidExperiment check(Path file, String text) throws InvalidExperimentException {
    return check(file, text, List.of());
  }

  private static ValidExperiment check(Path file, String text, List<String> sets)
      throws InvalidExperimentException {
    Problems problems = new Problems();
    ExperimentText.@Nullable Parsed parsed = ExperimentText.parse(file.toString(), text, problems);
    if (parsed == null) {
      throw problems.exception();
    }
    Experiment.Builder experiment = parsed.experiment().toBuilder();
    for (int i = 0; i < sets.size(); i++) {
      SetOption.apply(
          sets.get(i),
          SourcePosition.ofOption(i + 1, sets.get(i)),
          experiment,
          parsed.origins(),
          problems);
    }
    if (!new StageLimit(experiment.build()).checkPairs(parsed.origins(), problems)) {
      throw problems.exception();
    }
    Path parent = file.toAbsolutePath().getParent();
    Path base = parent == null ? file.toAbsolutePath() : parent;
    ExperimentRules rules =
        ExperimentRules.check(experiment.build(), base, parsed.origins(), problems);
    if (!problems.isEmpty()) {
      throw problems.exception();
    }
    return rules.valid();
  }

  private static String text(Path file) throws InvalidExperimentException {
    if (file.toString().isEmpty()) {
      throw new InvalidExperimentException(
          List.of("FILE is empty; name an experiment's text file"));
    }
    if (Files.isDirectory(file)) {
      throw unreadable(file, "is a directory; name the experiment file in it");
    }
    try {
      byte[] bytes = BoundedReader.file(file, MOST_BYTES);
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      // What lines and columns are counted in has no byte order mark
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (NoSuchFileException e) {
      throw unreadable(file, "does not exist; check the name");
    } catch (CharacterCodingException e) {
      throw unreadable(file, "is not UTF-8 text; check the name, or save it as UTF-8");
    } catch (AccessDeniedException e) {
      throw unreadable(file, "permission denied; give this user the right to read it");
    } catch (IOException e) {
      throw unreadable(
          file, "cannot be read: " + IoReason.of(e) + "; name an experiment's text file");
    }
  }

  private static InvalidExperimentException unreadable(Path file, String text) {
    return new InvalidExperimentException(List.of(file + ": " + text));
  }
}
