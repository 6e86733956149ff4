package io.stitchflow.tensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JSON of a safetensors header or index, and what is wrong with it in words. */
final class HeaderJson {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  // The library has no types for these
  private static final Pattern DUPLICATE = Pattern.compile("(?s)Duplicate [^'\"]*['\"](.*)['\"]");
  private static final Pattern LIMIT =
      Pattern.compile("(?s)(.+?) \\((\\d+)\\) exceeds the maximum allowed \\((\\d+).*");
  private static final String TRAILING = "Trailing token";

  private HeaderJson() {}

  /**
   * @param subject what errors call it: {@code its header}
   * @throws IllegalArgumentException if it is not one JSON value without repeated keys
   */
  static JsonNode read(byte[] header, String subject) throws IOException {
    try {
      return JSON.readTree(header);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(subject + " " + problem(e), e);
    }
  }

  private static String problem(JsonProcessingException e) {
    String message = String.valueOf(e.getOriginalMessage());
    Matcher limit = LIMIT.matcher(message);
    if (e instanceof StreamConstraintsException && limit.matches()) {
      return String.format(
          Locale.ROOT,
          "has a %s of %s, but at most %s is supported",
          limit.group(1).toLowerCase(Locale.ROOT),
          limit.group(2),
          limit.group(3));
    }
    Matcher duplicate = DUPLICATE.matcher(message);
    if (duplicate.matches()) {
      return "has the key '" + duplicate.group(1) + "' twice";
    }
    if (message.startsWith(TRAILING)) {
      return "has more text after its closing brace";
    }
    long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
    return "is not JSON" + (at < 0 ? "" : ": the error is at byte " + at + " of it");
  }
}
