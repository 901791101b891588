package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;

/** The states [count, N, units] of several layers and directions, and those of each. */
final class StackedStates {
  private StackedStates() {}

  /** Checks the shapes of states; {@code null} is fine. */
  static void check(RecurrentState state, boolean hasCell, Shape expected) {
    if (state == null) {
      return;
    }
    boolean fits = state.h().shape().equals(expected);
    if (hasCell) {
      fits &= state.c() != null && state.c().shape().equals(expected);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "recurrent layer: expected states of shape "
              + expected
              + ", got h "
              + state.h().spec()
              + (state.c() == null ? " and no c" : " and c " + state.c().spec()));
    }
  }

  /** The states [N, units] of one layer and direction; {@code null} of {@code null}. */
  static RecurrentState part(RecurrentState state, boolean hasCell, int index) {
    if (state == null) {
      return null;
    }
    Tensor c = hasCell ? row(state.c(), index) : null;
    return new RecurrentState(row(state.h(), index), c);
  }

  private static Tensor row(Tensor states, int index) {
    return states.slice(0, index, index + 1).squeeze(0);
  }

  /** All states in one. */
  static RecurrentState stack(List<RecurrentState> states, boolean hasCell) {
    Tensor c = hasCell ? stack(states.stream().map(RecurrentState::c).toList()) : null;
    return new RecurrentState(stack(states.stream().map(RecurrentState::h).toList()), c);
  }

  private static Tensor stack(List<Tensor> parts) {
    return parts.size() == 1
        ? parts.get(0).unsqueeze(0)
        : Tensor.stack(0, parts.toArray(Tensor[]::new));
  }
}
