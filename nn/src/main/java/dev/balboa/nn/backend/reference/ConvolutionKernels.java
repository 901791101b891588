package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.ConvolutionOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import java.util.function.DoubleUnaryOperator;

/**
 * Convolution and its adjoints: all three visit the same triples of input, weight and output
 * element and differ in which of them they add to.
 */
final class ConvolutionKernels {
  private final SpatialWindow window;
  private final int batch;
  private final int channels;
  private final int outChannels;
  private final int groups;

  private ConvolutionKernels(Window window, int groups, Shape input, Shape output) {
    this.window = new SpatialWindow(window, input, output);
    this.batch = Math.toIntExact(input.dim(0));
    this.channels = Math.toIntExact(input.dim(1));
    this.outChannels = Math.toIntExact(output.dim(1));
    this.groups = groups;
  }

  static Prepared prepare(ConvolutionOp op, Call call) {
    return switch (op) {
      case Conv o -> {
        var kernels = new ConvolutionKernels(o.window(), o.groups(), call.in(0), call.out(0));
        DoubleUnaryOperator activation = Functions.activation(o.activation());
        yield call.plain((in, out) -> kernels.forward(in, activation, out[0].reals()));
      }
      case ConvBackwardData o -> {
        var kernels = new ConvolutionKernels(o.window(), o.groups(), o.inputShape(), call.in(0));
        yield call.plain(kernels::backwardData);
      }
      case ConvBackwardWeights o -> {
        var kernels = new ConvolutionKernels(o.window(), o.groups(), call.in(0), call.in(1));
        yield call.plain(kernels::backwardWeights);
      }
    };
  }

  /** One input plane, one output plane and the kernel between them, by their first elements. */
  @FunctionalInterface
  private interface Planes {
    void accept(int x, int w, int y);
  }

  private void forEachPlanes(Planes planes) {
    int perGroup = channels / groups;
    for (int n = 0; n < batch; n++) {
      for (int o = 0; o < outChannels; o++) {
        int group = o / (outChannels / groups);
        for (int i = 0; i < perGroup; i++) {
          int c = group * perGroup + i;
          planes.accept(
              (n * channels + c) * window.inSize(),
              (o * perGroup + i) * window.taps(),
              (n * outChannels + o) * window.outSize());
        }
      }
    }
  }

  private void forward(Elements[] in, DoubleUnaryOperator activation, double[] y) {
    double[] x = in[0].reals();
    double[] w = in[1].reals();
    int step = window.step();
    forEachPlanes((xs, ws, ys) ->
        window.forEach((tap, xr, yr, count) -> {
          double weight = w[ws + tap];
          for (int j = 0; j < count; j++) {
            y[ys + yr + j] += weight * x[xs + xr + j * step];
          }
        }));
    for (int i = 0; i < y.length; i++) {
      double bias = in.length == 3 ? in[2].reals()[i / window.outSize() % outChannels] : 0;
      y[i] = activation.applyAsDouble(y[i] + bias);
    }
  }

  private void backwardData(Elements[] in, Elements[] out) {
    double[] dy = in[0].reals();
    double[] w = in[1].reals();
    double[] dx = out[0].reals();
    int step = window.step();
    forEachPlanes((xs, ws, ys) ->
        window.forEach((tap, xr, yr, count) -> {
          double weight = w[ws + tap];
          for (int j = 0; j < count; j++) {
            dx[xs + xr + j * step] += weight * dy[ys + yr + j];
          }
        }));
  }

  private void backwardWeights(Elements[] in, Elements[] out) {
    double[] x = in[0].reals();
    double[] dy = in[1].reals();
    double[] dw = out[0].reals();
    int step = window.step();
    forEachPlanes((xs, ws, ys) ->
        window.forEach((tap, xr, yr, count) -> {
          double sum = 0;
          for (int j = 0; j < count; j++) {
            sum += x[xs + xr + j * step] * dy[ys + yr + j];
          }
          dw[ws + tap] += sum;
        }));
    if (out.length == 2) {
      for (int i = 0; i < dy.length; i++) {
        out[1].reals()[i / window.outSize() % outChannels] += dy[i];
      }
    }
  }
}
