/** Tests of telling code apart. */
@NullMarked
package io.stitchflow.code;

import org.jspecify.annotations.NullMarked;
