package io.stitchflow.remote;

/** A server that answers a request for a range with the whole object. */
class HttpStoreWithoutRangesTest extends HttpStoreTest {
  @Override
  boolean ranges() {
    return false;
  }
}
