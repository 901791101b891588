package dev.balboa.nn.tensor;

/** Norms of matrices. */
public enum MatrixNorm {
  /** Root of the sum of squares. */
  FROBENIUS,
  /** Sum of the singular values. */
  NUCLEAR,
  /** Largest singular value. */
  SPECTRAL,
  /** Largest sum of a column's absolute values. */
  ONE,
  /** Largest sum of a row's absolute values. */
  INFINITY
}
