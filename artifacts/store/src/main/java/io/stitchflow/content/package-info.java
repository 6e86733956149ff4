/** Content addressing: digests, canonical bytes of actions, checked files, and bounded reads. */
@NullMarked
package io.stitchflow.content;

import org.jspecify.annotations.NullMarked;
