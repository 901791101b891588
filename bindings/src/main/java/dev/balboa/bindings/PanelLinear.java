package dev.balboa.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A linear map of rows in F32, as a link of a {@link PooledChain} behind its convolutions; what it
 * reads has its channels last. Immutable and thread-safe. Holds a few bytes of off-heap memory that
 * go with the object.
 *
 * <p>Weights lie in panels of 32 filters, filled up with zeros: [panel, feature, 32]. That is
 * {@link FormatTag#BLOCKED_OHWI32O} of [filters, channels, H, W].
 */
public final class PanelLinear {
  private static final String NAME = "panelLinear";
  private static final int PANEL = 32;

  private final MemorySegment numbers;
  private final long inputs;
  private final long weights;
  private final long filters;
  private final long outputs;

  private PanelLinear(long[] numbers) {
    this.numbers = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, numbers);
    this.filters = numbers[2];
    this.inputs = KernelChecks.volume(NAME, numbers[0], numbers[1]);
    this.weights = KernelChecks.volume(NAME, Math.ceilDiv(filters, PANEL) * PANEL, numbers[1]);
    this.outputs = KernelChecks.volume(NAME, numbers[0], filters);
  }

  /**
   * Prepares it.
   *
   * @param relu whether what is below 0 becomes 0
   */
  public static PanelLinear of(long rows, long features, long filters, boolean relu) {
    long[] numbers = {rows, features, filters, relu ? 1 : 0};
    if (rows < 0 || features < 1 || filters < 1 || filters > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          NAME + ": expected rows, features and filters, got " + Arrays.toString(numbers));
    }
    return new PanelLinear(numbers);
  }

  /** It as a part of a chain, with a bias or without. */
  public PooledChain.Link link(boolean bias) {
    return new PooledChain.Link(
        PooledChain.Kind.LINEAR, numbers, inputs, weights, filters, outputs, bias);
  }
}
