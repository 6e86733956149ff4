package io.stitchflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.stitchflow.torch.Lane;
import java.nio.ByteBuffer;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * R² of restricted maps from moments against maps that are found and applied position by position.
 */
class RestrictedMapsTest {
  private static final int POSITIONS = 60;

  private final long seed = 3;
  private final Random random = new Random(seed);
  private final Lane lane = Lane.open();

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void ranks_ofAnOrdinaryRegression_areThoseOfBruteForce() {
    Matrix sender = normal(POSITIONS, 6);
    Matrix receiver = related(sender, 4);
    Matrix unseen = normal(POSITIONS, 6).plus(0.5);
    Matrix expected = related(unseen, 4);
    Matrix weights = sender.centred().pseudoInverse().times(receiver.centred());
    Matrix vectors = sender.centred().times(weights).rightSingularVectors();
    JointMoments train = moments(sender.times(weights), receiver);
    DMatrixRMaj directions = RestrictedMaps.directions(train);
    double[] onTrain = train.r2OfProjections(directions, train);
    double[] onUnseen = moments(unseen.times(weights), expected).r2OfProjections(directions, train);
    for (int rank = 1; rank <= 4; rank++) {
      Matrix leading = vectors.firstColumns(rank);
      Matrix restricted = weights.times(leading).times(leading.transposed());
      assertThat(onTrain[rank - 1])
          .as("rank %s, seed %s", rank, seed)
          .isEqualTo(r2(restricted, sender, receiver, sender, receiver), within(1e-5));
      assertThat(onUnseen[rank - 1])
          .as("rank %s, seed %s", rank, seed)
          .isEqualTo(r2(restricted, sender, receiver, unseen, expected), within(1e-5));
    }
  }

  @Test
  void ranks_onTheirOwnPositions_neverFall() {
    for (int round = 0; round < 20; round++) {
      int channels = 1 + random.nextInt(8);
      Matrix sender = normal(POSITIONS, 1 + random.nextInt(8));
      Matrix receiver = related(sender, channels);
      // ridge regression, from hardly to strongly penalised
      Matrix x = sender.centred();
      Matrix gram = x.transposed().times(x);
      double penalty = Math.pow(10, random.nextInt(6) - 3);
      Matrix weights =
          gram.plus(Matrix.identity(x.columns()).times(penalty))
              .pseudoInverse()
              .times(x.transposed())
              .times(receiver.centred());
      JointMoments train = moments(sender.times(weights), receiver);
      double[] r2 = train.r2OfProjections(RestrictedMaps.directions(train), train);
      for (int rank = 1; rank < channels; rank++) {
        assertThat(r2[rank])
            .as("round %s, rank %s, seed %s", round, rank + 1, seed)
            .isGreaterThanOrEqualTo(r2[rank - 1] - 1e-6);
      }
      assertThat(r2[channels - 1])
          .isEqualTo(r2(weights, sender, receiver, sender, receiver), within(1e-5));
    }
  }

  @Test
  void permuted_isFoundAgain() {
    Matrix sender = normal(POSITIONS, 5);
    int[] sources = {3, 0, 4, 1, 2};
    JointMoments both = moments(sender, sender.chosenColumns(sources).plus(3));
    DMatrixRMaj permutation = RestrictedMaps.permutation(both);
    for (int j = 0; j < 5; j++) {
      assertThat(permutation.get(sources[j], j)).isEqualTo(1);
    }
    assertThat(both.r2(permutation, both)).isEqualTo(1, within(1e-6));
    assertThat(both.r2(RestrictedMaps.orthogonal(both), both)).isEqualTo(1, within(1e-6));
    assertThat(both.r2(RestrictedMaps.identity(both), both)).isLessThan(0.5);
  }

  @Test
  void rotatedAndScaled_isOrthogonalButNoPermutation() {
    Matrix sender = normal(POSITIONS, 4);
    Matrix rotation = normal(4, 4).rightSingularVectors();
    JointMoments both = moments(sender, sender.times(rotation).times(2.5).plus(7));
    assertThat(both.r2(RestrictedMaps.orthogonal(both), both)).isEqualTo(1, within(1e-6));
    assertThat(both.r2(RestrictedMaps.permutation(both), both)).isLessThan(0.9);
  }

