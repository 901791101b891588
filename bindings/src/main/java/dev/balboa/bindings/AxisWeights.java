package dev.balboa.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A sparse matrix that is applied along one axis: for each position of the result the positions of
 * the input it is the weighted sum of. Prepared once and used in any number of runs; immutable and
 * thread-safe. Holds off-heap memory that goes with the object.
 */
public final class AxisWeights {

  private final long inputs;
  private final long outputs;
  private final MemorySegment offsets;
  private final MemorySegment sources;
  private final MemorySegment weights;

  private AxisWeights(long inputs, long[] offsets, long[] sources, double[] weights) {
    this.inputs = inputs;
    this.outputs = offsets.length - 1L;
    Arena arena = Arena.ofAuto();
    this.offsets = arena.allocateFrom(ValueLayout.JAVA_LONG, offsets);
    this.sources = arena.allocateFrom(ValueLayout.JAVA_LONG, sources);
    this.weights = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, weights);
  }

  /**
   * Returns a matrix by rows.
   *
   * @param inputs positions of the input
   * @param offsets where each row's terms start, and where the last one's end
   * @param sources position of the input of each term
   * @param weights weight of each term
   */
  public static AxisWeights of(long inputs, long[] offsets, long[] sources, double[] weights) {
    boolean fits =
        offsets.length > 0
            && offsets[0] == 0
            && offsets[offsets.length - 1] == sources.length
            && sources.length == weights.length
            && Arrays.stream(sources).allMatch(s -> s >= 0 && s < inputs);
    for (int j = 1; fits && j < offsets.length; j++) {
      fits = offsets[j] >= offsets[j - 1];
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "axis weights: "
              + sources.length
              + " terms from "
              + inputs
              + " inputs do not make "
              + (offsets.length - 1)
              + " rows");
    }
    return new AxisWeights(inputs, offsets, sources, weights);
  }

  /** Returns how many positions the input has. */
  public long inputs() {
    return inputs;
  }

  /** Returns how many positions the result has. */
  public long outputs() {
    return outputs;
  }

  MemorySegment offsets() {
    return offsets;
  }

  MemorySegment sources() {
    return sources;
  }

  MemorySegment weights() {
    return weights;
  }
}
