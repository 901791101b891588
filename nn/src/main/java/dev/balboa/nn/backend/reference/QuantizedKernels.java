package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dequantize;
import dev.balboa.nn.op.DynamicQuantize;
import dev.balboa.nn.op.Quantize;
import dev.balboa.nn.op.QuantizedConv;
import dev.balboa.nn.op.QuantizedLinear;
import dev.balboa.nn.op.QuantizedMatmul;
import dev.balboa.nn.op.QuantizedOp;
import dev.balboa.nn.op.Shape;
import java.util.ArrayList;
import java.util.List;

/** Numbers as codes, and products of codes: the sums are exact, and what follows rounds once. */
final class QuantizedKernels {
  private static final int WEIGHTS = 3;

  private QuantizedKernels() {}

  static Prepared prepare(QuantizedOp op, Call call) {
    return switch (op) {
      case Quantize o -> {
        DType code = call.outputs().get(0).dtype();
        DType real = call.inputs().get(0).dtype();
        yield perAxis(
            o.axis(),
            call,
            (in, i, c, out) ->
                out.wholes()[i] =
                    code(
                        quotient(real, in[0].reals()[i], in[1].reals()[c]),
                        in[2].wholes()[c],
                        code));
      }
      case Dequantize o ->
          perAxis(
              o.axis(),
              call,
              (in, i, c, out) ->
                  out.reals()[i] = (in[0].wholes()[i] - in[2].wholes()[c]) * in[1].reals()[c]);
      case DynamicQuantize _ -> dynamic(call);
      case QuantizedConv o -> conv(o, call);
      case QuantizedMatmul o -> matmul(o, call);
      case QuantizedLinear o -> linear(o, call);
    };
  }

  /** x / scale, rounded to F64 or else to F32. */
  private static double quotient(DType real, double x, double scale) {
    return real == DType.F64 ? x / scale : (float) x / (float) scale;
  }

  /** round(x) + zero, halves to even, saturated. */
  private static long code(double x, long zero, DType code) {
    return ElementwiseKernels.whole(code, Math.rint(x) + zero);
  }

  /** Computes element {@code i} with the parameters of channel {@code c}. */
  @FunctionalInterface
  private interface Element {
    void compute(Elements[] in, int i, int c, Elements out);
  }

  private static Prepared perAxis(int axis, Call call, Element element) {
    Shape shape = call.in(0);
    int channels = axis == -1 ? 1 : Math.toIntExact(shape.dim(axis));
    int inner = axis == -1 ? 1 : Math.toIntExact(shape.slice(axis + 1, shape.rank()).size());
    return call.plain((in, out) -> {
      for (int i = 0; i < out[0].count(); i++) {
        element.compute(in, i, i / inner % channels, out[0]);
      }
    });
  }

  private static Prepared dynamic(Call call) {
    DType real = call.inputs().get(0).dtype();
    return call.plain((in, out) -> {
      double low = 0;
      double high = 0;
      for (double x : in[0].reals()) {
        low = Math.min(low, x);
        high = Math.max(high, x);
      }
      double width = real == DType.F64 ? high - low : (float) (high - low);
      double quotient = quotient(real, width, 255);
      double scale = quotient == 0 ? 1 : quotient;
      long zero = code(quotient(real, -low, scale), 0, DType.U8);
      for (int i = 0; i < in[0].count(); i++) {
        out[0].wholes()[i] = code(quotient(real, in[0].reals()[i], scale), zero, DType.U8);
      }
      out[1].reals()[0] = scale;
      out[2].wholes()[0] = zero;
    });
  }

  // ---- Products ----

  private static Prepared conv(QuantizedConv op, Call call) {
    var kernels = new ConvolutionKernels(op.window(), op.groups(), call.in(0), call.out(0));
    return product(
        call,
        ConvolutionKernels.image(call.read(0)),
        ConvolutionKernels.weights(call.read(WEIGHTS), 1, 0),
        ConvolutionKernels.image(call.write(0)),
        op.bias(),
        op.relu(),
        kernels::forward);
  }

  private static Prepared matmul(QuantizedMatmul op, Call call) {
    Shape y = call.out(0);
    Shape batch = y.slice(0, y.rank() - 2);
    int m = Math.toIntExact(y.dim(-2));
    int n = Math.toIntExact(y.dim(-1));
    int k = Math.toIntExact(call.in(0).dim(-1));
    return product(
        call,
        LinearAlgebraKernels.operand(call.read(0), false, batch),
        LinearAlgebraKernels.operand(call.read(WEIGHTS), false, batch),
        call.write(0),
        op.bias(),
        op.relu(),
        (in, v) -> {
          for (int row = 0; n > 0 && row < v.length / n; row++) {
            for (int p = 0; p < k; p++) {
              double x = in[0].reals()[row * k + p];
              Rows.add(x, in[1].reals(), (row / m * k + p) * n, v, row * n, n);
            }
          }
        });
  }

  private static Prepared linear(QuantizedLinear op, Call call) {
    int n = Math.toIntExact(call.in(WEIGHTS).dim(0));
    int k = Math.toIntExact(call.in(WEIGHTS).dim(1));
    return product(
        call,
        call.read(0),
        call.read(WEIGHTS).permute(1, 0),
        call.write(0),
        op.bias(),
        op.relu(),
        (in, v) -> {
          for (int row = 0; n > 0 && row < v.length / n; row++) {
            for (int p = 0; p < k; p++) {
              Rows.add(in[0].reals()[row * k + p], in[1].reals(), p * n, v, row * n, n);
            }
          }
        });
  }

  /** Adds the products of x and w, inputs 0 and 1, to v; whole numbers, so exactly. */
  @FunctionalInterface
  private interface Sum {
    void add(Elements[] in, double[] v);
  }

  /** The channels of the result are its last axis. */
  private static Prepared product(
      Call call, Access x, Access w, Access y, boolean bias, boolean relu, Sum sum) {
    List<Access> reads = new ArrayList<>(List.of(x, call.read(1), call.read(2), w));
    for (int i = WEIGHTS + 1; i < call.inputs().size(); i++) {
      reads.add(call.read(i));
    }
    int result = bias ? 6 : 5;
    DType code = call.outputs().get(0).dtype();
    return call.through(
        reads,
        List.of(y),
        (in, out) -> {
          double[] v = new double[y.count()];
          sum.add(new Elements[] {shifted(in[0], in[2].wholes()[0]), shifted(in[WEIGHTS], 0)}, v);
          double scale = in[1].reals()[0];
          double[] weightScales = in[WEIGHTS + 1].reals();
          int channels = v.length == 0 ? 1 : (int) y.shape().dim(-1);
          for (int i = 0; i < v.length; i++) {
            int c = i % channels;
            v[i] *= scale * weightScales[weightScales.length == 1 ? 0 : c];
            v[i] += bias ? in[WEIGHTS + 2].reals()[c] : 0;
            v[i] = relu ? Math.max(v[i], 0) : v[i];
            if (out[0].isReal()) {
              out[0].reals()[i] = v[i];
            } else {
              out[0].wholes()[i] =
                  code(v[i] / in[result].reals()[0], in[result + 1].wholes()[0], code);
            }
          }
        });
  }

  private static Elements shifted(Elements codes, long zero) {
    Elements numbers = Elements.zeros(DType.F64, codes.count());
    for (int i = 0; i < codes.count(); i++) {
      numbers.reals()[i] = codes.wholes()[i] - zero;
    }
    return numbers;
  }
}
