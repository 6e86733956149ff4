/** Tests of the report's page in a browser. */
@NullMarked
package io.stitchflow.browser;

import org.jspecify.annotations.NullMarked;
