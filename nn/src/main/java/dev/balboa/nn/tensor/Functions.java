package dev.balboa.nn.tensor;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.AdaptiveAvgPool;
import dev.balboa.nn.op.AdaptiveMaxPool;
import dev.balboa.nn.op.Attention;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvTranspose;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.GroupNorm;
import dev.balboa.nn.op.LayerNorm;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.LocalResponseNorm;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolWithIndices;
import dev.balboa.nn.op.NormalizationOp;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Pad;
import dev.balboa.nn.op.PadMode;
import dev.balboa.nn.op.Prelu;
import dev.balboa.nn.op.Recurrent;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Resize;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.LongStream;

/** The operations of neural networks as functions of tensors, without state. */
public final class Functions {
  private Functions() {}

  /** {@link Conv}: x [N, C, in...], weight [O, C/groups, kernel...], bias [O] or {@code null}. */
  public static Tensor conv(
      Tensor x, Tensor weight, Tensor bias, Window window, int groups, Activation activation) {
    return product(a -> new Conv(window, groups, a), activation, x, weight, bias);
  }

  /**
   * act(conv(x) + bias + residual) in one operation, {@link Conv} with a residual like its output;
   * bias [O] or {@code null}.
   */
  public static Tensor convResidual(
      Tensor x,
      Tensor weight,
      Tensor bias,
      Tensor residual,
      Window window,
      int groups,
      Activation activation) {
    return product(a -> new Conv(window, groups, a, true), activation, x, weight, bias, residual);
  }

  /**
   * {@link ConvTranspose}: x [N, C, in...], weight [C, O/groups, kernel...], bias [O] or {@code
   * null}; the output padding has a number for each spatial dimension.
   */
  public static Tensor convTranspose(
      Tensor x,
      Tensor weight,
      Tensor bias,
      Window window,
      List<Integer> outputPadding,
      int groups,
      Activation activation) {
    return product(
        a -> new ConvTranspose(window, outputPadding, groups, a), activation, x, weight, bias);
  }

