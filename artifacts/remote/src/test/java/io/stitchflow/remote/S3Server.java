package io.stitchflow.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A real S3 server in a process of its own, S3Proxy, which checks signatures and keeps objects in a
 * directory. In front of it stands {@link OneAtATime}.
 */
public final class S3Server implements Closeable {
  public static final String USER = "stitchflow-test";
  public static final String PASSWORD = "not-a-secret";
  static final String BUCKET = "experiments";

  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final OneAtATime front;
  private final Path objects;

  private S3Server(Process process, OneAtATime front, Path objects) {
    this.process = process;
    this.front = front;
    this.objects = objects;
  }

  /** Starts one with an empty bucket, and gives its credentials to this JVM. */
  public static S3Server start(Path directory) throws IOException, InterruptedException {
    int port = freePort();
    Path objects = Files.createDirectories(directory.resolve("objects"));
    Path properties = directory.resolve("s3proxy.properties");
    Files.writeString(
        properties,
        String.join(
            "\n",
            "s3proxy.endpoint=http://127.0.0.1:" + port,
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=" + USER,
            "s3proxy.credential=" + PASSWORD,
            "s3proxy.ignore-unknown-headers=true",
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + objects));
    Path logging = directory.resolve("logback.xml");
    Files.writeString(
        logging,
        "<configuration><appender name='out' class='ch.qos.logback.core.ConsoleAppender'><encoder>"
            + "<pattern>%level %logger %msg%n</pattern></encoder></appender>"
            + "<root level='WARN'><appender-ref ref='out'/></root></configuration>");
    Path log = directory.resolve("s3proxy.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=" + logging,
                "-cp",
                classPath(),
                "org.gaul.s3proxy.Main",
                "--properties",
                properties.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await(process, port, log);
    System.setProperty("aws.accessKeyId", USER);
    System.setProperty("aws.secretAccessKey", PASSWORD);
    S3Server server = new S3Server(process, OneAtATime.before(port), objects);
    server.makeBucket();
    return server;
  }

  /** What {@code ci/s3} found out. */
  private static String classPath() throws IOException {
    Path place = Path.of("").toAbsolutePath();
    while (place != null) {
      Path file = place.resolve("ci/s3/target/classpath");
      if (Files.exists(file)) {
        return Files.readString(file, UTF_8).strip();
      }
      place = place.getParent();
    }
    throw new IOException("no ci/s3/target/classpath above here; build with mvn package");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void await(Process process, int port, Path log)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > end) {
          process.destroyForcibly();
          throw new IOException("S3Proxy did not start: " + Files.readString(log, UTF_8), e);
        }
        Thread.sleep(50);
      }
    }
  }

  private void makeBucket() {
    try (S3Client client =
        S3Client.builder()
            .endpointOverride(URI.create(endpoint()))
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(USER, PASSWORD)))
            .build()) {
      client.createBucket(b -> b.bucket(BUCKET));
    }
  }

  public String endpoint() {
    return "http://127.0.0.1:" + front.port();
  }

  /** A store's URI in the bucket. */
  public String uri(String prefix) {
    return "s3://" + BUCKET + "/" + prefix + "?endpoint=" + endpoint();
  }

  /** The file that holds an object. */
  Path file(String prefix, String name) {
    return objects.resolve(BUCKET).resolve(prefix).resolve(name);
  }

  @Override
  public void close() throws IOException {
    front.close();
    process.destroyForcibly();
  }
}
