/** Networks that can be cut, how they are trained, and what they predict. */
@NullMarked
package io.stitchflow.network;

import org.jspecify.annotations.NullMarked;
