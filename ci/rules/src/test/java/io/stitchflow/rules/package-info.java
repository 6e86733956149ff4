/** Rules that hold over all modules: who may use whom, and that changed code is noticed. */
@NullMarked
package io.stitchflow.rules;

import org.jspecify.annotations.NullMarked;