  /** {@link Linear}: x [..., in], weight [out, in], bias [out] or {@code null}. */
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias, Activation activation) {
    return product(Linear::new, activation, x, weight, bias);
  }

  /**
   * act(linear(x) + bias + residual) in one operation, {@link Linear} with a residual like its
   * output; bias [out] or {@code null}.
   */
  public static Tensor linearResidual(
      Tensor x, Tensor weight, Tensor bias, Tensor residual, Activation activation) {
    return product(a -> new Linear(a, true), activation, x, weight, bias, residual);
  }

  /**
   * A product of the inputs that are not null, with its activation: in one operation, unless a
   * backward pass would have to compute the activation's argument again. Results have the same bits
   * whether or not there will be one; compiled programs join the two where there is none.
   */
  private static Tensor product(
      Function<Activation, Op> op, Activation activation, Tensor... inputs) {
    Tensor[] in = Arrays.stream(inputs).filter(Objects::nonNull).toArray(Tensor[]::new);
    if (activation.derivesFromResult()) {
      return Tensor.apply(op.apply(activation), in).get(0);
    }
    Tensor y = Tensor.apply(op.apply(Activation.IDENTITY), in).get(0);
    return Tensor.apply(activation.function(), y).get(0);
  }

  /** {@link MaxPool} of x [N, C, in...]. */
  public static Tensor maxPool(Tensor x, Window window) {
    return Tensor.apply(new MaxPool(window), x).get(0);
  }

  /** {@link AvgPool} of x [N, C, in...]. */
  public static Tensor avgPool(Tensor x, Window window, boolean countPadding) {
    return Tensor.apply(new AvgPool(window, countPadding), x).get(0);
  }

  /** {@link MaxPoolWithIndices} of x [N, C, in...]: y and I32 indices into the planes of x. */
  public static List<Tensor> maxPoolWithIndices(Tensor x, Window window) {
    return Tensor.apply(new MaxPoolWithIndices(window), x);
  }

  /** {@link AdaptiveAvgPool} of x [N, C, in...] to [N, C, output...]. */
  public static Tensor adaptiveAvgPool(Tensor x, int... output) {
    return Tensor.apply(new AdaptiveAvgPool(list(output)), x).get(0);
  }

  /** {@link AdaptiveMaxPool} of x [N, C, in...] to [N, C, output...]: y and I32 indices. */
  public static List<Tensor> adaptiveMaxPool(Tensor x, int... output) {
    return Tensor.apply(new AdaptiveMaxPool(list(output)), x);
  }

  private static List<Integer> list(int... sizes) {
    return Arrays.stream(sizes).boxed().toList();
  }

  /** {@link BatchNormTraining}: y, mean and biased variance. */
  public static List<Tensor> batchNormTraining(
      Tensor x, Tensor gamma, Tensor beta, double epsilon) {
    return Tensor.apply(new BatchNormTraining(epsilon), x, gamma, beta);
  }

  /**
   * act(batch norm(x) + residual) in one operation, {@link BatchNormTraining}: y, mean and biased
   * variance.
   *
   * @param residual like x, or {@code null}
   * @param relu whether max(., 0) follows
   */
  public static List<Tensor> batchNormTraining(
      Tensor x, Tensor gamma, Tensor beta, double epsilon, boolean relu, Tensor residual) {
    BatchNormTraining op = new BatchNormTraining(epsilon, relu, residual != null);
    return residual == null
        ? Tensor.apply(op, x, gamma, beta)
        : Tensor.apply(op, x, gamma, beta, residual);
  }

  /** {@link BatchNormInference} with given statistics. */
  public static Tensor batchNorm(
      Tensor x, Tensor gamma, Tensor beta, Tensor mean, Tensor variance, double epsilon) {
    return Tensor.apply(new BatchNormInference(epsilon), x, gamma, beta, mean, variance).get(0);
  }

  /**
   * {@link LayerNorm} over the last {@code axes} axes.
   *
   * @param gamma shaped like these axes, or {@code null}
   * @param beta the same; {@code null} without gamma
   */
  public static Tensor layerNorm(Tensor x, Tensor gamma, Tensor beta, int axes, double epsilon) {
    return affine(new LayerNorm(axes, epsilon, true), x, gamma, beta);
  }

  /**
   * Root-mean-square normalisation ({@link LayerNorm} not centred) over the last {@code axes} axes;
   * gamma is shaped like them, or {@code null}.
   */
  public static Tensor rmsNorm(Tensor x, Tensor gamma, int axes, double epsilon) {
    return affine(new LayerNorm(axes, epsilon, false), x, gamma, null);
  }

  /**
   * {@link GroupNorm} of x [N, C, ...].
   *
   * @param gamma [C] or {@code null}
   * @param beta [C] or {@code null}; {@code null} without gamma
   */
  public static Tensor groupNorm(Tensor x, Tensor gamma, Tensor beta, int groups, double epsilon) {
    return affine(new GroupNorm(groups, epsilon), x, gamma, beta);
  }

  /**
   * Normalisation of each channel of each sample of x [N, C, spatial...] by its own statistics:
   * {@link GroupNorm} with a group for each channel.
   *
   * @param gamma [C] or {@code null}
   * @param beta [C] or {@code null}; {@code null} without gamma
   * @throws IllegalArgumentException if a channel has fewer than two elements, whose variance would
   *     say nothing
   */
  public static Tensor instanceNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon) {
    Shape s = x.shape();
    if (s.rank() < 3 || s.dim(1) < 1 || s.slice(2, s.rank()).size() < 2) {
      throw new IllegalArgumentException(
          "instance_norm: expected input [N, C, spatial...] with more than one element per channel,"
              + " got "
              + x.spec());
    }
    return groupNorm(x, gamma, beta, Math.toIntExact(s.dim(1)), epsilon);
  }

  private static Tensor affine(NormalizationOp op, Tensor x, Tensor gamma, Tensor beta) {
    if (gamma == null && beta != null) {
      throw new IllegalArgumentException(op.name() + ": expected gamma with beta, got none");
    }
    if (gamma == null) {
      return Tensor.apply(op, x).get(0);
    }
    return beta == null
        ? Tensor.apply(op, x, gamma).get(0)
        : Tensor.apply(op, x, gamma, beta).get(0);
  }

  /** {@link LocalResponseNorm} of x [N, C, ...]. */
  public static Tensor localResponseNorm(Tensor x, int size, double alpha, double beta, double k) {
    return Tensor.apply(new LocalResponseNorm(size, alpha, beta, k), x).get(0);
  }

  /** {@link Prelu} of x [N, C, ...] with weight [C], or of any x with weight [1]. */
  public static Tensor prelu(Tensor x, Tensor weight) {
    return Tensor.apply(new Prelu(), x, weight).get(0);
  }

  /** {@link Dropout} under the next key of the stream. */
  public static Tensor dropout(Tensor x, double p, RandomStream random) {
    return Tensor.apply(new Dropout(p), x, Tensors.key(random)).get(0);
  }

  /**
   * {@link Pad}: elements added before and after on every axis.
   *
   * @param value what {@link PadMode#CONSTANT} fills with
   */
  public static Tensor pad(
      Tensor x, List<Long> before, List<Long> after, PadMode mode, double value) {
    return Tensor.apply(new Pad(mode, before, after, value), x).get(0);
  }

  /** {@link Resize}: the last axes of x resampled to {@code sizes}. */
  public static Tensor resize(Tensor x, ResizeMode mode, boolean alignCorners, long... sizes) {
    List<Long> list = LongStream.of(sizes).boxed().toList();
    return Tensor.apply(new Resize(mode, alignCorners, list), x).get(0);
  }

  /**
   * {@link Attention} of queries [B, H, Lq, D] on keys [B, Hkv, Lk, D] and values [B, Hkv, Lk, Dv]:
   * [B, H, Lq, Dv].
   */
  public static Tensor attention(
      Tensor queries, Tensor keys, Tensor values, AttentionOptions options) {
    double depth = queries.shape().rank() == 0 ? 1 : Math.max(1, (double) queries.shape().dim(-1));
    double scale = Double.isNaN(options.scale()) ? 1 / Math.sqrt(depth) : options.scale();
    Attention op = new Attention(scale, options.triangle(), options.dropout());
    List<Tensor> in = new ArrayList<>(List.of(queries, keys, values));
    if (options.mask() != null) {
      in.add(options.mask());
    }
    if (op.dropout() > 0) {
      in.add(Tensors.key(options.random()));
    }
    return Tensor.apply(op, in.toArray(Tensor[]::new)).get(0);
  }

  /**
   * {@link Recurrent}: one layer in one direction over x [T, N, C].
   *
   * @param state [N, H]; {@code null} starts with zeros
   * @param lengths I32 [N]; {@code null} if all sequences have T steps
   */
  public static RecurrentOutput recurrent(
      RecurrentCell cell,
      boolean reverse,
      Tensor x,
      RecurrentWeights weights,
      RecurrentState state,
      Tensor lengths) {
    Recurrent op = new Recurrent(cell, reverse, lengths != null);
    List<Tensor> in = new ArrayList<>(List.of(x, weights.input()));
    in.add(weights.recurrent());
    in.add(weights.bias());
    if (state == null) {
      long batch = x.shape().rank() == 3 ? x.shape().dim(1) : 0;
      TensorSpec spec =
          new TensorSpec(Shape.of(batch, weights.recurrent().shape().dim(-1)), x.dtype());
      for (int i = 0; i < op.states(); i++) {
        in.add(Tensors.fill(spec, 0));
      }
    } else {
      in.add(state.h());
      if (cell.hasCellState()) {
        in.add(Objects.requireNonNull(state.c(), "recurrent: the cell state of an LSTM"));
      }
    }
    if (cell.hasPeephole()) {
      in.add(Objects.requireNonNull(weights.peepholes(), "recurrent: peepholes"));
    }
    if (lengths != null) {
      in.add(lengths);
    }
    List<Tensor> out = Tensor.apply(op, in.toArray(Tensor[]::new));
    Tensor c = cell.hasCellState() ? out.get(2) : null;
    return new RecurrentOutput(out.get(0), new RecurrentState(out.get(1), c));
  }
}
