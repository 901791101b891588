package dev.balboa.nn.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sizes that a dimension of some arguments is rounded up to, so that a few programs serve all of
 * them:
 *
 * <pre>{@code
 * CompileOptions.defaults().withBuckets(
 *     Bucket.of(1, 8, 32, 128).along(0, 0),          // batch: axis 0 of argument 0
 *     Bucket.of(64, 128, 256).along(0, 1).masked())  // sequence: axis 1
 * }</pre>
 *
 * <p>Arguments are padded with zeros, and results are cut. A dimension above the largest size is
 * left as it is. When a graph is captured, every operation is checked for whether numbers of the
 * padding could come into a result that stays; one that mixes positions of such an axis (a sum over
 * the batch, a softmax over the sequence) is refused by name with its shapes. Where the function
 * hides padding itself, by masks or lengths that are arguments, {@link #masked} says so. A size of
 * 1 has a program of its own where it may be broadcast with an axis that is not padded.
 *
 * @param sizes ascending
 * @param axes the dimensions that have this size, which are equal in every call
 * @param hidden whether the function hides the padding
 */
public record Bucket(List<Long> sizes, List<Axis> axes, boolean hidden) {
  /** A dimension of an argument. */
  public record Axis(int argument, int axis) {}

  /** Checks the sizes. */
  public Bucket {
    sizes = List.copyOf(sizes);
    axes = List.copyOf(axes);
    long last = 0;
    for (long size : sizes) {
      if (size <= last) {
        throw new IllegalArgumentException(
            "bucket: expected ascending sizes of at least 1, got " + sizes);
      }
      last = size;
    }
    if (sizes.isEmpty()) {
      throw new IllegalArgumentException("bucket: expected at least one size");
    }
    for (Axis a : axes) {
      if (a.argument() < 0 || a.axis() < 0) {
        throw new IllegalArgumentException("bucket: expected an argument and an axis, got " + a);
      }
    }
  }

  /** These sizes, of no axis yet. */
  public static Bucket of(long... sizes) {
    return new Bucket(Arrays.stream(sizes).boxed().toList(), List.of(), false);
  }

  /** The same for one more dimension. */
  public Bucket along(int argument, int axis) {
    List<Axis> more = new ArrayList<>(axes);
    more.add(new Axis(argument, axis));
    return new Bucket(sizes, more, hidden);
  }

  /**
   * The function hides the padding: of keys that queries attend to, of what is summed up along the
   * axis, of recurrent steps. Attention without a mask and recurrent layers without lengths are
   * refused all the same.
   */
  public Bucket masked() {
    return new Bucket(sizes, axes, true);
  }

  /**
   * The smallest size that is not below {@code n}; {@code n} itself if there is none, or if it is
   * 0.
   */
  long roundUp(long n) {
    for (long size : sizes) {
      if (size >= n && n > 0) {
        return size;
      }
    }
    return n;
  }
}
