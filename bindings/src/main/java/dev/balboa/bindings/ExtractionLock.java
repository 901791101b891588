package dev.balboa.bindings;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A lock between processes that saves work and guards nothing: when the holder does not let go in a
 * minute (it may be stopped) or the file system has no locks, extraction goes on without it.
 */
final class ExtractionLock implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long POLL_MILLIS = 20;

  private final FileChannel channel;

  private ExtractionLock(FileChannel channel) {
    this.channel = channel;
  }

  static ExtractionLock acquire(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            CacheDirectory.privateFile(file));
    long start = System.nanoTime();
    while (tryLock(channel).isEmpty() && System.nanoTime() - start < PATIENCE_NANOS) {
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break; // go on without the lock, the caller sees the interrupt later
      }
    }
    return new ExtractionLock(channel);
  }

  /** Closing the channel releases the lock. */
  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      return Optional.empty(); // held by another class loader of this process
    }
  }
}
