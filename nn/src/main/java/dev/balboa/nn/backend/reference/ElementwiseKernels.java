package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.BFloat16;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Compare;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.ElementwiseChain;
import dev.balboa.nn.op.ElementwiseOp;
import dev.balboa.nn.op.Lerp;
import dev.balboa.nn.op.Logical;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.NanToNum;
import dev.balboa.nn.op.Prelu;
import dev.balboa.nn.op.PreluBackward;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.Where;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** One output element from the input elements at the same (broadcast) position. */
final class ElementwiseKernels {
  private ElementwiseKernels() {}

  static Prepared prepare(ElementwiseOp op, Call call) {
    return switch (op) {
      case Unary o -> call.plain(unary(Functions.unary(o.kind(), o.alpha(), o.beta())));
      case UnaryBackward o -> call.plain(binary(Derivatives.of(o.kind(), o.alpha(), o.beta())));
      case Binary o ->
          call.inputs().get(0).dtype().isFloating()
              ? call.broadcast(binary(Functions.binary(o.kind())))
              : call.broadcast(IntegerKernels.binary(o.kind(), call.outputs().get(0).dtype()));
      case Compare o -> call.broadcast((in, out) -> compare(o.kind(), in, out[0].wholes()));
      case Logical o -> call.broadcast((in, out) -> logical(o.kind(), in, out[0].wholes()));
      case Where _ -> call.broadcast(ElementwiseKernels::where);
      case ElementwiseChain o -> ChainKernels.prepare(o, call);
      case Lerp _ -> call.broadcast(ElementwiseKernels::lerp);
      case NanToNum o -> call.plain(unary(x -> number(o, x)));
      case Cast o -> call.plain((in, out) -> cast(o.dtype(), in[0], out[0]));
      case Prelu _ -> PreluKernels.forward(call);
      case PreluBackward _ -> PreluKernels.backward(call);
      case Dropout o -> call.plain((in, out) -> dropout(o.p(), in, out[0].reals()));
    };
  }

  private static Kernel unary(DoubleUnaryOperator f) {
    return (in, out) -> {
      double[] x = in[0].reals();
      double[] y = out[0].reals();
      for (int i = 0; i < y.length; i++) {
        y[i] = f.applyAsDouble(x[i]);
      }
    };
  }

  private static Kernel binary(DoubleBinaryOperator f) {
    return (in, out) -> {
      double[] a = in[0].reals();
      double[] b = in[1].reals();
      double[] y = out[0].reals();
      for (int i = 0; i < y.length; i++) {
        y[i] = f.applyAsDouble(a[i], b[i]);
      }
    };
  }

  private static void compare(CompareKind kind, Elements[] in, long[] y) {
    if (in[0].isReal()) {
      double[] a = in[0].reals();
      double[] b = in[1].reals();
      for (int i = 0; i < y.length; i++) {
        y[i] = holds(kind, a[i] < b[i], a[i] == b[i], a[i] > b[i]) ? 1 : 0;
      }
    } else {
      long[] a = in[0].wholes();
      long[] b = in[1].wholes();
      for (int i = 0; i < y.length; i++) {
        y[i] = holds(kind, a[i] < b[i], a[i] == b[i], a[i] > b[i]) ? 1 : 0;
      }
    }
  }

  /** None of the three relations holds when an operand is NaN. */
  private static boolean holds(CompareKind kind, boolean less, boolean equal, boolean greater) {
    return switch (kind) {
      case EQ -> equal;
      case NE -> !equal;
      case LT -> less;
      case LE -> less || equal;
      case GT -> greater;
      case GE -> greater || equal;
    };
  }

  private static void logical(LogicalKind kind, Elements[] in, long[] y) {
    long[] a = in[0].wholes();
    long[] b = in[1].wholes();
    for (int i = 0; i < y.length; i++) {
      y[i] =
          switch (kind) {
            case AND -> a[i] & b[i];
            case OR -> a[i] | b[i];
            case XOR -> a[i] ^ b[i];
          };
    }
  }

  private static void where(Elements[] in, Elements[] out) {
    long[] condition = in[0].wholes();
    for (int i = 0; i < condition.length; i++) {
      out[0].copy(condition[i] != 0 ? in[1] : in[2], i, i, 1);
    }
  }

  private static void lerp(Elements[] in, Elements[] out) {
    double[] a = in[0].reals();
    double[] b = in[1].reals();
    double[] w = in[2].reals();
    double[] y = out[0].reals();
    for (int i = 0; i < y.length; i++) {
      double d = b[i] - a[i];
      y[i] = w[i] < 0.5 ? a[i] + w[i] * d : b[i] - (1 - w[i]) * d;
    }
  }

  private static double number(NanToNum op, double x) {
    if (Double.isNaN(x)) {
      return op.nan();
    }
    return Double.isFinite(x) ? x : x > 0 ? op.infinity() : op.minusInfinity();
  }

  private static void cast(DType dtype, Elements in, Elements out) {
    for (int i = 0; i < out.count(); i++) {
      if (out.isReal()) {
        out.reals()[i] = in.isReal() ? in.reals()[i] : real(dtype, in.wholes()[i]);
      } else {
        out.wholes()[i] = in.isReal() ? whole(dtype, in.reals()[i]) : narrow(dtype, in.wholes()[i]);
      }
    }
  }

  /** Rounded once: a 64-bit integer must not pass through {@code double} to become F32 or BF16. */
  private static double real(DType dtype, long x) {
    return switch (dtype) {
      case F32 -> (float) x;
      case BF16 -> BFloat16.toFloat(BFloat16.of(x));
      default -> x;
    };
  }

  /** Truncated and saturated; NaN becomes 0. */
  static long whole(DType dtype, double x) {
    return switch (dtype) {
      case I32 -> (int) x;
      case I64 -> (long) x;
      case U8 -> Math.clamp((long) x, 0, 255);
      case I8 -> Math.clamp((long) x, -128, 127);
      case BOOL -> x != 0 ? 1 : 0;
      case F32, F64, BF16 -> throw new IllegalArgumentException(dtype + " is not an integer type");
    };
  }

  /** The low bits. */
  static long narrow(DType dtype, long x) {
    return switch (dtype) {
      case I32 -> (int) x;
      case I64 -> x;
      case U8 -> x & 0xFF;
      case I8 -> (byte) x;
      case BOOL -> x != 0 ? 1 : 0;
      case F32, F64, BF16 -> throw new IllegalArgumentException(dtype + " is not an integer type");
    };
  }

  /** The numbers drawn are F32, and so is the threshold they are compared with. */
  private static void dropout(double p, Elements[] in, double[] y) {
    double[] x = in[0].reals();
    Philox random = new Philox(in[1].wholes());
    float threshold = (float) p;
    for (int i = 0; i < y.length; i++) {
      y[i] = random.uniform(i) >= threshold ? x[i] * (1 / (1 - p)) : 0;
    }
  }
}
