/** What of the program a stage computes with, told apart by its bytes. */
@NullMarked
package io.stitchflow.code;

import org.jspecify.annotations.NullMarked;
