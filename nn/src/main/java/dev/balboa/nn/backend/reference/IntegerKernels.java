package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.ReduceKind;

/** Arithmetic of integers: in 64 bits that wrap, of which the type keeps its own. */
final class IntegerKernels {
  private IntegerKernels() {}

  static Kernel binary(BinaryKind kind, DType dtype) {
    return (in, out) -> {
      long[] a = in[0].wholes();
      long[] b = in[1].wholes();
      long[] y = out[0].wholes();
      for (int i = 0; i < y.length; i++) {
        y[i] = ElementwiseKernels.narrow(dtype, of(kind, a[i], b[i]));
      }
    };
  }

  private static long of(BinaryKind kind, long a, long b) {
    return switch (kind) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> b == 0 ? 0 : a / b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case POW -> power(a, b);
      case REMAINDER -> b == 0 ? 0 : Math.floorMod(a, b);
      case FMOD -> b == 0 ? 0 : a % b;
      case FLOOR_DIVIDE -> b == 0 ? 0 : Math.floorDiv(a, b);
      case ATAN2, HYPOT, LOG_ADD_EXP ->
          throw new IllegalArgumentException("integers have no " + kind);
    };
  }

  private static long power(long a, long b) {
    if (b < 0) {
      return a == 1 ? 1 : a == -1 ? (b % 2 != 0 ? -1 : 1) : 0;
    }
    long result = 1;
    long base = a;
    for (long n = b; n != 0; n >>= 1) {
      result *= (n & 1) != 0 ? base : 1;
      base *= base;
    }
    return result;
  }

  static Kernel reduce(ReduceKind kind, DType dtype, int length) {
    return (in, out) -> {
      long[] x = in[0].wholes();
      long[] y = out[0].wholes();
      for (int r = 0; r < y.length; r++) {
        long result =
            switch (kind) {
              case SUM -> 0;
              case PROD -> 1;
              case MAX, MIN -> x[r * length];
              case MEAN, NORM2, LOGSUMEXP ->
                  throw new IllegalArgumentException("integers have no " + kind);
            };
        for (int i = r * length; i < (r + 1) * length; i++) {
          result =
              switch (kind) {
                case SUM -> result + x[i];
                case PROD -> result * x[i];
                case MAX -> Math.max(result, x[i]);
                default -> Math.min(result, x[i]);
              };
        }
        y[r] = ElementwiseKernels.narrow(dtype, result);
      }
    };
  }

  /** Position of the first largest or smallest. */
  static int first(boolean max, long[] x, int from, int length) {
    int best = 0;
    for (int i = 1; i < length; i++) {
      if (max ? x[from + i] > x[from + best] : x[from + i] < x[from + best]) {
        best = i;
      }
    }
    return best;
  }
}
