package io.stitchflow.tensors;

import java.nio.ByteBuffer;

/**
 * A record batch of a tensor file, mapped.
 *
 * @param tensors [rows, shape...], little-endian
 * @param labels [rows], of one byte or two, little-endian
 * @param identities [rows, bytes], little-endian; empty where rows have none
 */
record IpcBatch(int rows, ByteBuffer tensors, ByteBuffer labels, ByteBuffer identities) {}
