package dev.balboa.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * For every axis of a result the positions on the same axis of the input that its elements come
 * from, -1 for none. Prepared once and used in any number of runs; immutable and thread-safe. Holds
 * off-heap memory that goes with the object.
 */
public final class AxisMap {

  private final int ndim;
  private final long inputCount;
  private final long outputCount;
  private final MemorySegment inputDims;
  private final MemorySegment outputDims;
  private final MemorySegment tables;

  private AxisMap(long[] in, long[] out, long[] tables, long inputCount, long outputCount) {
    this.ndim = in.length;
    this.inputCount = inputCount;
    this.outputCount = outputCount;
    Arena arena = Arena.ofAuto();
    this.inputDims = arena.allocateFrom(ValueLayout.JAVA_LONG, in);
    this.outputDims = arena.allocateFrom(ValueLayout.JAVA_LONG, out);
    this.tables = arena.allocateFrom(ValueLayout.JAVA_LONG, tables);
  }

  /**
   * Returns a map.
   *
   * @param dims of the input, at least one
   * @param sources one table an axis, entries from -1 to below the dimension
   */
  public static AxisMap of(long[] dims, long[]... sources) {
    if (dims.length == 0 || dims.length != sources.length) {
      throw new IllegalArgumentException(
          "axis map: " + sources.length + " tables for dimensions " + Arrays.toString(dims));
    }
    long[] out = Arrays.stream(sources).mapToLong(t -> t.length).toArray();
    long inputs = 1;
    long outputs = 1;
    for (int d = 0; d < dims.length; d++) {
      inputs = KernelChecks.volume("axis map", inputs, dims[d]);
      outputs = KernelChecks.volume("axis map", outputs, out[d]);
      for (long source : sources[d]) {
        if (source < -1 || source >= dims[d]) {
          throw new IllegalArgumentException(
              "axis map: source " + source + " on axis " + d + " of " + Arrays.toString(dims));
        }
      }
    }
    long[] tables = Arrays.stream(sources).flatMapToLong(Arrays::stream).toArray();
    return new AxisMap(dims, out, tables, inputs, outputs);
  }

  void require(String kernel, int elementSize, MemorySegment x, MemorySegment out) {
    KernelChecks.elements(kernel, "x", x, inputCount, elementSize);
    KernelChecks.result(kernel, "out", out, outputCount, elementSize);
  }

  int ndim() {
    return ndim;
  }

  MemorySegment inputDims() {
    return inputDims;
  }

  MemorySegment outputDims() {
    return outputDims;
  }

  MemorySegment tables() {
    return tables;
  }
}
