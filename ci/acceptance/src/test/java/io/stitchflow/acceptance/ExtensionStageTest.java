package io.stitchflow.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.acceptance.Laboratory.Finished;
import io.stitchflow.content.Digest;
import io.stitchflow.inspect.CatalogEntry;
import io.stitchflow.inspect.RecordDescriptions;
import io.stitchflow.inspect.StoreCatalog;
import io.stitchflow.stage.StageDefinition;
import io.stitchflow.v1.Experiment;
import io.stitchflow.v1.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kind of stage that only test code defines. */
class ExtensionStageTest {
  @TempDir Path directory;

  @Test
  void run_experimentWithAnExtensionStage_runsItOnceAndDescribesIt() throws Exception {
    Laboratory laboratory = new Laboratory(directory);
    Experiment experiment =
        Laboratory.oneNetwork(1).toBuilder().setName(CountBytesStage.NAME).build();

    Finished finished = laboratory.onDirectRunner(experiment);
    List<Stage> collected =
        finished.plan().getStageList().stream()
            .filter(stage -> stage.getAction().hasCollectRepresentation())
            .toList();
    assertThat(collected).isNotEmpty();
    assertThat(finished.computed()).containsEntry("count_bytes", collected.size());
    for (Stage stage : collected) {
      Digest counted = finished.output(stage.getId(), "representation");
      assertThat(laboratory.blob(finished.output("count " + stage.getId(), "count")))
          .hasContent(Long.toString(Files.size(laboratory.blob(counted))));
    }
    assertThat(laboratory.onDirectRunner(experiment).ran()).isEmpty();

    StoreCatalog catalog = StoreCatalog.read(laboratory.store());
    CatalogEntry entry = catalog.entries(StageDefinition.named("count_bytes")).get(0);
    assertThat(entry.kindName()).isEqualTo("count_bytes");
    assertThat(new RecordDescriptions(catalog).full(entry))
        .isEqualTo("byte count of one representation");
  }
}
