package dev.balboa.nn.graph;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;

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
    List<TensorSpec> up = new ArrayList<>(arguments);
    for (Bucket bucket : all) {
      long size = bucket.roundUp(size(bucket, arguments));
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
   * For each result the bucket of each of its axes, -1 for none.
   *
   * @throws IllegalArgumentException if padding could come into a result
   */
  List<int[]> resultAxes(Graph graph) {
    return new PaddedAxes(graph, all).results();
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
