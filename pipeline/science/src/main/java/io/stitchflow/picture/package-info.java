/** JPEG and PNG files as square arrays of levels. */
@NullMarked
package io.stitchflow.picture;

import org.jspecify.annotations.NullMarked;
