package dev.balboa.nn.backend.reference;

import java.util.List;

/** Orders of axes. */
final class Axes {
  private Axes() {}

  /** All axes of a tensor in order, but those of {@code last} at the end. */
  static int[] last(int rank, List<Integer> last) {
    int[] order = new int[rank];
    int kept = 0;
    int moved = rank - last.size();
    for (int axis = 0; axis < rank; axis++) {
      if (last.contains(axis)) {
        order[moved++] = axis;
      } else {
        order[kept++] = axis;
      }
    }
    return order;
  }

  /** All axes in order, but the last two exchanged. */
  static int[] transposed(int rank) {
    int[] order = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      order[axis] = axis;
    }
    order[rank - 1] = rank - 2;
    order[rank - 2] = rank - 1;
    return order;
  }
}
