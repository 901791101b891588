package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The rules of axes that are reduced: non-negative, ascending, distinct. */
final class ReducedAxes {
  private ReducedAxes() {}

  /** A copy of axes in order. */
  static List<Integer> checked(String op, List<Integer> axes) {
    List<Integer> copy = List.copyOf(axes);
    for (int i = 0; i < copy.size(); i++) {
      if (copy.get(i) < 0 || (i > 0 && copy.get(i) <= copy.get(i - 1))) {
        throw Check.fail(
            op, "expected axes that are not negative, ascending and distinct, got " + copy);
      }
    }
    return copy;
  }

  /** Axes of a shape; negative ones count from the end, none at all means every one. */
  static List<Integer> of(Shape shape, int... axes) {
    Integer[] all = new Integer[axes.length == 0 ? shape.rank() : axes.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = axes.length == 0 ? i : shape.axis(axes[i]);
    }
    Arrays.sort(all);
    return List.of(all);
  }

  /** The shape that is left. */
  static Shape result(String op, Shape shape, List<Integer> axes, boolean keepDims) {
    int rank = shape.rank();
    Check.that(axes.stream().allMatch(a -> a < rank), op, "axes below rank " + rank, axes);
    List<Long> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      if (!axes.contains(i)) {
        dims.add(shape.dim(i));
      } else if (keepDims) {
        dims.add(1L);
      }
    }
    return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
  }

  /** How many elements go into one result. */
  static long count(Shape shape, List<Integer> axes) {
    long n = 1;
    for (int axis : axes) {
      n *= shape.dim(axis);
    }
    return n;
  }
}
