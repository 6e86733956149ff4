/** Tensors and tables in files: Arrow IPC and safetensors. */
@NullMarked
package io.stitchflow.tensors;

import org.jspecify.annotations.NullMarked;
