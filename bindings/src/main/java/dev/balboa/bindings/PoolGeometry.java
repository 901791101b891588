package dev.balboa.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sizes of a 2-d pooling for {@link IndexKernels}. Prepared once and used in any number of runs;
 * immutable and thread-safe. Holds a few bytes of off-heap memory that go with the object.
 */
public final class PoolGeometry {

  private final long inputSize;
  private final long outputSize;
  private final MemorySegment segment;

  private PoolGeometry(long inputSize, long outputSize, MemorySegment segment) {
    this.inputSize = inputSize;
    this.outputSize = outputSize;
    this.segment = segment;
  }

  /**
   * Returns the geometry; each array is height, width.
   *
   * @param input size of the input
   * @param output size of the output
   * @param kernel size of the window
   * @param stride steps, at least 1
   * @param padBegin padding at the top and left
   * @param dilation distances between taps, 1 is a dense window
   */
  public static PoolGeometry of(
      long[] input, long[] output, long[] kernel, long[] stride, long[] padBegin, long[] dilation) {
    long[] values = new long[12];
    long[][] parts = {input, output, kernel, stride, padBegin, dilation};
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].length != 2) {
        throw new IllegalArgumentException(
            "pool geometry: expected height and width, got " + parts[i].length + " sizes");
      }
      values[2 * i] = parts[i][0];
      values[2 * i + 1] = parts[i][1];
    }
    return new PoolGeometry(
        KernelChecks.volume("pool geometry", input[0], input[1]),
        KernelChecks.volume("pool geometry", output[0], output[1]),
        Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, values));
  }

  long inputSize() {
    return inputSize;
  }

  long outputSize() {
    return outputSize;
  }

  MemorySegment segment() {
    return segment;
  }
}
