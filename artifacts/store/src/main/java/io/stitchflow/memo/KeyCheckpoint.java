package io.stitchflow.memo;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.stitchflow.content.Digest;
import io.stitchflow.content.FileFailure;
import io.stitchflow.content.FileState;
import io.stitchflow.store.Store;
import io.stitchflow.store.directory.OpenedFiles;
import io.stitchflow.store.directory.StoreDirectory;
import io.stitchflow.store.directory.StoreDirectory.Folder;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoint of an action: {@code checkpoint/ab/<key>}, 8 bytes that name the format, the
 * SHA-256 of key and state (32 bytes), and the state. It appears whole or not at all; one that is
 * damaged, another key's or of another format is deleted when it is read.
 *
 * <p>A state is kept if, should the next one come as late as this one did, more than {@code apart}
 * would have passed since the last was kept. So at most {@code apart} of work is lost, or what lies
 * between two offers if that is longer.
 */
final class KeyCheckpoint implements Checkpoint {
  private static final byte[] MAGIC = {'S', 'F', 'C', 'H', 'E', 'C', 'K', 1};
  private static final int SHA256_BYTES = 32;
  private static final int HEADER_BYTES = MAGIC.length + SHA256_BYTES;
  private static final int BUFFER_BYTES = 1 << 16;

  private final StoreDirectory directory;
  private final Digest key;
  private final long apartNanos;
  private final LongSupplier nanoTime;
  private long keptNanos;
  private long offeredNanos;

  /**
   * @param apart shortest time between two that are kept, as long as no more than that can be lost
   */
  KeyCheckpoint(StoreDirectory directory, Digest key, Duration apart, LongSupplier nanoTime) {
    this.directory = directory;
    this.key = key;
    this.apartNanos = apart.toNanos();
    this.nanoTime = nanoTime;
    this.keptNanos = nanoTime.getAsLong();
    this.offeredNanos = keptNanos;
  }

  @Override
  public <T extends Message> @Nullable T find(Parser<T> parser) throws IOException {
    T state = null;
    try {
      state = isWhole() ? parse(parser) : null;
      if (state == null) {
        delete();
      }
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      passInterrupt(e); // computing from the start is always right
    }
    keptNanos = nanoTime.getAsLong();
    offeredNanos = keptNanos;
    return state;
  }

  /** Whether its checksum is right: only then is it read into memory, however large it is. */
  private boolean isWhole() throws IOException {
    directory.checkParents(path());
    long sizeBytes = FileState.of(path()).sizeBytes();
    if (!Store.isFile(path()) || sizeBytes < HEADER_BYTES || sizeBytes > Integer.MAX_VALUE) {
      return false;
    }
    try (InputStream in = Files.newInputStream(path(), LinkOption.NOFOLLOW_LINKS)) {
      if (!Arrays.equals(MAGIC, in.readNBytes(MAGIC.length))) {
        return false;
      }
      byte[] written = in.readNBytes(SHA256_BYTES);
      MessageDigest sha256 = Digest.sha256();
      sha256.update(key.bytes().asReadOnlyByteBuffer());
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha256.update(buffer, 0, n);
      }
      return MessageDigest.isEqual(written, sha256.digest());
    }
  }

  private <T extends Message> @Nullable T parse(Parser<T> parser) throws IOException {
    try (InputStream in =
        new BufferedInputStream(
            Files.newInputStream(path(), LinkOption.NOFOLLOW_LINKS), BUFFER_BYTES)) {
      in.skipNBytes(HEADER_BYTES);
      return parser.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  @Override
  public void offer(Supplier<? extends Message> state) throws IOException {
    long now = nanoTime.getAsLong();
    long sinceOffer = now - offeredNanos;
    offeredNanos = now;
    if (now - keptNanos + sinceOffer <= apartNanos) {
      return;
    }
    try {
      write(state.get());
    } catch (IOException e) {
      passInterrupt(e); // a full disk is not reason to stop: publishing will say so
    }
    keptNanos = nanoTime.getAsLong();
    offeredNanos = keptNanos;
  }

  private void write(Message state) throws IOException {
    Path temporary = directory.newTemporary();
    try {
      MessageDigest sha256 = Digest.sha256();
      sha256.update(key.bytes().asReadOnlyByteBuffer());
      try (FileChannel channel = OpenedFiles.toContinue(directory, temporary)) {
        channel.position(HEADER_BYTES);
        OutputStream out =
            new BufferedOutputStream(
                new DigestOutputStream(Channels.newOutputStream(channel), sha256), BUFFER_BYTES);
        state.writeTo(out);
        out.flush();
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).put(sha256.digest());
        header.flip();
        while (header.hasRemaining()) {
          channel.write(header, header.position());
        }
        channel.force(true);
      }
      directory.replace(temporary, path());
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** No one resumes from here any more. */
  void delete() throws IOException {
    try {
      directory.delete(path());
    } catch (IOException e) {
      passInterrupt(e); // collection takes it, and it is right as long as it is there
    }
  }

  private Path path() {
    return directory.path(Folder.CHECKPOINT, key);
  }

  private static void passInterrupt(IOException e) throws IOException {
    if (FileFailure.isInterrupt(e)) {
      throw e;
    }
  }
}
