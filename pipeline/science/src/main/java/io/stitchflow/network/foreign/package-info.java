/** Arrays in files that another program wrote, under names of its own. */
@NullMarked
package io.stitchflow.network.foreign;

import org.jspecify.annotations.NullMarked;
