package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.ConvTranspose;
import dev.balboa.nn.op.ConvolutionOp;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Convolution and its adjoints: all three visit the same triples of input, weight and output
 * element and differ in which of them they add to.
 *
 * <p>Kernels see images as [N, in..., C] and weights as [kernel..., C/groups, O] or [kernel..., O,
 * C/groups], so that innermost loops run over neighbours.
 */
final class ConvolutionKernels {
  private final SpatialWindow window;
  private final int batch;
  private final int channels;
  private final int outChannels;
  private final int groups;

  ConvolutionKernels(Window window, int groups, Shape input, Shape output) {
    this.window = new SpatialWindow(window, input, output);
    this.batch = Math.toIntExact(input.dim(0));
    this.channels = Math.toIntExact(input.dim(1));
    this.outChannels = Math.toIntExact(output.dim(1));
    this.groups = groups;
  }

  static Prepared prepare(ConvolutionOp op, Call call) {
    return switch (op) {
      case Conv o -> forward(o, call);
      case ConvTranspose o -> transpose(o, call);
      case ConvBackwardData o -> {
        var kernels = new ConvolutionKernels(o.window(), o.groups(), o.inputShape(), call.in(0));
        yield call.through(
            List.of(image(call.read(0)), weights(call.read(1), 0, 1)),
            List.of(image(call.write(0))),
            kernels::backwardData);
      }
      case ConvBackwardWeights o -> {
        var kernels = new ConvolutionKernels(o.window(), o.groups(), call.in(0), call.in(1));
        List<Access> writes = new ArrayList<>(List.of(weights(call.write(0), 1, 0)));
        if (o.bias()) {
          writes.add(call.write(1));
        }
        yield call.through(
            List.of(image(call.read(0)), image(call.read(1))), writes, kernels::backwardWeights);
      }
    };
  }

  private static Prepared forward(Conv op, Call call) {
    var kernels = new ConvolutionKernels(op.window(), op.groups(), call.in(0), call.out(0));
    List<Access> reads = new ArrayList<>(List.of(image(call.read(0)), weights(call.read(1), 1, 0)));
    int inputs = call.inputs().size();
    boolean bias = op.hasBias(inputs);
    if (bias) {
      reads.add(call.read(2));
    }
    if (op.residual()) {
      reads.add(image(call.read(inputs - 1)));
    }
    DoubleUnaryOperator activation = Functions.activation(op.activation());
    return call.through(
        reads,
        List.of(image(call.write(0))),
        (in, out) -> {
          double[] dst = out[0].reals();
          kernels.forward(in, dst);
          if (bias) {
            addPerChannel(in[2].reals(), dst);
          }
          for (int i = 0; i < dst.length; i++) {
            double r = op.residual() ? in[inputs - 1].reals()[i] : 0;
            dst[i] = activation.applyAsDouble(dst[i] + r);
          }
        });
  }

  private static Prepared transpose(ConvTranspose op, Call call) {
    var kernels = new ConvolutionKernels(op.window(), op.groups(), call.out(0), call.in(0));
    List<Access> reads = new ArrayList<>(List.of(image(call.read(0)), weights(call.read(1), 0, 1)));
    if (call.inputs().size() == 3) {
      reads.add(call.read(2));
    }
    DoubleUnaryOperator activation = Functions.activation(op.activation());
    return call.through(
        reads,
        List.of(image(call.write(0))),
        (in, out) -> {
          double[] dst = out[0].reals();
          kernels.backwardData(in, out);
          if (in.length == 3) {
            addPerChannel(in[2].reals(), dst);
          }
          for (int i = 0; i < dst.length; i++) {
            dst[i] = activation.applyAsDouble(dst[i]);
          }
        });
  }

  /** Adds to images [N, ..., C]. */
  private static void addPerChannel(double[] bias, double[] images) {
    for (int i = 0; i < images.length; i++) {
      images[i] += bias[i % bias.length];
    }
  }

  /** [N, C, ...] as [N, ..., C]. */
  static Access image(Access access) {
    return access.permute(Axes.last(access.shape().rank(), List.of(1)));
  }

  /** [O, C/groups, kernel...] with the kernel first and the two channel axes in the given order. */
  static Access weights(Access access, int first, int second) {
    IntStream kernel = IntStream.range(2, access.shape().rank());
    return access.permute(IntStream.concat(kernel, IntStream.of(first, second)).toArray());
  }

  /** Kernel element {@code tap} joins a pixel of the input and one of the output. */
  @FunctionalInterface
  private interface Pixels {
    void accept(int tap, int x, int y, int group);
  }

  /** Visits all pixels by the index of the first channel of each group in them. */
  private void forEachPixels(Pixels pixels) {
    for (int n = 0; n < batch; n++) {
      int xs = n * window.inSize();
      int ys = n * window.outSize();
      window.forEach((tap, x, y) -> {
        for (int g = 0; g < groups; g++) {
          pixels.accept(
              tap,
              (xs + x) * channels + g * inPerGroup(),
              (ys + y) * outChannels + g * outPerGroup(),
              g);
        }
      });
    }
  }

  private int inPerGroup() {
    return channels / groups;
  }

  private int outPerGroup() {
    return outChannels / groups;
  }

  void forward(Elements[] in, double[] dst) {
    double[] src = in[0].reals();
    double[] w = in[1].reals();
    forEachPixels((tap, x, y, g) -> {
      for (int i = 0; i < inPerGroup(); i++) {
        int row = (tap * inPerGroup() + i) * outChannels + g * outPerGroup();
        Rows.add(src[x + i], w, row, dst, y, outPerGroup());
      }
    });
  }

  private void backwardData(Elements[] in, Elements[] out) {
    double[] diffDst = in[0].reals();
    double[] w = in[1].reals();
    double[] diffSrc = out[0].reals();
    forEachPixels((tap, x, y, g) -> {
      for (int o = 0; o < outPerGroup(); o++) {
        int row = (tap * outChannels + g * outPerGroup() + o) * inPerGroup();
        Rows.add(diffDst[y + o], w, row, diffSrc, x, inPerGroup());
      }
    });
  }

  private void backwardWeights(Elements[] in, Elements[] out) {
    double[] src = in[0].reals();
    double[] diffDst = in[1].reals();
    double[] diffWeights = out[0].reals();
    forEachPixels((tap, x, y, g) -> {
      for (int i = 0; i < inPerGroup(); i++) {
        int row = (tap * inPerGroup() + i) * outChannels + g * outPerGroup();
        Rows.add(src[x + i], diffDst, y, diffWeights, row, outPerGroup());
      }
    });
    if (out.length == 2) {
      for (int i = 0; i < diffDst.length; i++) {
        out[1].reals()[i % outChannels] += diffDst[i];
      }
    }
  }
}
