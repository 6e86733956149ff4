package io.stitchflow.stitch;

import ai.djl.ndarray.NDArray;
import io.stitchflow.network.CutPoint;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A kind of affine map, with weight and bias, from a sender's representation to a receiver's.
 *
 * <p>To add a family: implement this interface and append it to {@link StitchFamilies}, or name it
 * in {@code META-INF/services/io.stitchflow.stitch.StitchFamily}. An implementation needs a public
 * constructor without arguments and no state. {@code StitchFamiliesTest} runs over all families.
 */
public interface StitchFamily {
  /** Its name in experiments, keys and stitch files, such as {@code pointwise}. */
  String name();

  /** The shapes that it joins, for people: {@code maps of the same height and width}. */
  String joins();

  /** Whether it carries representations of {@code from} into {@code to}. */
  boolean fits(CutPoint from, CutPoint to);

  /**
   * Shape of the weight, [out, ...]: {@code out} is the number of the receiver's channels, the rest
   * the order in which {@link Regression#rows} lists what a receiver's number is computed from.
   */
  List<Integer> weightShape(CutPoint from, CutPoint to);

  /** The least-squares problem whose solution is the weight and bias of the best copy stitch. */
  Regression regression(CutPoint from, CutPoint to);

  /**
   * The forward pass.
   *
   * @param stitch of this family
   * @param x [examples, ...] of {@link Stitch#from}
   * @param weight as {@link #weightShape}
   * @param bias [out]
   * @return [examples, ...] of {@link Stitch#to}
   */
  NDArray apply(Stitch stitch, NDArray x, NDArray weight, NDArray bias);

  /**
   * The weight before training, row by row: Kaiming-uniform, whose outputs have the variance of
   * their inputs. The bias starts at zero.
   */
  default double[] initialWeight(Stitch stitch, SplittableRandom random) {
    double bound = Math.sqrt(3. / stitch.inputs());
    double[] weight = new double[stitch.to().channels() * stitch.inputs()];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = (2 * random.nextDouble() - 1) * bound;
    }
    return weight;
  }
}
