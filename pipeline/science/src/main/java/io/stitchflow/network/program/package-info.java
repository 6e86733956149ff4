/** Networks that PyTorch wrote as TorchScript: their files, their import, and how they run. */
@NullMarked
package io.stitchflow.network.program;

import org.jspecify.annotations.NullMarked;
