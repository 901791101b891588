package dev.balboa.nn.layer;

import dev.balboa.nn.tensor.RecurrentOutput;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.Tensor;

/**
 * A recurrent layer that goes on where it stopped: each call starts from the state in which the one
 * before ended, the first one from zeros. Made by {@link RecurrentLayer#stream}.
 *
 * <p>A long sequence in pieces, whose gradients reach back to the beginning of their piece and no
 * further, is truncated back-propagation through time:
 *
 * <pre>{@code
 * try (RecurrentStream stream = lstm.stream()) {
 *   for (Batch piece : pieces) {
 *     try (var scope = Scope.open()) {
 *       adam.zeroGrad();
 *       loss.apply(dense.forward(stream.run(piece.x())), piece.y()).backward();
 *       adam.step();
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Owns the memory of the state, in which no scope of the caller's has a part; results belong to
 * the innermost scope. {@code backward} has to be called before the next call. Thread rule: belongs
 * to one thread at a time; several streams may share a layer.
 */
public final class RecurrentStream implements AutoCloseable {
  private final RecurrentLayer<?> layer;
  private RecurrentState state;

  /** What the last call started from, for the way back. */
  private RecurrentState before;

  RecurrentStream(RecurrentLayer<?> layer) {
    this.layer = layer;
  }

  /** One step: input [N, C], output [N, units] (both added: joined are refused). */
  public Tensor step(Tensor x) {
    return advance(layer.step(x, state));
  }

  /** Some steps: input [N, T, C], output [N, T, units]; [T, N, ...] if the layer is time-major. */
  public Tensor run(Tensor x) {
    return advance(layer.run(x, state));
  }

  private Tensor advance(RecurrentOutput out) {
    close(before);
    before = state;
    state = out.state().detach().keep();
    return out.y();
  }

  /** The state in which the last call ended, which stays this stream's; {@code null} at first. */
  public RecurrentState state() {
    return state;
  }

  /** Begins anew, from zeros. */
  public void reset() {
    close(before);
    close(state);
    before = null;
    state = null;
  }

  private static void close(RecurrentState old) {
    if (old != null) {
      old.close();
    }
  }

  /** Frees the state; the layer stays open. */
  @Override
  public void close() {
    reset();
  }
}
