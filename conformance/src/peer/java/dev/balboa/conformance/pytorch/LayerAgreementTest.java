package dev.balboa.conformance.pytorch;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv1d;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Conv3d;
import dev.balboa.nn.layer.ConvLayer;
import dev.balboa.nn.layer.ConvTranspose2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.GroupNorm;
import dev.balboa.nn.layer.InstanceNorm;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.LayerNorm;
import dev.balboa.nn.layer.RmsNorm;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Linear maps, convolutions and normalisation give PyTorch's outputs, all its gradients and its
 * running statistics. Samples are drawn from their number, which is in the message of a failure.
 */
final class LayerAgreementTest {
  private static final int SAMPLES = Integer.getInteger("balboa.test.cases", 10);
  private static final double EPSILON = 1e-5;

  /** A layer on both sides, and what it was drawn as. */
  private record Case(String sample, Consumer<TorchSide> torch, Consumer<BalboaSide> balboa) {}

  private static void compare(String what, LongFunction<Case> samples) {
    Agreement agreement = new Agreement();
    for (long seed = 0; seed < SAMPLES; seed++) {
      Case drawn = samples.apply(seed);
      agreement.checkF32(
          what + ", seed " + seed + ", " + drawn.sample,
          drawn.torch,
          UnaryOperator.identity(),
          drawn.balboa);
    }
    System.out.println("PyTorch, " + what + ": at most " + agreement.worst());
  }

  // ---- Both sides ----

  private static Consumer<BalboaSide> layer(Supplier<Layer> made, Numbers x, long seed) {
    return side -> side.output("y", apply(side, made.get(), x, seed));
  }

  /** A layer of one input, built for it, with its parameters drawn. */
  private static Tensor apply(BalboaSide side, Layer layer, Numbers x, long seed) {
    layer.build(x.shape().slice(1, x.shape().rank()), 1);
    side.layer(layer, (name, dims) -> parameter(seed, name, dims));
    return layer.forward(side.input("x", x));
  }

  /** Variances are positive. */
  private static Numbers parameter(long seed, String name, long... dims) {
    Numbers drawn = Numbers.named(seed, name, dims);
    return name.equals("running_var")
        ? new Numbers(
            drawn.shape(), Arrays.stream(drawn.values()).map(v -> 0.5 + Math.abs(v)).toArray())
        : drawn;
  }

  private static TensorOptional weight(TorchSide side, long seed, String name, long... dims) {
    return new TensorOptional(side.input(name, parameter(seed, name, dims)));
  }

  // ---- Linear maps and convolutions ----

