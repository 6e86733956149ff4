package io.stitchflow.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.Arrays;

/** What {@link LyingServer} does to one answer of an honest server. */
enum Lie {
  NONE {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      out.write(honest.head());
      out.write(honest.body());
    }
  },
  WRONG_BYTES {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      byte[] body = honest.body().clone();
      for (int i = 0; i < body.length; i += 97) {
        body[i] ^= 1;
      }
      out.write(honest.head());
      out.write(body);
    }
  },
  SHORT_BODY {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      out.write(honest.head());
      out.write(Arrays.copyOf(honest.body(), honest.body().length / 2));
    }
  },
  SHORT_BODY_THAT_SAYS_SO {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      int half = honest.body().length / 2;
      head(out, honest.statusLine(), "Content-Length: " + half);
      out.write(honest.body(), 0, half);
    }
  },
  ENDLESS_BODY {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 200 OK", "Connection: close");
      endless(out);
    }
  },
  ENDLESS_ERROR {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 500 Broken", "Connection: close");
      endless(out);
    }
  },
  ENDLESS_HEADERS {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      out.write("HTTP/1.1 200 OK\r\n".getBytes(ISO_8859_1));
      while (true) {
        out.write(("X-Filler: " + "x".repeat(1_000) + "\r\n").getBytes(ISO_8859_1));
      }
    }
  },
  SILENT {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      drip(out, new byte[0]);
    }
  },
  SLOW_HEADERS {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      drip(out, honest.head());
    }
  },
  SLOW_BODY {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 200 OK", "Content-Length: 1000000");
      drip(out, new byte[1_000_000]);
    }
  },
  SLOW_ERROR {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 500 Broken", "Content-Length: 1000000");
      drip(out, new byte[1_000_000]);
    }
  },
  SLOW_CHUNK_HEADER {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 200 OK", "Transfer-Encoding: chunked");
      drip(out, "1;".concat("x".repeat(10_000)).getBytes(ISO_8859_1));
    }
  },
  ABSENT {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 404 Not Found", "Content-Length: 0");
    }
  },
  FORBIDDEN {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 403 Forbidden", "Content-Length: 0");
    }
  },
  PRECONDITION_FAILED {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 412 Precondition Failed", "Content-Length: 0");
    }
  },
  /** Of a put: it was stored, or not, and the answer says otherwise. */
  ERROR {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 500 Broken", "Content-Length: 0");
    }
  },
  EMPTY_SUCCESS {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 200 OK", "Content-Length: 0");
    }
  },
  RESET {
    @Override
    void tell(Answer honest, Line out) {}
  },
  GARBAGE {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      out.write("SSH-2.0-no-http\r\n\r\n".getBytes(ISO_8859_1));
    }
  },
  REDIRECT_ELSEWHERE {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(
          out,
          "HTTP/1.1 307 Temporary Redirect",
          "Location: http://me:hunter2@127.0.0.1:1/secret",
          "Content-Length: 0");
    }
  },
  REDIRECT_WITHOUT_END {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, "HTTP/1.1 302 Found", "Location: " + honest.path(), "Content-Length: 0");
    }
  },
  HUGE_LENGTH {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(out, honest.statusLine(), "Content-Length: 99999999999999999999999");
      out.write(honest.body());
    }
  },
  HUGE_RANGE {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(
          out,
          "HTTP/1.1 206 Partial Content",
          "Content-Range: bytes 0-5/99999999999999999999999",
          "Content-Length: " + honest.body().length);
      out.write(honest.body());
    }
  },
  ODD_DATES {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      head(
          out,
          honest.statusLine(),
          "Last-Modified: Sun, 99 Foo 999999999999 99:99:99 GMT",
          "Expires: 99999999999999999999",
          "ETag: " + "x".repeat(5_000),
          "Content-Length: " + honest.body().length);
      out.write(honest.body());
    }
  },
  LIST_WITHOUT_END {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      list(out, honest, honest.text().replace("<IsTruncated>false<", "<IsTruncated>true<"));
    }
  },
  LIST_WITH_DUPLICATES {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      list(out, honest, honest.text().replaceAll("(?s)(<Contents>.*?</Contents>)", "$1$1"));
    }
  },
  LIST_WITH_GAPS {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      list(out, honest, honest.text().replaceFirst("(?s)<Contents>.*?</Contents>", ""));
    }
  },
  LIST_OF_OTHER_NAMES {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      list(
          out,
          honest,
          honest
              .text()
              .replaceAll("<Key>[^<]*", "<Key>x")
              .replaceAll("<Size>[^<]*", "<Size>many")
              .replaceAll("<LastModified>[^<]*", "<LastModified>never"));
    }
  },
  DEEP_XML {
    @Override
    void tell(Answer honest, Line out) throws IOException {
      list(out, honest, "<a>".repeat(200_000));
    }
  };

  /** What an honest server answered to a request for {@code path}. */
  static final class Answer {
    private final String path;
    private final byte[] head;
    private final byte[] body;

    Answer(String path, byte[] head, byte[] body) {
      this.path = path;
      this.head = head;
      this.body = body;
    }

    String path() {
      return path;
    }

    byte[] head() {
      return head;
    }

    byte[] body() {
      return body;
    }

    String statusLine() {
      return new String(head, ISO_8859_1).lines().findFirst().orElseThrow();
    }

    String text() {
      return new String(body, ISO_8859_1);
    }
  }

  /**
   * Writes the answer instead of the honest one; the connection ends after it.
   *
   * @throws IOException also when the client has closed the connection
   */
  abstract void tell(Answer honest, Line out) throws IOException;

  private static void list(Line out, Answer honest, String text) throws IOException {
    byte[] body = text.getBytes(ISO_8859_1);
    head(
        out,
        honest.statusLine(),
        "Content-Type: application/xml",
        "Content-Length: " + body.length);
    out.write(body);
  }

  private static void head(Line out, String statusLine, String... headers) throws IOException {
    out.write(
        (statusLine + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n").getBytes(ISO_8859_1));
  }

  private static void endless(Line out) throws IOException {
    byte[] block = new byte[1 << 14];
    while (true) {
      out.write(block);
    }
  }

  /** A byte now and then, until the client closes the connection. */
  private static void drip(Line out, byte[] bytes) throws IOException {
    for (int i = 0; !out.clientLeaves(); i++) {
      if (i < bytes.length) {
        out.write(bytes[i]);
      }
    }
  }
}
