package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The cell and the sizes of a recurrent layer, as the kernels take them. Immutable, thread-safe.
 */
public final class RecurrentShape {
  /** What happens at each step. */
  public enum Cell {
    TANH(kernels_h.BALBOA_RNN_TANH(), 1, 1),
    RELU(kernels_h.BALBOA_RNN_RELU(), 1, 1),
    LSTM(kernels_h.BALBOA_RNN_LSTM(), 4, 4),
    LSTM_PEEPHOLE(kernels_h.BALBOA_RNN_LSTM_PEEPHOLE(), 4, 4),
    GRU(kernels_h.BALBOA_RNN_GRU(), 3, 3),
    GRU_LATE_RESET(kernels_h.BALBOA_RNN_GRU_LATE_RESET(), 3, 4);

    private final int value;
    private final int gates;
    private final int biases;

    Cell(int value, int gates, int biases) {
      this.value = value;
      this.gates = gates;
      this.biases = biases;
    }

    boolean isLstm() {
      return this == LSTM || this == LSTM_PEEPHOLE;
    }
  }

  private final Cell cell;
  private final long steps;
  private final long batch;
  private final long channels;
  private final long hidden;
  private final long inputs;
  private final MemorySegment segment;
  private final long workspace;
  private final long forwardScratch;
  private final long backwardScratch;

  private RecurrentShape(Cell cell, long... sizes) {
    this.cell = cell;
    this.steps = sizes[2];
    this.batch = sizes[3];
    this.channels = sizes[4];
    this.hidden = sizes[5];
    this.inputs = extent(steps, batch, channels, sizes[6], sizes[7]);
    this.segment = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, sizes);
    this.workspace = kernels_h.balboa_rnn_workspace(segment);
    if (workspace < 0) {
      throw new IllegalArgumentException(
          "recurrent: a size is negative or too large: T %d, N %d, C %d, H %d, x apart %d and %d"
              .formatted(steps, batch, channels, hidden, sizes[6], sizes[7]));
    }
    this.forwardScratch = kernels_h.balboa_rnn_scratch(segment, 0);
    this.backwardScratch = kernels_h.balboa_rnn_scratch(segment, 1);
  }

  /** A layer of {@code hidden} units over dense inputs [steps, batch, channels]. */
  public static RecurrentShape of(
      Cell cell, boolean reverse, long steps, long batch, long channels, long hidden) {
    return of(cell, reverse, steps, batch, channels, hidden, batch * channels, channels);
  }

  /**
   * A layer over inputs whose rows of {@code channels} are contiguous.
   *
   * @param step elements from a row to that of the next step
   * @param sequence elements from a row to that of the next sequence
   */
  public static RecurrentShape of(
      Cell cell,
      boolean reverse,
      long steps,
      long batch,
      long channels,
      long hidden,
      long step,
      long sequence) {
    Natives.loaded();
    long order = reverse ? 1 : 0;
    return new RecurrentShape(
        cell, cell.value, order, steps, batch, channels, hidden, step, sequence);
  }

  /** Elements from the first that is read to behind the last. */
  private static long extent(long steps, long batch, long channels, long step, long sequence) {
    boolean any = steps > 0 && batch > 0 && channels > 0;
    return any ? (steps - 1) * step + (batch - 1) * sequence + channels : 0;
  }

  /** How many elements forward leaves for backward. */
  public long workspace() {
    return workspace;
  }

  /** How many elements of scratch memory forward needs. */
  public long forwardScratch() {
    return forwardScratch;
  }

  /** How many elements of scratch memory backward needs. */
  public long backwardScratch() {
    return backwardScratch;
  }

  Cell cell() {
    return cell;
  }

  MemorySegment segment() {
    return segment;
  }

  long batch() {
    return batch;
  }

  long hidden() {
    return hidden;
  }

  long rows() {
    return steps * batch;
  }

  long states() {
    return batch * hidden;
  }

  long inputs() {
    return inputs;
  }

  long outputs() {
    return rows() * hidden;
  }

  long inputWeights() {
    return cell.gates * hidden * channels;
  }

  long recurrentWeights() {
    return cell.gates * hidden * hidden;
  }

  /** How many numbers the bias has; so many sums each step has, too. */
  public long biases() {
    return cell.biases * hidden;
  }
}