  @Test
  void orthogonal_intoMoreChannels_keepsLengths() {
    Matrix sender = normal(POSITIONS, 2);
    Matrix rotation = normal(5, 5).rightSingularVectors().firstRows(2);
    JointMoments both = moments(sender, sender.times(rotation).times(0.5));
    DMatrixRMaj map = RestrictedMaps.orthogonal(both);
    assertThat(both.r2(map, both)).isEqualTo(1, within(1e-6)).isLessThanOrEqualTo(1);
    Matrix products = new Matrix(map).times(new Matrix(map).transposed());
    assertThat(products.minus(Matrix.identity(2).times(0.25)).square()).isLessThan(1e-12);
  }

  @Test
  void r2_ofAnyMapOnOtherPositions_isThatOfItsErrors() {
    Matrix sender = normal(POSITIONS, 3);
    Matrix receiver = related(sender, 2);
    Matrix unseen = normal(POSITIONS, 3).plus(2);
    Matrix expected = related(unseen, 2).plus(-1);
    Matrix map = normal(3, 2);
    assertThat(moments(unseen, expected).r2(map.data(), moments(sender, receiver)))
        .isEqualTo(r2(map, sender, receiver, unseen, expected), within(1e-4));
  }

  @Test
  void growingCapacity_onTheirOwnPositions_neverFalls() {
    for (int round = 0; round < 10; round++) {
      Matrix sender = normal(POSITIONS, 5);
      Matrix receiver = related(sender, 5).plus(sender);
      JointMoments both = moments(sender, receiver);
      Matrix weights = sender.centred().pseudoInverse().times(receiver.centred());
      double identity = both.r2(RestrictedMaps.identity(both), both);
      double permutation = both.r2(RestrictedMaps.permutation(both), both);
      double orthogonal = both.r2(RestrictedMaps.orthogonal(both), both);
      assertThat(permutation).as("seed %s", seed).isGreaterThanOrEqualTo(identity - 1e-9);
      assertThat(orthogonal).isGreaterThanOrEqualTo(permutation - 1e-9);
      assertThat(both.r2(weights.data(), both)).isGreaterThanOrEqualTo(orthogonal - 1e-9);
    }
  }

  @Test
  void isDefined_constantOrNotFinite_isFalse() {
    Matrix sender = normal(POSITIONS, 2);
    Matrix constant = Matrix.zeros(POSITIONS, 2).plus(0.1);
    assertThat(moments(sender, constant).isDefined()).isFalse();
    assertThat(moments(constant, sender).isDefined()).isTrue();
    sender.data().set(5, Double.NaN);
    assertThat(moments(sender, normal(POSITIONS, 2)).isDefined()).isFalse();
  }

  /** Position by position, with the bias that is best on the positions fitted. */
  private static double r2(
      Matrix weights, Matrix sender, Matrix receiver, Matrix unseen, Matrix expected) {
    Matrix bias = receiver.means().minus(sender.means().times(weights));
    Matrix mapped = unseen.times(weights).plus(Matrix.zeros(unseen.rows(), 1).plus(1).times(bias));
    return 1 - mapped.minus(expected).square() / expected.centred().square();
  }

  /** Depends on {@code sender}, on a few of its channels more than on others, and on chance. */
  private Matrix related(Matrix sender, int channels) {
    Matrix weights = normal(sender.columns(), channels);
    return sender.times(weights).plus(normal(sender.rows(), channels)).plus(3);
  }

  private Matrix normal(int rows, int columns) {
    return Matrix.normal(random, rows, columns);
  }

  private JointMoments moments(Matrix x, Matrix y) {
    ChannelMoments ofX = new ChannelMoments(lane);
    ChannelMoments ofY = new ChannelMoments(lane);
    ChannelMoments.Products products = new ChannelMoments.Products();
    products.add(ofX.add(vectors(x)), ofY.add(vectors(y)));
    return JointMoments.of(ofX, ofY, products);
  }

  private NDArray vectors(Matrix rows) {
    ByteBuffer buffer = Lane.allocate(rows.rows() * rows.columns() * Float.BYTES);
    for (int i = 0; i < rows.rows() * rows.columns(); i++) {
      buffer.putFloat((float) rows.data().get(i));
    }
    return lane.create(buffer.flip(), new Shape(rows.rows(), rows.columns()));
  }
}
