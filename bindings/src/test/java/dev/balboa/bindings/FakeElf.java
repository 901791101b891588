package dev.balboa.bindings;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds files that look like shared libraries as far as their headers go. */
final class FakeElf {
  static final int X86_64 = 62;
  static final int AARCH64 = 183;

  /** Offset of {@code p_filesz} of the only segment. */
  static final int SEGMENT_FILE_SIZE = 64 + 32;

  private static final int SIZE = 512;

  private FakeElf() {}

  /** A header, one program header, and one segment that spans the whole file. */
  static byte[] library(int machine) {
    ByteBuffer image = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1).put(6, (byte) 1);
    image.putShort(16, (short) 3).putShort(18, (short) machine).putInt(20, 1);
    image.putLong(32, 64).putShort(52, (short) 64);
    image.putShort(54, (short) 56).putShort(56, (short) 1);
    image.putInt(64, 1).putLong(SEGMENT_FILE_SIZE, SIZE).putLong(64 + 40, SIZE);
    return image.array();
  }
}
