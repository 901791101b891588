package dev.balboa.bindings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Checks an ELF file before it reaches {@code dlopen}: a shared library, of this machine, not cut
 * short. The dynamic linker maps what the program headers promise without looking at the file's
 * size, so a truncated library would end the JVM with SIGBUS instead of an error. Source: elf(5).
 */
final class ElfImage {
  private static final int HEADER = 64;
  private static final int PROGRAM_HEADER = 56;
  private static final int CLASS_64 = 2;
  private static final int LITTLE_ENDIAN = 1;
  private static final int TYPE_SHARED = 3;
  private static final int SEGMENT_LOAD = 1;
  private static final Map<Integer, String> MACHINES =
      Map.of(
          3, "i386", 21, "ppc64", 22, "s390x", 40, "arm", 62, "x86_64", 183, "aarch64", 243,
          "riscv");

  private ElfImage() {}

  /** Refuses a file that is not a whole shared library for the platform, which must be Linux. */
  static void check(Path file, NativePlatform platform) throws LibraryRejectedException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      check(channel, platform == NativePlatform.LINUX_ARM64 ? 183 : 62);
    } catch (IOException e) {
      throw new LibraryRejectedException("cannot be read: " + e, e);
    }
  }

  private static void check(FileChannel channel, int machine)
      throws IOException, LibraryRejectedException {
    long size = channel.size();
    ByteBuffer header = read(channel, 0, HEADER, size);
    if (header.getInt(0) != 0x464c457f) {
      throw new LibraryRejectedException("is not an ELF library (wrong magic number)");
    }
    int foundMachine = Short.toUnsignedInt(header.getShort(18));
    if (header.get(4) != CLASS_64 || header.get(5) != LITTLE_ENDIAN || foundMachine != machine) {
      throw new LibraryRejectedException(
          "is built for another architecture: expected %s, 64-bit little-endian; found %s, class %d, data %d"
              .formatted(name(machine), name(foundMachine), header.get(4), header.get(5)));
    }
    int type = header.getShort(16);
    if (type != TYPE_SHARED) {
      throw new LibraryRejectedException(
          "is not a shared library: expected ELF type 3, found " + type);
    }
    checkSegments(channel, header, size);
  }

  private static void checkSegments(FileChannel channel, ByteBuffer header, long size)
      throws IOException, LibraryRejectedException {
    long offset = header.getLong(32);
    int entry = Short.toUnsignedInt(header.getShort(54));
    int count = Short.toUnsignedInt(header.getShort(56));
    if (entry != PROGRAM_HEADER || count == 0) {
      throw new LibraryRejectedException(
          "has no usable program headers (%d of %d bytes)".formatted(count, entry));
    }
    ByteBuffer table = read(channel, offset, entry * count, size);
    for (int at = 0; at < entry * count; at += entry) {
      if (table.getInt(at) == SEGMENT_LOAD) {
        requireInside(table.getLong(at + 8), table.getLong(at + 32), size);
      }
    }
  }

  private static ByteBuffer read(FileChannel channel, long offset, int length, long size)
      throws IOException, LibraryRejectedException {
    requireInside(offset, length, size);
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new LibraryRejectedException("was cut short while being read");
      }
    }
    return buffer;
  }

  private static void requireInside(long offset, long length, long size)
      throws LibraryRejectedException {
    if (offset < 0 || length < 0 || offset > size || length > size - offset) {
      throw new LibraryRejectedException(
          "is truncated: needs bytes %d to %d, the file has %d"
              .formatted(offset, offset + length, size));
    }
  }

  private static String name(int machine) {
    return MACHINES.getOrDefault(machine, "machine " + machine);
  }
}
