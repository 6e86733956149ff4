package io.stitchflow.report.cells;

import static org.assertj.core.api.Assertions.assertThat;

import io.stitchflow.comparison.Metrics;
import io.stitchflow.content.Digest;
import io.stitchflow.v1.Comparison;
import io.stitchflow.v1.Condition;
import io.stitchflow.v1.CopySolver;
import io.stitchflow.v1.Measurement;
import io.stitchflow.v1.ReportCell;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CellTableTest {
  private static final Digest DIGEST = Digest.of(new byte[] {1});

  @TempDir Path directory;

  @Test
  void csv_oneComparison_hasTheColumnsAndNumbersOfBothSplits() throws IOException {
    ReportCell place =
        Fixtures.place(Condition.RANDOM_TRAINED, "a", "stem", "b", "layer1.0").toBuilder()
            .setCopySolver(CopySolver.SGD)
            .setSeed(-1)
            .setObjective("later")
            .build();
    Comparison comparison = Fixtures.comparison(0.8, 0.6, 3, 0.5, 2);
    assertThat(Files.readString(written(Shared.fill(CellTable.rows(place, comparison, DIGEST)))))
        .isEqualTo(
            "condition,sender,sender_cut,receiver,receiver_cut,copy_solver,split,vanilla_accuracy,"
                + "copy_accuracy,receiver_accuracy,ev,es,sv,r2_vanilla,r2_copy,r2_ceiling,seed,"
                + "variance,vanilla_cross_entropy,copy_cross_entropy,receiver_cross_entropy,"
                + "vanilla_penalty,copy_penalty,vanilla_agrees_with_sender,"
                + "vanilla_agrees_with_receiver,copy_agrees_with_sender,copy_agrees_with_receiver,"
                + "vanilla_agrees_with_copy,examples,comparison_digest,objective"
                + ",seed_noise,seed_bias,r2_bias,match_at_equal_loss,cost_of_matching,cost_of_matching_low,"
                + "cost_of_matching_high,match_at_equal_loss_low,match_at_equal_loss_high"
                + ",matching_r2_share,matching_r2_share_low,matching_r2_share_high"
                + ",r2_copy_low,r2_copy_high,works_margin,works_margin_low,works_margin_high"
                + ",works_margin_limit,front_r2,front_accuracy,front_cross_entropy"
                + ",start_loss,start_cross_entropy,start_accuracy,start_r2"
                + ",vanilla_class_accuracy,copy_class_accuracy,receiver_class_accuracy"
                + ",vanilla_cosine,copy_cosine,sender_cka,vanilla_cka,copy_cka"
                + ",sender_procrustes,vanilla_procrustes,copy_procrustes"
                + ",vanilla_mahalanobis,copy_mahalanobis"
                + ",sender_unbiased_cka,sender_unbiased_cka_calibrated,sender_unbiased_cka_p"
                + ",sender_within_class_cka,sender_mutual_neighbors"
                + ",sender_mutual_neighbors_calibrated,sender_mutual_neighbors_p"
                + ",vanilla_unbiased_cka,vanilla_unbiased_cka_calibrated,vanilla_unbiased_cka_p"
                + ",vanilla_within_class_cka,vanilla_mutual_neighbors"
                + ",vanilla_mutual_neighbors_calibrated,vanilla_mutual_neighbors_p"
                + ",copy_unbiased_cka,copy_unbiased_cka_calibrated,copy_unbiased_cka_p"
                + ",copy_within_class_cka,copy_mutual_neighbors"
                + ",copy_mutual_neighbors_calibrated,copy_mutual_neighbors_p"
                + ",stitch_distance,vanilla_later_r2"
                + ",copy_later_r2,vanilla_js_divergence,copy_js_divergence"
                + ",vanilla_kl_divergence,copy_kl_divergence,vanilla_fisher_r2,copy_fisher_r2"
                + ",vanilla_ood_auroc,copy_ood_auroc"
                + ",interpolated_accuracy,interpolated_cross_entropy"
                + ",ladder_r2,effective_rank,task_rank_accuracy,task_rank_cross_entropy,task_rank,probe_accuracy"
                + ",identity_accuracy,identity_cross_entropy,identity_mse"
                + ",permutation_accuracy,permutation_cross_entropy,permutation_mse"
                + ",random_accuracy,random_cross_entropy,random_mse,gap,copy_r2_drop"
                + "\n"
                + "random_trained,a,stem,b,layer1.0,sgd,train,1.0,0.6,0.9,3.0,0.5,1.75,-0.5,0.75,"
                + "1.0,18446744073709551615,2.0,0.0,0.9199999999999999,0.22999999999999993,-0.1,"
                + "0.3,0.5,0.625,0.25,0.75,0.125,10000,"
                + DIGEST
                + ",later,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,-0.9199999999999999,0.0\n"
                + "random_trained,a,stem,b,layer1.0,sgd,test,0.8,0.6,0.9,3.0,0.5,1.75,-0.5,0.75,"
                + "1.0,18446744073709551615,2.0,0.45999999999999985,0.9199999999999999,"
                + "0.22999999999999993,0.1,0.3,0.5,0.625,0.25,0.75,0.125,10000,"
                + DIGEST
                + ",later,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,-0.9199999999999999,0.0\n");
  }

  @Test
  void arrow_measuredAndNot_hasTheNumbersOfTheCsv() throws IOException {
    ReportCell place = Fixtures.place(Condition.TRAINED_TRAINED, "a", "stem", "b", "layer1.0");
    Measurement bare = Measured.on(7).put("es", 0.25).build();
    List<Cell> cells =
        CellTable.rows(
            place,
            Fixtures.comparison(0.8, 0.6, 3, 0.5, 2).toBuilder().setTest(bare).build(),
            DIGEST);
    Path arrow = directory.resolve("cells.arrow");
    new CellTable(cells).writeArrow(arrow);
    try (RootAllocator allocator = new RootAllocator();
        FileChannel channel = FileChannel.open(arrow);
        ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
      assertThat(reader.loadNextBatch()).isTrue();
      for (Column column : Column.of(Metrics.all())) {
        FieldVector vector = reader.getVectorSchemaRoot().getVector(column.name());
        assertThat(vector.getValueCount()).as(column.name()).isEqualTo(cells.size());
        for (int row = 0; row < cells.size(); row++) {
          Object value = vector.getObject(row);
          assertThat(value instanceof Text ? value.toString() : value)
              .as("%s of row %s", column.name(), row)
              .isEqualTo(column.of(cells.get(row)));
        }
      }
    }
  }

  @Test
  void csv_series_areListsInTheirOrder() throws IOException {
    ReportCell place = Fixtures.place(Condition.TRAINED_TRAINED, "a", "stem", "b", "stem");
    assertThat(Files.readString(written(CellTable.rows(place, Fixtures.everything(), DIGEST))))
        .contains(
            ",layer3.0=-0.5;layer4.0=0.25,layer3.0=0.5;layer4.0=0.75,0.25,0.0625,0.5,0.125,0.75,0.875,0.625,0.5,0.0=0.8;0.5=0.75,0.0=0.25;0.5=0.5,");
  }

  private Path written(List<Cell> cells) throws IOException {
    Path csv = directory.resolve("cells.csv");
    new CellTable(cells).write(csv);
    return csv;
  }
}
