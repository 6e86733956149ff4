/** Heat maps as SVG and as terminal text. */
@NullMarked
package io.stitchflow.report.figure;

import org.jspecify.annotations.NullMarked;
