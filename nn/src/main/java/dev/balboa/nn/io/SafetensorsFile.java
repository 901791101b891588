package dev.balboa.nn.io;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * A safetensors file, mapped into memory: the whole header is checked when it is opened, elements
 * are read from the disk when they are asked for.
 *
 * <p>The file must not be shortened while it is open; replacing it, as {@link Safetensors#write}
 * does, is harmless.
 *
 * <p>Thread rule: safe to share; closed when no other thread is using it.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final Arena arena;
  private final MemorySegment data;
  private final SafetensorsHeader header;

  private SafetensorsFile(Path file, Arena arena, MemorySegment data, SafetensorsHeader header) {
    this.file = file;
    this.arena = arena;
    this.data = data;
    this.header = header;
  }

  /** See {@link Safetensors#open}. */
  @SuppressWarnings("MustBeClosedChecker") // the arena is the file's, which closes it
  static SafetensorsFile open(Path file) throws IOException {
    Arena arena = Arena.ofShared();
    boolean done = false;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      long start = 8 + headerBytes(file, all);
      SafetensorsHeader header =
          SafetensorsHeader.parse(
              file, all.asSlice(8, start - 8).asByteBuffer(), all.byteSize() - start);
      done = true;
      return new SafetensorsFile(file, arena, all.asSlice(start), header);
    } finally {
      if (!done) {
        arena.close();
      }
    }
  }

  private static long headerBytes(Path file, MemorySegment all) throws SafetensorsException {
    if (all.byteSize() < 8) {
      throw new SafetensorsException(
          file, "expected at least the 8 bytes of the header's length, got " + all.byteSize());
    }
    long length = all.get(LENGTH, 0);
    if (length < 0 || length > SafetensorsHeader.MAX_BYTES) {
      throw new SafetensorsException(
          file,
          "expected a header of at most "
              + SafetensorsHeader.MAX_BYTES
              + " bytes, got "
              + Long.toUnsignedString(length));
    }
    if (length > all.byteSize() - 8) {
      throw new SafetensorsException(
          file,
          "expected a header of " + length + " bytes, got " + (all.byteSize() - 8) + " in all");
    }
    return length;
  }

  /** Free text by key, such as {@code format}. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** Shape and type of every tensor by name, in the order of the file's data. */
  public Map<String, TensorSpec> specs() {
    Map<String, TensorSpec> specs = new LinkedHashMap<>();
    header.tensors().forEach((name, extent) -> specs.put(name, extent.spec()));
    return Collections.unmodifiableMap(specs);
  }

  /**
   * The elements of one tensor in the file, read-only, not necessarily aligned to their size; valid
   * until the file is closed.
   *
   * @throws NoSuchElementException if there is no tensor of that name
   */
  public MemorySegment data(String name) {
    SafetensorsHeader.Extent extent = extent(name);
    return data.asSlice(extent.offset(), extent.spec().byteSize());
  }

  private SafetensorsHeader.Extent extent(String name) {
    SafetensorsHeader.Extent extent = header.tensors().get(name);
    if (extent == null) {
      throw new NoSuchElementException(
          "safetensors: " + file + ": no tensor '" + name + "' among " + header.tensors().keySet());
    }
    return extent;
  }

  /**
   * A copy of one tensor in the current scope.
   *
   * @throws NoSuchElementException if there is no tensor of that name
   * @throws SafetensorsException if it is a BOOL tensor with bytes other than 0 and 1
   */
  public Tensor read(String name) throws SafetensorsException {
    TensorSpec spec = extent(name).spec();
    MemorySegment elements = data(name);
    if (spec.dtype() == DType.BOOL) {
      for (long i = 0; i < elements.byteSize(); i++) {
        byte b = elements.get(ValueLayout.JAVA_BYTE, i);
        if (b != 0 && b != 1) {
          throw new SafetensorsException(
              file,
              "tensor "
                  + Quote.of(name)
                  + ": expected elements of 0 and 1, got "
                  + Byte.toUnsignedInt(b));
        }
      }
    }
    return Tensors.copyOf(elements, spec);
  }

  /** Copies of all tensors in the current scope, by name, in the order of the file's data. */
  public Map<String, Tensor> readAll() throws SafetensorsException {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (String name : header.tensors().keySet()) {
      all.put(name, read(name));
    }
    return all;
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  /** File name and number of tensors. */
  @Override
  public String toString() {
    return "safetensors file " + file + " of " + header.tensors().size() + " tensors";
  }
}
