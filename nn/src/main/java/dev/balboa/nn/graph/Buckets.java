package dev.balboa.nn.graph;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** All buckets of a function: from the shapes that are handed in to those that are captured. */
final class Buckets {
  private final List<Bucket> all;

  Buckets(List<Bucket> all) {
    this.all = all;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** The shapes that serve these arguments. */
  List<TensorSpec> roundUp(List<TensorSpec> arguments) {
    return roundUp(arguments, Set.of());
  }

  /** The same, but for buckets that leave a size of 1 as it is. */
  List<TensorSpec> roundUp(List<TensorSpec> arguments, Set<Integer> stretching) {
    List<TensorSpec> up = new ArrayList<>(arguments);
    for (int b = 0; b < all.size(); b++) {
      Bucket bucket = all.get(b);
      long given = size(bucket, arguments);
      long size = given == 1 && stretching.contains(b) ? 1 : bucket.roundUp(given);
      for (Bucket.Axis a : bucket.axes()) {
        TensorSpec spec = up.get(a.argument());
        up.set(a.argument(), spec.withShape(spec.shape().with(a.axis(), size)));
      }
    }
    return up;
  }

  /** The size that all dimensions of a bucket have. */
  private static long size(Bucket bucket, List<TensorSpec> arguments) {
    long size = -1;
    for (Bucket.Axis a : bucket.axes()) {
      if (a.argument() >= arguments.size()
          || a.axis() >= arguments.get(a.argument()).shape().rank()) {
        throw new IllegalArgumentException(
            "bucket: there is no axis "
                + a.axis()
                + " of argument "
                + a.argument()
                + " among "
                + arguments);
      }
      long dim = arguments.get(a.argument()).shape().dim(a.axis());
      if (size >= 0 && dim != size) {
        throw new IllegalArgumentException(
            "bucket: expected equal sizes along " + bucket.axes() + ", got " + arguments);
      }
      size = dim;
    }
    return size;
  }

  /**
   * What padding does in a graph.
   *
   * @param results for each the bucket of each of its axes, -1 for none
   * @param stretching buckets whose size 1 would be broadcast as no other is
   */
  record Padding(List<int[]> results, Set<Integer> stretching) {}

  /**
   * Follows the padding.
   *
   * @throws IllegalArgumentException if it could come into a result
   */
  Padding follow(Graph graph) {
    if (isEmpty()) {
      return new Padding(List.of(), Set.of());
    }
    PaddedAxes axes = new PaddedAxes(graph, all);
    return new Padding(axes.results(), axes.stretching());
  }

  /** What is left of a result for these arguments. */
  TensorSpec cut(TensorSpec result, int[] axes, List<TensorSpec> arguments) {
    Shape shape = result.shape();
    for (int i = 0; i < axes.length; i++) {
      if (axes[i] >= 0) {
        shape = shape.with(i, size(all.get(axes[i]), arguments));
      }
    }
    return result.withShape(shape);
  }
}
