package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Shapes of matrices, and the small vocabulary that their derivatives are written in. */
final class Matrices {
  private Matrices() {}

  /** Checks a matrix or a batch of them. */
  static Shape matrix(String op, String what, TensorSpec a) {
    Check.floating(op, what, a);
    Check.that(a.shape().rank() >= 2, op, what + " of rank 2 or more", a);
    return a.shape();
  }

  static Shape square(String op, TensorSpec a) {
    Shape shape = matrix(op, "matrix", a);
    Check.that(shape.dim(-1) == shape.dim(-2), op, "square matrices", a);
    return shape;
  }

  /** Right-hand sides [..., m, k] of matrices [..., m, n] with the same leading axes. */
  static void rightSide(String op, TensorSpec a, TensorSpec b) {
    Check.sameType(op, a, b);
    Shape wanted = a.shape();
    boolean fits =
        b.shape().rank() == wanted.rank() && b.shape().with(-1, 0).equals(wanted.with(-1, 0));
    Check.that(fits, op, "right-hand sides [..., m, k] for " + a, b);
  }

  static Shape batch(Shape matrices) {
    return matrices.slice(0, matrices.rank() - 2);
  }

  static Value transposed(Emit e, Value x) {
    int rank = x.spec().shape().rank();
    List<Integer> axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.swap(axes, rank - 1, rank - 2);
    return e.apply(new Permute(axes), x);
  }

  /** x[..., i, j] where i (kind) j, else {@code other}. */
  static Value where(Emit e, CompareKind kind, Value x, Value other) {
    Shape shape = x.spec().shape();
    Value rows = e.apply(new Arange(0, 1, shape.dim(-2), DType.I32));
    Value columns = e.apply(new Arange(0, 1, shape.dim(-1), DType.I32));
    Value down = e.reshape(rows, Shape.of(shape.dim(-2), 1));
    return e.where(e.compare(kind, down, columns), x, other);
  }

  /** The part of a matrix where row (kind) column. */
  static Value part(Emit e, CompareKind kind, Value x) {
    return where(e, kind, x, e.scalarLike(x, 0));
  }

  static Value times(Emit e, Value x, double factor) {
    return e.mul(x, e.scalarLike(x, factor));
  }

  /** (x + x transposed) / 2. */
  static Value symmetric(Emit e, Value x) {
    return times(e, e.add(x, transposed(e, x)), 0.5);
  }

  /** x - x transposed. */
  static Value skew(Emit e, Value x) {
    return e.sub(x, transposed(e, x));
  }

  /** A vector [..., n] as columns [..., n, 1]. */
  static Value column(Emit e, Value x) {
    return e.reshape(x, x.spec().shape().append(1));
  }

  /** A vector [..., n] as rows [..., 1, n]. */
  static Value row(Emit e, Value x) {
    Shape s = x.spec().shape();
    return e.reshape(x, s.slice(0, s.rank() - 1).append(1, s.dim(-1)));
  }

  /** [..., n, n] with {@code x} [..., n] on the diagonal. */
  static Value diagonal(Emit e, Value x) {
    Shape s = x.spec().shape();
    return part(e, CompareKind.EQ, e.expand(column(e, x), s.append(s.dim(-1))));
  }

  /** Identities of the shape of square matrices {@code like}. */
  static Value identity(Emit e, Value like) {
    return part(e, CompareKind.EQ, e.fillLike(like, 1));
  }

  /** A number for each matrix, to be multiplied with it. */
  static Value scalar(Emit e, Value x) {
    return e.reshape(x, x.spec().shape().append(1, 1));
  }

  /**
   * x[j] - x[i] in row i and column j, and 1 on the diagonal: what a small turn of eigenvectors is
   * divided by.
   */
  static Value gaps(Emit e, Value x) {
    Value gaps = e.sub(row(e, x), column(e, x));
    return where(e, CompareKind.NE, gaps, e.scalarLike(x, 1));
  }
}
