package io.stitchflow.objective;

import io.stitchflow.network.CutPoint;
import io.stitchflow.network.Network;
import io.stitchflow.tensors.TensorFile;
import io.stitchflow.torch.Lane;
import org.jspecify.annotations.Nullable;

/**
 * What an objective may read. All files hold the same examples in the same order.
 *
 * @param labels any file with the examples' labels
 * @param cut the receiver's
 * @param receiver the frozen receiver, or null where the stage does not read it
 * @param representation the receiver's own, or null where the stage does not read it
 */
public record ObjectiveInputs(
    Lane lane,
    TensorFile labels,
    CutPoint cut,
    @Nullable Network receiver,
    @Nullable TensorFile representation) {}
