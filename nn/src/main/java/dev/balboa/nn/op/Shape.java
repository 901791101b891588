package dev.balboa.nn.op;

import java.util.Arrays;
import java.util.List;

/**
 * The dimensions of a tensor, outermost first. Immutable; a rank-0 shape is a scalar, any dimension
 * may be zero.
 *
 * <p>Rank is at most {@value #MAX_RANK} and the element count fits a {@code long}; both are checked
 * on creation.
 */
public final class Shape {
  /** The highest rank that any backend has to handle. */
  public static final int MAX_RANK = 8;

  private static final Shape SCALAR = new Shape(new long[0]);

  private final long[] dims;
  private final long size;
  private final int hash;

  private Shape(long[] dims) {
    if (dims.length > MAX_RANK) {
      throw new IllegalArgumentException(
          "shape: rank "
              + dims.length
              + " is above the maximum of "
              + MAX_RANK
              + ": "
              + Arrays.toString(dims));
    }
    long size = 1;
    boolean empty = false;
    for (long d : dims) {
      if (d < 0) {
        throw new IllegalArgumentException("shape: negative dimension in " + Arrays.toString(dims));
      }
      empty |= d == 0;
    }
    for (long d : dims) {
      try {
        size = empty ? 0 : Math.multiplyExact(size, d);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "shape: " + Arrays.toString(dims) + " has more than 2^63-1 elements", e);
      }
    }
    this.dims = dims;
    this.size = size;
    this.hash = Arrays.hashCode(dims);
  }

  /** The shape with these dimensions. */
  public static Shape of(long... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone());
  }

  /** The rank-0 shape. */
  public static Shape scalar() {
    return SCALAR;
  }

  /** Number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** Number of elements. */
  public long size() {
    return size;
  }

  /** Dimension {@code axis}; negative axes count from the end. */
  public long dim(int axis) {
    return dims[axis(axis)];
  }

  /** A copy of the dimensions. */
  public long[] dims() {
    return dims.clone();
  }

  /** {@code axis} as an index in {@code [0, rank)}; negative axes count from the end. */
  public int axis(int axis) {
    return axis("shape", axis);
  }

  /**
   * As {@link #axis(int)}, for an operation.
   *
   * @throws IllegalArgumentException naming {@code op} when there is no such axis
   */
  public int axis(String op, int axis) {
    int a = axis < 0 ? axis + dims.length : axis;
    if (a < 0 || a >= dims.length) { // dim(int) comes by here: no message is made for nothing
      throw Check.fail(op, "expected an axis of " + this + ", got " + axis);
    }
    return a;
  }

  /** This shape with dimension {@code axis} replaced. */
  public Shape with(int axis, long dim) {
    long[] d = dims.clone();
    d[axis(axis)] = dim;
    return new Shape(d);
  }

  /** The dimensions {@code [from, to)} as a shape. */
  public Shape slice(int from, int to) {
    return of(Arrays.copyOfRange(dims, from, to));
  }

  /** This shape followed by more dimensions. */
  public Shape append(long... more) {
    long[] d = Arrays.copyOf(dims, dims.length + more.length);
    System.arraycopy(more, 0, d, dims.length, more.length);
    return new Shape(d);
  }

  /**
   * The common shape of two operands under NumPy's broadcasting rule: aligned at the last
   * dimension, equal or one.
   *
   * @throws IllegalArgumentException naming {@code op} and both shapes when they do not broadcast
   */
  public static Shape broadcast(String op, Shape a, Shape b) {
    if (a.equals(b)) {
      return a;
    }
    int rank = Math.max(a.rank(), b.rank());
    long[] out = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long da = i <= a.rank() ? a.dims[a.rank() - i] : 1;
      long db = i <= b.rank() ? b.dims[b.rank() - i] : 1;
      if (da != db && da != 1 && db != 1) {
        throw new IllegalArgumentException(
            op
                + ": shapes "
                + a
                + " and "
                + b
                + " do not broadcast: expected equal sizes or 1 in dimension -"
                + i
                + ", got "
                + da
                + " and "
                + db);
      }
      out[rank - i] = da == 1 ? db : da;
    }
    return new Shape(out);
  }

  /** Whether this shape broadcasts to exactly {@code target}. */
  public boolean broadcastsTo(Shape target) {
    if (rank() > target.rank()) {
      return false;
    }
    for (int i = 1; i <= rank(); i++) {
      long d = dims[rank() - i];
      if (d != 1 && d != target.dims[target.rank() - i]) {
        return false;
      }
    }
    return true;
  }

  /** The dimensions as an immutable list. */
  public List<Long> toList() {
    return Arrays.stream(dims).boxed().toList();
  }

  @Override
  public boolean equals(Object o) {
    return this == o || (o instanceof Shape s && hash == s.hash && Arrays.equals(dims, s.dims));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** For example {@code [8, 1, 28, 28]}. */
  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