  @Test
  void dense() {
    compare(
        "linear maps",
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          long columns = random.nextInt(1, 70);
          long units = random.nextInt(1, 70);
          Numbers x = Numbers.normal(random, 1, random.nextInt(1, 9), columns);
          return new Case(
              x.shape() + " to " + units,
              side ->
                  side.output(
                      "y",
                      torch.linear(
                          side.input("x", x),
                          side.input("weight", parameter(seed, "weight", units, columns)),
                          weight(side, seed, "bias", units))),
              layer(() -> new Dense(units), x, seed));
        });
  }

  /** How a window slides, and over what. */
  private record Sliding(
      int rank, int groups, long filters, int kernel, int stride, int padding, int dilation) {
    static Sliding draw(int rank, SplittableRandom random) {
      int groups = random.nextInt(1, 4);
      int kernel = random.nextInt(1, 4);
      return new Sliding(
          rank,
          groups,
          groups * random.nextLong(1, 5),
          kernel,
          random.nextInt(1, 3),
          random.nextInt(0, 1 + kernel / 2),
          random.nextInt(1, 3));
    }

    Numbers input(SplittableRandom random) {
      long[] dims = new long[rank + 2];
      dims[0] = random.nextInt(1, 4);
      dims[1] = groups * random.nextLong(1, 5);
      for (int i = 2; i < dims.length; i++) {
        dims[i] = random.nextInt(6, 10);
      }
      return Numbers.normal(random, 1, dims);
    }

    long[] weight(long first, long second) {
      long[] dims = new long[rank + 2];
      Arrays.fill(dims, kernel);
      dims[0] = first;
      dims[1] = second;
      return dims;
    }

    long[] each(int value) {
      long[] values = new long[rank];
      Arrays.fill(values, value);
      return values;
    }

    Layer in(ConvLayer<?> layer) {
      return layer.stride(stride).padding(padding).dilation(dilation).groups(groups);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void convolutions(int rank) {
    compare(
        "convolutions of " + rank + " dimensions",
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          Sliding s = Sliding.draw(rank, random);
          Numbers x = s.input(random);
          long[] dims = s.weight(s.filters, x.shape().dim(1) / s.groups);
          return new Case(
              x.shape() + ", " + s,
              side -> {
                var input = side.input("x", x);
                var w = side.input("weight", parameter(seed, "weight", dims));
                TensorOptional b = weight(side, seed, "bias", s.filters);
                long[] stride = s.each(s.stride);
                long[] padding = s.each(s.padding);
                long[] dilation = s.each(s.dilation);
                side.output(
                    "y",
                    switch (rank) {
                      case 1 -> torch.conv1d(input, w, b, stride, padding, dilation, s.groups);
                      case 2 -> torch.conv2d(input, w, b, stride, padding, dilation, s.groups);
                      default -> torch.conv3d(input, w, b, stride, padding, dilation, s.groups);
                    });
              },
              layer(
                  () ->
                      s.in(
                          switch (rank) {
                            case 1 -> new Conv1d(s.filters, s.kernel);
                            case 2 -> new Conv2d(s.filters, s.kernel);
                            default -> new Conv3d(s.filters, s.kernel);
                          }),
                  x,
                  seed));
        });
  }

  @Test
  void transposedConvolutions() {
    compare(
        "transposed convolutions",
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          Sliding s = Sliding.draw(2, random);
          Numbers x = s.input(random);
          long[] dims = s.weight(x.shape().dim(1), s.filters / s.groups);
          int more = s.stride - 1;
          return new Case(
              x.shape() + ", " + s,
              side ->
                  side.output(
                      "y",
                      torch.conv_transpose2d(
                          side.input("x", x),
                          side.input("weight", parameter(seed, "weight", dims)),
                          weight(side, seed, "bias", s.filters),
                          s.each(s.stride),
                          s.each(s.padding),
                          s.each(more),
                          s.groups,
                          s.each(s.dilation))),
              layer(
                  () -> s.in(new ConvTranspose2d(s.filters, s.kernel).outputPadding(more)),
                  x,
                  seed));
        });
  }

  // ---- Normalisation ----

  /** [N, C, places...]; enough numbers in every row that their variance is not all but zero. */
  private static Numbers pictures(SplittableRandom random, int groups) {
    return Numbers.normal(
        random,
        1,
        random.nextInt(2, 6),
        groups * random.nextLong(1, 9),
        random.nextInt(3, 8),
        random.nextInt(3, 8));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void layerNorm(int axes) {
    compare(
        "layer normalisation over " + axes + " axes",
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          Numbers x = Numbers.normal(random, 1, 3, random.nextInt(2, 6), random.nextInt(6, 40));
          long[] row = x.shape().slice(3 - axes, 3).dims();
          return new Case(
              x.shape().toString(),
              side ->
                  side.output(
                      "y",
                      torch.layer_norm(
                          side.input("x", x),
                          row,
                          weight(side, seed, "weight", row),
                          weight(side, seed, "bias", row),
                          EPSILON,
                          false)),
              layer(() -> new LayerNorm(axes), x, seed));
        });
  }

  @Test
  void rmsNorm() {
    compare(
        "root-mean-square normalisation",
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          Numbers x = Numbers.normal(random, 1, 3, random.nextInt(2, 6), random.nextInt(2, 40));
          long[] row = {x.shape().dim(2)};
          return new Case(
              x.shape().toString(),
              side ->
                  side.output(
                      "y",
                      torch.rms_norm(
                          side.input("x", x),
                          row,
                          weight(side, seed, "weight", row),
                          new DoubleOptional(EPSILON))),
              layer(() -> new RmsNorm().epsilon(EPSILON), x, seed));
        });
  }

  @Test
  void groupNorm() {
    compare(
        "group normalisation",
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          int groups = random.nextInt(1, 4);
          Numbers x = pictures(random, groups);
          long channels = x.shape().dim(1);
          return new Case(
              x.shape() + ", " + groups + " groups",
              side ->
                  side.output(
                      "y",
                      torch.group_norm(
                          side.input("x", x),
                          groups,
                          weight(side, seed, "weight", channels),
                          weight(side, seed, "bias", channels),
                          EPSILON,
                          false)),
              layer(() -> new GroupNorm(groups), x, seed));
        });
  }

  @Test
  void instanceNorm() {
    compare(
        "instance normalisation",
        seed -> {
          Numbers x = pictures(new SplittableRandom(seed), 1);
          long channels = x.shape().dim(1);
          return new Case(
              x.shape().toString(),
              side ->
                  side.output(
                      "y",
                      torch.instance_norm(
                          side.input("x", x),
                          weight(side, seed, "weight", channels),
                          weight(side, seed, "bias", channels),
                          new TensorOptional(),
                          new TensorOptional(),
                          true,
                          0.1,
                          EPSILON,
                          false)),
              layer(() -> new InstanceNorm().affine(), x, seed));
        });
  }

  /** With the statistics of the batch, which move the running ones, and with the running ones. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void batchNorm(boolean training) {
    compare(
        "batch normalisation in " + (training ? "training" : "inference"),
        seed -> {
          Numbers x = pictures(new SplittableRandom(seed), 1);
          long channels = x.shape().dim(1);
          return new Case(
              x.shape().toString(),
              side -> {
                var mean = side.constant(parameter(seed, "running_mean", channels));
                var variance = side.constant(parameter(seed, "running_var", channels));
                side.output(
                    "y",
                    torch.batch_norm(
                        side.input("x", x),
                        weight(side, seed, "weight", channels),
                        weight(side, seed, "bias", channels),
                        new TensorOptional(mean),
                        new TensorOptional(variance),
                        training,
                        0.1,
                        EPSILON,
                        false));
                side.state("running_mean", mean);
                side.state("running_var", variance);
              },
              side -> {
                BatchNorm norm = new BatchNorm();
                try (var _ =
                    training ? Execution.training(new RandomStream(1)) : Execution.inference()) {
                  side.output("y", apply(side, norm, x, seed));
                }
                norm.parameters()
                    .forEach((name, p) -> {
                      if (name.startsWith("running")) {
                        side.state(name, p.data());
                      }
                    });
              });
        });
  }
}
