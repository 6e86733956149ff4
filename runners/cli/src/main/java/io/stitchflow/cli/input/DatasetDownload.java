package io.stitchflow.cli.input;

import io.stitchflow.cli.text.Escapes;
import io.stitchflow.cli.text.Sizes;
import io.stitchflow.cli.text.Terminal;
import io.stitchflow.content.IoReason;
import io.stitchflow.content.NoCacheHomeException;
import io.stitchflow.dataset.Cifar;
import io.stitchflow.dataset.DownloadException;
import io.stitchflow.dataset.OfficialArchive;
import io.stitchflow.plan.PlanStatus;
import io.stitchflow.plan.StageKind;
import io.stitchflow.store.Stores;
import io.stitchflow.v1.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Gets an official data set that an experiment names without a directory, and shows how far it is.
 */
public final class DatasetDownload {
  private static final int TENTHS = 10;

  private final Terminal terminal;
  private final String title;
  private long shown = -1;

  DatasetDownload(Terminal terminal, String title) {
    this.terminal = terminal;
    this.title = title;
  }

  /**
   * Downloads what the import will read, if it has to run.
   *
   * @throws InputException if it cannot be had or kept, with what to do
   * @throws NoCacheHomeException if there is no place for it
   */
  public static void ifNeeded(
      Dataset dataset, PlanStatus survey, Map<String, String> environment, Terminal terminal)
      throws InputException, NoCacheHomeException {
    boolean imports =
        survey.missing().stream()
            .anyMatch(group -> StageKind.of(group.getStage(0)) == StageKind.IMPORT_DATASET);
    if (!imports || !isOf(dataset)) {
      return;
    }
    if (dataset.hasCifar10()) {
      download(Cifar.CIFAR10, dataset.getCifar10().getUrl(), environment, terminal);
    } else {
      download(Cifar.CIFAR100, dataset.getCifar100().getUrl(), environment, terminal);
    }
  }

  /** Whether the data set is an official one that the experiment names without a directory. */
  static boolean isOf(Dataset dataset) {
    return (dataset.hasCifar10() && dataset.getCifar10().getDirectory().isEmpty())
        || (dataset.hasCifar100() && dataset.getCifar100().getDirectory().isEmpty());
  }

  private static void download(
      Cifar cifar, String url, Map<String, String> environment, Terminal terminal)
      throws InputException, NoCacheHomeException {
    Path datasets = Stores.datasets(environment);
    OfficialArchive archive = OfficialArchive.of(cifar, url, datasets);
    DatasetDownload display = new DatasetDownload(terminal, archive.title());
    try {
      if (!archive.isThere()) {
        terminal.err().println(archive.title() + ": downloading " + archive.source());
        archive.fetch(display::show);
      }
    } catch (DownloadException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new InputException(
          archive.title()
              + " cannot be kept in "
              + datasets
              + ": "
              + IoReason.withFile(e)
              + "; make room there, or choose another place by XDG_CACHE_HOME");
    } finally {
      display.end();
    }
  }

  /** A line that is written over on a terminal, a line each tenth in a log. */
  void show(long bytes, long all) {
    long step = terminal.errIsLive() ? bytes >> 20 : TENTHS * bytes / all;
    if (step == shown) {
      return;
    }
    shown = step;
    String line = title + ": " + Sizes.words(bytes) + " of " + Sizes.words(all);
    if (terminal.errIsLive()) {
      terminal.err().printRaw("\r" + Escapes.line(line) + "   ");
    } else {
      terminal.err().println(line);
    }
  }

  void end() {
    if (terminal.errIsLive() && shown >= 0) {
      terminal.err().println();
    }
  }
}
