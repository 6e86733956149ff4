package io.stitchflow.report;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** What a report's page has for its script, unpacked as a browser would. */
final class PageBlocks {
  private static final Pattern BLOCK =
      Pattern.compile("<script type=\"text/plain\" data-block=\"([^\"]+)\">([^<]+)</script>");

  private PageBlocks() {}

  /** The text of each block, by its name. */
  static Map<String, String> of(String page) throws IOException {
    Map<String, String> blocks = new LinkedHashMap<>();
    Matcher found = BLOCK.matcher(page);
    while (found.find()) {
      byte[] zipped = Base64.getDecoder().decode(found.group(2));
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
        blocks.put(found.group(1), new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return blocks;
  }
}
