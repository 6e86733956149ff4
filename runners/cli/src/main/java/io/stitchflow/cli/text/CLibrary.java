package io.stitchflow.cli.text;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import org.jspecify.annotations.Nullable;

/**
 * Functions of Linux's C library, through JNA. Where JNA cannot be loaded, sizes are unknown and
 * {@link #exit} returns.
 */
public final class CLibrary {
  private static final long TIOCGWINSZ = 0x5413;

  private final @Nullable Function exit;
  private final @Nullable Function ioctl;

  private CLibrary(@Nullable Function exit, @Nullable Function ioctl) {
    this.exit = exit;
    this.ioctl = ioctl;
  }

  /** Looks the functions up, which may load JNA's library. */
  public static CLibrary load() {
    try {
      NativeLibrary process = NativeLibrary.getProcess();
      return new CLibrary(process.getFunction("_exit"), process.getFunction("ioctl"));
    } catch (LinkageError e) {
      return new CLibrary(null, null);
    }
  }

  /** Ends this process at once: no shutdown hooks, no destructors of native libraries. */
  public void exit(int code) {
    if (exit != null) {
      exit.invokeVoid(new Object[] {code});
    }
  }

  /** The size of the terminal behind a file descriptor; null if it is not a terminal. */
  @Nullable TerminalSize terminalSize(int descriptor) {
    if (ioctl == null) {
      return null;
    }
    try (Memory size = new Memory(4 * Short.BYTES)) {
      int code = ioctl.invokeInt(new Object[] {descriptor, TIOCGWINSZ, size});
      int rows = Short.toUnsignedInt(size.getShort(0));
      int columns = Short.toUnsignedInt(size.getShort(Short.BYTES));
      // A terminal whose size was never set has zeros
      return code == 0 && rows > 0 && columns > 0 ? new TerminalSize(rows, columns) : null;
    }
  }
}
