package io.stitchflow.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.StoreException;
import io.stitchflow.store.remote.RemoteStore;
import io.stitchflow.store.remote.RemoteUri;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which URIs are stores; nothing is sent to any of them. */
class StoreUriTest {
  @Test
  void open_endpointThatIsNoServer_isRefused() {
    for (String endpoint :
        List.of(
            "file:///etc",
            "ftp://host",
            "host:9000",
            "//host",
            "http:///x",
            "http://a%20b",
            "http://host_name",
            "http://host/%23?x",
            "http://host/a b")) {
      refused("s3://b?endpoint=" + endpoint.replace(" ", "%20").replace("?", "%3f"));
    }
  }

  @Test
  void open_portOutOfRange_isRefused() {
    for (String uri :
        List.of(
            "http://127.0.0.1:99999/x",
            "http://127.0.0.1:0/x",
            "s3://b?endpoint=http://127.0.0.1:65536",
            "s3://b?endpoint=http://127.0.0.1:0")) {
      assertThatThrownBy(() -> open(uri))
          .as(uri)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("port must be from 1 to 65535");
    }
    refused("http://127.0.0.1:99999999999/x");
    refused("http://127.0.0.1:-1/x");
  }

  @Test
  void open_noBucketOrHost_isRefused() {
    for (String uri :
        List.of(
            "s3://",
            "s3:///x",
            "s3://?region=a",
            "s3://b:9000/x",
            "s3://b%2fc/x",
            "http://:80/x",
            "http:///x",
            "http://?x",
            "https://")) {
      refused(uri);
    }
  }

  @Test
  void open_regionThatIsNone_isRefused() {
    refused("s3://b?region=us%20east");
    refused("s3://b?region=evil.example/");
  }

  @Test
  void open_unknownParameter_isRefusedWithoutItsValue() {
    for (String uri : List.of("http://host/x?token=hunter2", "s3://b?secret=hunter2")) {
      assertThatThrownBy(() -> open(uri))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("has no parameter")
          .hasMessageNotContaining("hunter2");
    }
  }

  @Test
  void open_unusualButSound_isOpened() throws StoreException {
    for (String uri :
        List.of(
            "http://[::1]:8080/x",
            "HTTPS://host",
            "http://host:65535/a%20b/ü",
            "s3://my.bucket_1/a%20b?endpoint=https://host/path&region=eu-north-1")) {
      open(uri).close();
    }
    try (RemoteStore store = open("http://host/a%20b/ü?local=/tmp")) {
      assertThat(store.address()).isEqualTo("http://host/a%20b/%C3%BC");
    }
  }

  private static void refused(String uri) {
    assertThatThrownBy(() -> open(uri)).as(uri).isInstanceOf(StoreException.class);
  }

  private static RemoteStore open(String text) throws StoreException {
    RemoteUri uri = RemoteUri.parse(text);
    return uri.scheme().equals("s3")
        ? new S3StoreOpener().open(uri)
        : new HttpStoreOpener().open(uri);
  }
}
