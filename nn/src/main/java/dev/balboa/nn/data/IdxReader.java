package dev.balboa.nn.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files (LeCun's format of the MNIST set): two zero bytes, element type, rank, dimensions
 * as big-endian I32, elements. Plain or gzipped, elements of unsigned bytes only.
 *
 * <p>Strict: sizes are checked before memory is taken, and nothing may follow the elements.
 */
public final class IdxReader {
  /** How many elements a file may have unless told. */
  public static final int DEFAULT_LIMIT = 1 << 30;

  private static final int UNSIGNED_BYTE = 0x08;
  private static final int MAX_RANK = 8;

  private final Path file;
  private final InputStream in;
  private long offset;

  private IdxReader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /** The content of a file: dimensions, outermost first, and elements in row-major order. */
  public static final class Array {
    private final int[] dims;
    private final byte[] elements;

    private Array(int[] dims, byte[] elements) {
      this.dims = dims;
      this.elements = elements;
    }

    /** A copy of the dimensions. */
    public int[] dims() {
      return dims.clone();
    }

    /** The elements, unsigned; not a copy. */
    public byte[] elements() {
      return elements;
    }
  }

  /**
   * Reads a file of at most {@link #DEFAULT_LIMIT} elements.
   *
   * @param rank how many dimensions it must have: 3 for pictures, 1 for labels
   * @throws IdxException if it is not a valid file of that kind
   */
  public static Array read(Path file, int rank) throws IOException {
    return read(file, rank, DEFAULT_LIMIT);
  }

  /**
   * Reads a file of at most {@code limit} elements.
   *
   * @param rank how many dimensions it must have
   * @throws IdxException if it is not a valid file of that kind
   */
  public static Array read(Path file, int rank, int limit) throws IOException {
    if (rank < 1 || rank > MAX_RANK) {
      throw new IllegalArgumentException("idx: expected a rank in [1, 8], got " + rank);
    }
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
      raw.mark(2);
      boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
      raw.reset();
      if (!gzip) {
        return new IdxReader(file, raw).read(rank, limit, Files.size(file));
      }
      try (InputStream unpacked = new GZIPInputStream(raw, 1 << 16)) {
        return new IdxReader(file, unpacked).read(rank, limit, Long.MAX_VALUE);
      }
    } catch (ZipException | EOFException e) {
      IdxException broken = new IdxException(file, 0, "broken gzip data: " + e.getMessage());
      broken.initCause(e);
      throw broken;
    }
  }

  private Array read(int rank, int limit, long fileSize) throws IOException {
    byte[] magic = take(4, "the magic number");
    if (magic[0] != 0 || magic[1] != 0) {
      throw new IdxException(
          file, 0, String.format("expected two zero bytes, got %02x %02x", magic[0], magic[1]));
    }
    if (magic[2] != UNSIGNED_BYTE) {
      throw new IdxException(
          file, 2, String.format("expected type 08 (unsigned byte), got %02x", magic[2]));
    }
    if (magic[3] != rank) {
      throw new IdxException(
          file, 3, "expected rank " + rank + ", got " + Byte.toUnsignedInt(magic[3]));
    }
    int[] dims = new int[rank];
    long count = 1;
    for (int i = 0; i < rank; i++) {
      dims[i] = dimension(i);
      count = Math.min(count * dims[i], Integer.MAX_VALUE + 1L);
    }
    checkCount(dims, count, limit, fileSize);
    byte[] elements = take((int) count, "elements of dimensions " + Arrays.toString(dims));
    if (in.read() >= 0) {
      throw new IdxException(
          file, offset, "expected the end of the file after the elements, got more bytes");
    }
    return new Array(dims, elements);
  }

  private int dimension(int index) throws IOException {
    byte[] b = take(4, "dimension " + index);
    int dim = (b[0] & 0xff) << 24 | (b[1] & 0xff) << 16 | (b[2] & 0xff) << 8 | (b[3] & 0xff);
    if (dim < 1) {
      throw new IdxException(
          file,
          offset - 4,
          "expected dimension " + index + " in [1, 2^31), got " + Integer.toUnsignedString(dim));
    }
    return dim;
  }

  private void checkCount(int[] dims, long count, int limit, long fileSize) throws IOException {
    if (count > limit) {
      throw new IdxException(
          file, 4, "expected at most " + limit + " elements, got " + Arrays.toString(dims));
    }
    if (count > fileSize - offset) {
      throw new IdxException(
          file,
          offset,
          "expected "
              + count
              + " bytes for dimensions "
              + Arrays.toString(dims)
              + ", got "
              + (fileSize - offset));
    }
  }

  private byte[] take(int count, String what) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length != count) {
      throw new IdxException(
          file, offset, "expected " + count + " bytes of " + what + ", got " + bytes.length);
    }
    offset += count;
    return bytes;
  }
}
