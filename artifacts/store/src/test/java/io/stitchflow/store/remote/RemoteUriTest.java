package io.stitchflow.store.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stitchflow.content.StoreException;
import io.stitchflow.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteUriTest {
  @Test
  void parse_whole_hasItsParts() throws StoreException {
    RemoteUri uri =
        RemoteUri.parse(
            "s3://bucket/some/prefix/?region=eu-north-1&endpoint=http://127.0.0.1:9000&local=/tmp/x");
    assertThat(uri.scheme()).isEqualTo("s3");
    assertThat(uri.authority()).isEqualTo("bucket");
    assertThat(uri.path()).isEqualTo("some/prefix");
    assertThat(uri.parameters())
        .isEqualTo(Map.of("region", "eu-north-1", "endpoint", "http://127.0.0.1:9000"));
    assertThat(uri.local()).isEqualTo("/tmp/x");
    assertThat(uri.address()).isEqualTo("s3://bucket/some/prefix");
  }

  @Test
  void canonical_otherSpellings_isTheSame() throws StoreException {
    String canonical = RemoteUri.parse("s3://b/p?a=1&c=2").canonical();
    for (String other : List.of("s3://b/p/?c=2&a=1", "S3://b/p?a=%31&c=2&local=/x")) {
      assertThat(RemoteUri.parse(other).canonical()).isEqualTo(canonical);
    }
    assertThat(RemoteUri.parse("s3://b/p?a=1&c=3").canonical()).isNotEqualTo(canonical);
  }

  @Test
  void parse_credentials_areRefusedAndNotRepeated() {
    for (String uri :
        List.of(
            "http://me:hunter2@host/cache",
            "https://hunter2@host",
            "s3://key:hunter2@bucket/prefix",
            "s3://bucket/prefix?endpoint=http://me:hunter2@127.0.0.1:9000",
            "s3://bucket/prefix?endpoint=http%3A%2F%2Fme%3Ahunter2%40host",
            "s3://bucket/50%?endpoint=http%3A%2F%2Fme%3Ahunter2%40host",
            "http://me:hunter2@host\n/cache",
            "s3://key:hunter2@bucket/ no uri")) {
      assertThatThrownBy(() -> RemoteUri.parse(uri))
          .as(uri)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("must not hold a user or password")
          .hasMessageNotContaining("hunter2");
    }
  }

  @Test
  void parse_noUri_saysWhy() {
    assertThatThrownBy(() -> RemoteUri.parse("s3://bucket/two words"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is not a URI");
    assertThatThrownBy(() -> RemoteUri.parse("s3://bucket/50%"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is not a URI");
    assertThatThrownBy(() -> RemoteUri.parse("s3:///prefix"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("scheme://host-or-bucket/path");
  }

  @Test
  void parse_passwordWithASlash_isNotRepeatedInAnyMessage() {
    for (String uri :
        List.of(
            "http://me:hun/ter2@host/two words",
            "http://me:hun/ter2@host/#",
            "http://me:hun/ter2%40host/?a=1&a=2")) {
      assertThatThrownBy(() -> RemoteUri.parse(uri))
          .as(uri)
          .isInstanceOf(StoreException.class)
          .hasMessageNotContaining("ter2");
    }
  }

  @Test
  void parse_controlCharactersOrNoUtf8_isRefused() {
    for (String uri :
        List.of(
            "s3://bucket/a%00b",
            "s3://bucket/a%0d%0ab",
            "s3://bucket/a\u001bb",
            "s3://bucket\n/p",
            "s3://bucket/%ff",
            "s3://bucket/p?region=%c3",
            "s3://bucket/p?local=/tmp/%00")) {
      assertThatThrownBy(() -> RemoteUri.parse(uri))
          .as(uri)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("without control characters and in UTF-8");
    }
  }

  @Test
  void parse_parameterTwiceOrWithoutValue_isRefused() throws StoreException {
    for (String query : List.of("region=a&region=b", "region=a&%72egion=a", "local=/a&local=/b")) {
      assertThatThrownBy(() -> RemoteUri.parse("s3://b/p?" + query))
          .as(query)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("more than once");
    }
    for (String query : List.of("region", "region=", "=a", "region=a&", "&region=a")) {
      assertThatThrownBy(() -> RemoteUri.parse("s3://b/p?" + query))
          .as(query)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("parameters are name=value");
    }
    assertThat(RemoteUri.parse("s3://b/p?").parameters()).isEmpty();
  }

  @Test
  void isRemote_directories_areNot() {
    for (String directory : List.of("/tmp/s3://x", "store", "./a:b", "~/x", "C:/x")) {
      assertThat(RemoteUri.isRemote(directory)).as(directory).isFalse();
    }
    assertThat(RemoteUri.isRemote("s3://x")).isTrue();
  }

  @Test
  void open_defaultStoreWhereOnlyRemotesHaveBeen_isAnEmptyStore(@TempDir Path home)
      throws IOException {
    Map<String, String> environment = Map.of("XDG_CACHE_HOME", home.toString());
    Path root = Stores.defaultDirectory(environment);
    Files.createDirectories(root.resolve("remotes").resolve("ab"));
    assertThat(Stores.open(root.toString(), environment).root()).isEqualTo(root);
  }

  @Test
  void open_unknownScheme_isRefused() {
    assertThatThrownBy(() -> Stores.open("ftp://host/x", Map.of()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("'ftp://'")
        .hasMessageContaining("choose a directory");
  }
}
