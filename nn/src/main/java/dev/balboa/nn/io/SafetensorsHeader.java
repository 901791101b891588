package dev.balboa.nn.io;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The checked header of a safetensors file.
 *
 * @param tensors where each is, in the order of their data, which they cover without gap
 * @param metadata free text by key
 */
record SafetensorsHeader(Map<String, Extent> tensors, Map<String, String> metadata) {
  /** The most bytes a header may have, as in the reference implementation. */
  static final int MAX_BYTES = 100_000_000;

  /** A tensor's spec, and the position of its elements from the end of the header, in bytes. */
  record Extent(TensorSpec spec, long offset) {
    long end() {
      return offset + spec.byteSize();
    }
  }

  /**
   * Reads a header.
   *
   * @param dataBytes how many bytes follow it in the file
   */
  static SafetensorsHeader parse(Path file, ByteBuffer bytes, long dataBytes)
      throws SafetensorsException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw caused(new SafetensorsException(file, "the header is not valid UTF-8"), e);
    }
    HeaderJson json;
    try {
      json = HeaderJson.parse(text);
    } catch (HeaderJson.Malformed e) {
      throw caused(new SafetensorsException(file, e.getMessage()), e);
    }
    List<Map.Entry<String, Extent>> extents = new ArrayList<>();
    for (var entry : json.tensors().entrySet()) {
      try {
        extents.add(Map.entry(entry.getKey(), extent(entry.getValue())));
      } catch (IllegalArgumentException e) {
        String name = Quote.of(entry.getKey());
        throw caused(new SafetensorsException(file, "tensor " + name + ": " + e.getMessage()), e);
      }
    }
    return new SafetensorsHeader(
        inOrder(file, extents, dataBytes), Collections.unmodifiableMap(json.metadata()));
  }

  private static SafetensorsException caused(SafetensorsException e, Exception cause) {
    e.initCause(cause);
    return e;
  }

  private static Extent extent(HeaderJson.Entry entry) {
    TensorSpec spec =
        new TensorSpec(
            Shape.of(entry.shape().stream().mapToLong(Long::longValue).toArray()),
            dtype(entry.dtype()));
    List<Long> offsets = entry.dataOffsets();
    if (offsets.size() != 2
        || offsets.get(0) > offsets.get(1)
        || offsets.get(1) - offsets.get(0) != spec.byteSize()) {
      throw new IllegalArgumentException(
          "expected data_offsets of the "
              + spec.byteSize()
              + " bytes of "
              + spec
              + ", got "
              + offsets);
    }
    return new Extent(spec, offsets.get(0));
  }

  private static DType dtype(String name) {
    for (DType dtype : DType.values()) {
      if (dtype.name().equals(name)) {
        return dtype;
      }
    }
    throw new IllegalArgumentException(
        "expected a dtype of " + Arrays.toString(DType.values()) + ", got " + Quote.of(name));
  }

  private static Map<String, Extent> inOrder(
      Path file, List<Map.Entry<String, Extent>> extents, long dataBytes)
      throws SafetensorsException {
    extents.sort(
        Comparator.comparingLong((Map.Entry<String, Extent> e) -> e.getValue().offset())
            .thenComparingLong(e -> e.getValue().end()));
    Map<String, Extent> ordered = new LinkedHashMap<>();
    long end = 0;
    for (var entry : extents) {
      Extent extent = entry.getValue();
      if (extent.offset() != end) {
        throw new SafetensorsException(
            file,
            "tensor "
                + Quote.of(entry.getKey())
                + (extent.offset() < end ? " overlaps another" : " leaves a gap before it")
                + ": expected data from byte "
                + end
                + " on, got "
                + extent.offset());
      }
      end = extent.end();
      ordered.put(entry.getKey(), extent);
    }
    if (end != dataBytes) {
      throw new SafetensorsException(
          file, "expected " + end + " bytes of data after the header, got " + dataBytes);
    }
    return Collections.unmodifiableMap(ordered);
  }
}
