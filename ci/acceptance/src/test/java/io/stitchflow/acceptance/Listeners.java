package io.stitchflow.acceptance;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The sockets on which a process accepts connections or datagrams, as the kernel lists them. */
final class Listeners {
  private static final String TCP_LISTEN = "0A";
  private static final String UDP_UNCONNECTED = "07";

  // Columns of /proc/PID/net/tcp and its siblings
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private Listeners() {}

  /** The local addresses of all listening sockets of a process, as {@code tcp6 127.0.0.1:8081}. */
  static Set<String> of(long pid) throws IOException {
    Path process = Path.of("/proc", String.valueOf(pid));
    Set<String> inodes = sockets(process);
    Set<String> addresses = new TreeSet<>();
    for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
      String listening = table.startsWith("tcp") ? TCP_LISTEN : UDP_UNCONNECTED;
      for (String line : Files.readAllLines(process.resolve("net").resolve(table), US_ASCII)) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns[STATE].equals(listening) && inodes.contains(columns[INODE])) {
          addresses.add(table + " " + address(columns[LOCAL_ADDRESS]));
        }
      }
    }
    return addresses;
  }

  /** Whether only processes of this machine can reach an address of {@link #of}. */
  static boolean isLoopback(String listener) {
    String host = listener.substring(listener.indexOf(' ') + 1, listener.lastIndexOf(':'));
    return host.startsWith("127.") || host.equals("0:0:0:0:0:0:0:1");
  }

  private static Set<String> sockets(Path process) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring("socket:[".length(), target.length() - 1));
          }
        } catch (NoSuchFileException e) {
          // closed meanwhile
        }
      }
    }
    return inodes;
  }

  /** The kernel prints each 32-bit word of an address as a number in the machine's byte order. */
  private static String address(String column) throws IOException {
    String[] parts = column.split(":", -1);
    ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(parts[0]));
    ByteBuffer bytes = ByteBuffer.allocate(words.capacity()).order(ByteOrder.nativeOrder());
    while (words.hasRemaining()) {
      bytes.putInt(words.getInt());
    }
    int port = Integer.parseInt(parts[1], 16);
    // A mapped IPv4 address becomes an IPv4 address here
    return InetAddress.getByAddress(bytes.array()).getHostAddress() + ":" + port;
  }
}
