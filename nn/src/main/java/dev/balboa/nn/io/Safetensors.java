package dev.balboa.nn.io;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Gradients;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes tensors in the safetensors format, version of <a
 * href="https://github.com/huggingface/safetensors#format">the specification</a> of 2023: 8 bytes
 * of header length, a JSON header, the elements of all tensors in little-endian row-major order.
 */
public final class Safetensors {
  /** The largest piece handed to the file system at once. */
  private static final long CHUNK = 1 << 28;

  private Safetensors() {}

  /**
   * Opens a file and checks its header; the caller closes it.
   *
   * @throws SafetensorsException if it is not a valid safetensors file, or has a tensor of a type
   *     or rank that {@link TensorSpec} cannot express
   */
  public static SafetensorsFile open(Path file) throws IOException {
    return SafetensorsFile.open(file);
  }

  /**
   * Writes tensors to a file, replacing it atomically: at any moment, also of a crash, the path
   * holds the old file or the whole new one, and when this returns the new one is on the disk.
   *
   * <p>Elements are stored in the given order, types of larger elements first, so that each tensor
   * is aligned. The bytes of the file depend on the arguments alone.
   *
   * @param tensors by name
   * @param metadata free text by key
   * @throws IllegalArgumentException if a name cannot be stored, or the header is too large
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException(
          "safetensors: expected a little-endian platform, got " + ByteOrder.nativeOrder());
    }
    List<Map.Entry<String, Tensor>> ordered =
        tensors.entrySet().stream()
            .sorted(
                Comparator.comparingInt(
                    (Map.Entry<String, Tensor> e) -> -e.getValue().dtype().bytes()))
            .toList();
    HeaderWriter header = new HeaderWriter(metadata);
    ordered.forEach(e -> header.add(e.getKey(), e.getValue().spec()));
    ByteBuffer head = header.bytes();
    AtomicFile.write(
        file,
        channel -> {
          while (head.hasRemaining()) {
            channel.write(head);
          }
          for (var entry : ordered) {
            writeElements(channel, entry.getValue());
          }
        });
  }

  private static void writeElements(FileChannel channel, Tensor tensor) throws IOException {
    TensorSpec spec = tensor.spec();
    try (var _ = Scope.open()) {
      ArrayValue value = (ArrayValue) Gradients.withoutHistory(tensor.value());
      ArrayValue dense =
          value.isContiguous() ? value : Execution.current().eager().contiguous(value);
      Block block = dense.storage().block();
      block.acquire();
      try {
        MemorySegment elements = dense.storage().segment().asSlice(0, spec.byteSize());
        for (long at = 0; at < elements.byteSize(); at += CHUNK) {
          ByteBuffer piece =
              elements.asSlice(at, Math.min(CHUNK, elements.byteSize() - at)).asByteBuffer();
          while (piece.hasRemaining()) {
            channel.write(piece);
          }
        }
      } finally {
        block.release();
      }
    }
  }
}
