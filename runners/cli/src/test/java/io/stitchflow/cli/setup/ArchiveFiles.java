package io.stitchflow.cli.setup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Small archives in the form of PyTorch's. */
final class ArchiveFiles {
  static final String RUNTIME = "libcudart-218eec4c.so.12";

  private ArchiveFiles() {}

  static byte[] libtorch(String version) throws IOException {
    return zip(entries(version));
  }

  static Map<String, byte[]> entries(String version) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    byte[] noise = new byte[200_000];
    new Random(1).nextBytes(noise);
    entries.put("libtorch/", new byte[0]);
    entries.put("libtorch/include/torch.h", "// a header".getBytes(UTF_8));
    entries.put("libtorch/lib/" + System.mapLibraryName("torch"), noise);
    entries.put("libtorch/lib/" + RUNTIME, "runtime".getBytes(UTF_8));
    entries.put("libtorch/build-version", (version + "\n").getBytes(UTF_8));
    return entries;
  }

  static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }
}
