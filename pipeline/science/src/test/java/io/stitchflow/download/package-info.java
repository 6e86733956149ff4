@NullMarked
package io.stitchflow.download;

import org.jspecify.annotations.NullMarked;
