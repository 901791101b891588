package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.GroupNorm;
import dev.balboa.nn.op.GroupNormBackward;
import dev.balboa.nn.op.LayerNorm;
import dev.balboa.nn.op.LayerNormBackward;
import dev.balboa.nn.op.LocalResponseNorm;
import dev.balboa.nn.op.LocalResponseNormBackward;
import dev.balboa.nn.op.NormalizationOp;
import dev.balboa.nn.op.Shape;

/**
 * Batch normalisation, channel by channel; element i of [N, C, ...] is of channel i / plane % C.
 */
final class NormalizationKernels {
  private final int channels;
  private final int plane;
  private final double perChannel;

  private NormalizationKernels(Shape x) {
    long plane = 1;
    for (int i = 2; i < x.rank(); i++) {
      plane *= x.dim(i);
    }
    this.plane = Math.toIntExact(plane);
    this.channels = Math.toIntExact(x.dim(1));
    this.perChannel = (double) x.dim(0) * plane;
  }

  static Prepared prepare(NormalizationOp op, Call call) {
    Shape x = call.in(0);
    return switch (op) {
      case LayerNorm o -> {
        var rows = RowNormKernels.layer(x, o.axes(), o.centred(), o.epsilon());
        yield call.plain(rows::forward);
      }
      case LayerNormBackward o -> {
        var rows = RowNormKernels.layer(x, o.axes(), o.centred(), o.epsilon());
        yield call.plain(rows::backward);
      }
      case GroupNorm o -> call.plain(RowNormKernels.group(x, o.groups(), o.epsilon())::forward);
      case GroupNormBackward o ->
          call.plain(RowNormKernels.group(x, o.groups(), o.epsilon())::backward);
      case LocalResponseNorm o ->
          call.plain(new ResponseNormKernels(x, o.size(), o.alpha(), o.beta(), o.k())::forward);
      case LocalResponseNormBackward o ->
          call.plain(new ResponseNormKernels(x, o.size(), o.alpha(), o.beta(), o.k())::backward);
      case BatchNormTraining o ->
          call.plain((in, out) -> new NormalizationKernels(x).training(o, in, out));
      case BatchNormInference o ->
          call.plain(
              (in, out) -> new NormalizationKernels(x).inference(o.epsilon(), in, out[0].reals()));
      case BatchNormBackward o ->
          call.plain((in, out) -> new NormalizationKernels(x).backward(o, in, out));
    };
  }

  private int channel(int i) {
    return i / plane % channels;
  }

  private void training(BatchNormTraining op, Elements[] in, Elements[] out) {
    double[] x = in[0].reals();
    double[] mean = out[1].reals();
    double[] variance = out[2].reals();
    for (int i = 0; i < x.length; i++) {
      mean[channel(i)] += x[i];
    }
    divide(mean);
    for (int i = 0; i < x.length; i++) {
      double centred = x[i] - mean[channel(i)];
      variance[channel(i)] += centred * centred;
    }
    divide(variance);
    double[] y = out[0].reals();
    normalize(op.epsilon(), x, in[1].reals(), in[2].reals(), mean, variance, y);
    for (int i = 0; i < y.length; i++) {
      double sum = op.residual() ? y[i] + in[3].reals()[i] : y[i];
      y[i] = op.relu() ? Math.max(sum, 0) : sum;
    }
  }

  private void divide(double[] sums) {
    for (int c = 0; c < channels; c++) {
      sums[c] /= perChannel;
    }
  }

  private void inference(double epsilon, Elements[] in, double[] y) {
    normalize(
        epsilon, in[0].reals(), in[1].reals(), in[2].reals(), in[3].reals(), in[4].reals(), y);
  }

  private void normalize(
      double epsilon,
      double[] x,
      double[] gamma,
      double[] beta,
      double[] mean,
      double[] variance,
      double[] y) {
    for (int i = 0; i < x.length; i++) {
      int c = channel(i);
      y[i] = gamma[c] * (x[i] - mean[c]) / Math.sqrt(variance[c] + epsilon) + beta[c];
    }
  }

  private void backward(BatchNormBackward op, Elements[] in, Elements[] out) {
    double[] x = in[0].reals();
    double[] gamma = in[1].reals();
    double[] mean = in[2].reals();
    double[] variance = in[3].reals();
    double[] dy = in[4].reals();
    double[] dx = out[0].reals();
    double[] dgamma = out[1].reals();
    double[] dbeta = out[2].reals();
    double epsilon = op.epsilon();
    for (int i = 0; i < x.length; i++) {
      int c = channel(i);
      dgamma[c] += dy[i] * (x[i] - mean[c]) / Math.sqrt(variance[c] + epsilon);
      dbeta[c] += dy[i];
    }
    for (int i = 0; i < x.length; i++) {
      int c = channel(i);
      double inverse = 1 / Math.sqrt(variance[c] + epsilon);
      double normalized = (x[i] - mean[c]) * inverse;
      double meanDy = op.given() ? 0 : dbeta[c] / perChannel;
      double meanDyNormalized = op.given() ? 0 : dgamma[c] / perChannel;
      dx[i] = gamma[c] * inverse * (dy[i] - meanDy - normalized * meanDyNormalized);
    }
  }
}
