package io.stitchflow.cli.text;

import io.stitchflow.torch.Toolchains;
import io.stitchflow.v1.Toolchain;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/**
 * What runs here. Loads neither Beam nor libtorch: both leave their version beside their classes.
 */
public final class Versions implements IVersionProvider {
  private static final String BEAM = "/org/apache/beam/sdk/sdk.properties";

  @Override
  public String[] getVersion() {
    Map<String, Object> all = all();
    return new String[] {
      "stitchflow " + all.get("stitchflow"),
      "DJL " + all.get("djl") + ", libtorch " + all.get("libtorch") + ", Beam " + all.get("beam"),
      "Java " + all.get("java") + ", " + all.get("device_class")
    };
  }

  /** By name, in a fixed order. */
  public static Map<String, Object> all() {
    Toolchain toolchain = Toolchains.cpu();
    Map<String, Object> versions = new LinkedHashMap<>();
    versions.put("stitchflow", stitchflow());
    versions.put("java", String.valueOf(Runtime.version()));
    versions.put("djl", toolchain.getDjl());
    versions.put("libtorch", toolchain.getLibtorch());
    versions.put("beam", beam());
    versions.put("device_class", toolchain.getDeviceClass());
    versions.put("threads_a_lane", toolchain.getThreads());
    return versions;
  }

  private static String stitchflow() {
    @Nullable String version = Versions.class.getPackage().getImplementationVersion();
    return version == null ? "(from classes)" : version;
  }

  private static String beam() {
    try (@Nullable InputStream in = Versions.class.getResourceAsStream(BEAM)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "(unknown)");
    } catch (IOException e) {
      return "(unknown)";
    }
  }
}
