package dev.balboa.examples.lm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads a testament of a SWORD module with compressed texts (zText): {@code .bzs} has offset, size
 * and unpacked size of each block, {@code .bzv} block, offset and length of each verse, {@code
 * .bzz} the blocks, compressed by zlib. All numbers are little-endian.
 */
final class ZText {
  private static final int BLOCK_ENTRY = 12;
  private static final int VERSE_ENTRY = 10;
  private static final long MOST_BYTES = 1 << 26;

  private ZText() {}

  /**
   * The verses with their markup, in order; empty ones stand for headings and gaps.
   *
   * @param testament {@code ot} or {@code nt}
   * @throws IOException naming what is broken
   */
  static List<String> verses(Path directory, String testament) throws IOException {
    Path file = directory.resolve(testament + ".bzz");
    try {
      List<byte[]> blocks =
          blocks(entries(directory, testament + ".bzs", BLOCK_ENTRY), Files.readAllBytes(file));
      return verses(entries(directory, testament + ".bzv", VERSE_ENTRY), blocks);
    } catch (DataFormatException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static ByteBuffer entries(Path directory, String name, int size) throws IOException {
    byte[] bytes = Files.readAllBytes(directory.resolve(name));
    if (bytes.length % size != 0) {
      throw new IOException(
          directory.resolve(name)
              + ": expected entries of %d bytes, got %d bytes".formatted(size, bytes.length));
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static List<byte[]> blocks(ByteBuffer entries, byte[] packed) throws DataFormatException {
    List<byte[]> blocks = new ArrayList<>();
    while (entries.hasRemaining()) {
      long offset = Integer.toUnsignedLong(entries.getInt());
      long size = Integer.toUnsignedLong(entries.getInt());
      long unpacked = Integer.toUnsignedLong(entries.getInt());
      if (offset + size > packed.length || unpacked > MOST_BYTES) {
        throw new DataFormatException(
            "block %d lies outside of the file or is too large".formatted(blocks.size()));
      }
      blocks.add(inflated(packed, (int) offset, (int) size, (int) unpacked, blocks.size()));
    }
    return blocks;
  }

  private static byte[] inflated(byte[] packed, int offset, int size, int unpacked, int number)
      throws DataFormatException {
    byte[] out = new byte[unpacked];
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(packed, offset, size);
      int n = 0;
      int got = 1;
      while (n < unpacked && got > 0) {
        got = inflater.inflate(out, n, unpacked - n);
        n += got;
      }
      if (n != unpacked) {
        throw new DataFormatException(
            "block %d has %d bytes, not %d".formatted(number, n, unpacked));
      }
    }
    return out;
  }

  private static List<String> verses(ByteBuffer entries, List<byte[]> blocks)
      throws DataFormatException {
    List<String> verses = new ArrayList<>();
    while (entries.hasRemaining()) {
      long block = Integer.toUnsignedLong(entries.getInt());
      long offset = Integer.toUnsignedLong(entries.getInt());
      int length = Short.toUnsignedInt(entries.getShort());
      if (length == 0) {
        verses.add("");
      } else if (block < blocks.size() && offset + length <= blocks.get((int) block).length) {
        verses.add(
            new String(blocks.get((int) block), (int) offset, length, StandardCharsets.UTF_8));
      } else {
        throw new DataFormatException(
            "verse %d lies outside of its block".formatted(verses.size()));
      }
    }
    return verses;
  }
}
