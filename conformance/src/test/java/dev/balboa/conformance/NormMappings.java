package dev.balboa.conformance;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Normalisation by rows, groups and neighbours, and transposed convolution. */
final class NormMappings {
  private NormMappings() {}

  static void addTo(Mapping.Table t) {
    t.many("LayerNormalization", NormMappings::layer);
    t.one("RMSNormalization", c -> Functions.rmsNorm(c.in(0), c.in(1), axes(c), epsilon(c)));
    t.one("GroupNormalization", NormMappings::group);
    t.one(
        "InstanceNormalization",
        c -> Functions.instanceNorm(c.in(0), c.in(1), c.in(2), epsilon(c)));
    t.one("MeanVarianceNormalization", NormMappings::meanVariance);
    t.one("LRN", NormMappings::response);
    t.one("ConvTranspose", NormMappings::convTranspose);
  }

  private static double epsilon(Call c) {
    return c.number("epsilon", 1e-5f);
  }

  /** How many axes there are from the first one that is normalised over. */
  private static int axes(Call c) {
    int rank = c.in(0).shape().rank();
    return rank - Math.floorMod((int) c.integer("axis", -1), rank);
  }

  /** The statistics too: mean and reciprocal deviation, with the axes kept. */
  private static List<Tensor> layer(Call c) {
    Tensor x = c.in(0);
    Tensor y = Functions.layerNorm(x, c.in(1), c.optional(2), axes(c), epsilon(c));
    int rank = x.shape().rank();
    int[] axes = IntStream.range(rank - axes(c), rank).toArray();
    Tensor mean = x.reduce(ReduceKind.MEAN, true, axes);
    Tensor variance = x.sub(mean).square().reduce(ReduceKind.MEAN, true, axes);
    return List.of(y, mean, variance.add(epsilon(c)).map(UnaryKind.RSQRT));
  }

  private static Tensor group(Call c) {
    int groups = (int) c.integer("num_groups", 1);
    c.uncoveredIf(c.opset() < 21, "parameters per group");
    return Functions.groupNorm(c.in(0), c.in(1), c.in(2), groups, epsilon(c));
  }

  private static Tensor meanVariance(Call c) {
    long[] axes = c.integers("axes");
    int[] over = axes == null ? new int[] {0, 2, 3} : ReductionMappings.ints(axes);
    Tensor centred = c.in(0).sub(c.in(0).reduce(ReduceKind.MEAN, true, over));
    return centred.div(c.in(0).variance(0, true, over).sqrt().add(1e-9));
  }

  private static Tensor response(Call c) {
    int size = (int) c.integer("size", 1);
    c.uncoveredIf(size % 2 == 0, "an even window, which ONNX puts elsewhere");
    return Functions.localResponseNorm(
        c.in(0), size, c.number("alpha", 1e-4f), c.number("beta", 0.75f), c.number("bias", 1));
  }

  private static Tensor convTranspose(Call c) {
    Shape x = c.in(0).shape();
    Shape w = c.in(1).shape();
    int n = w.rank() - 2;
    long[] stride = NetworkMappings.orOnes(c.integers("strides"), n);
    long[] dilation = NetworkMappings.orOnes(c.integers("dilations"), n);
    long[] pads = c.integers("pads") == null ? new long[2 * n] : c.integers("pads");
    long[] more = c.integers("output_padding");
    more = more == null ? new long[n] : more;
    String auto = c.text("auto_pad", "NOTSET");
    long[] wanted = c.integers("output_shape");
    for (int i = 0; i < n; i++) {
      c.uncoveredIf(more[i] >= stride[i], "output padding of a whole stride");
      if (wanted != null || auto.startsWith("SAME")) {
        long in = x.dim(i + 2);
        long out = wanted == null ? in * stride[i] : wanted[i];
        long all = (in - 1) * stride[i] + more[i] + dilation[i] * (w.dim(i + 2) - 1) + 1 - out;
        if (all < 0) {
          more[i] -= all;
          all = 0;
          c.uncoveredIf(more[i] >= stride[i], "output padding of a whole stride");
        }
        pads[i] = auto.equals("SAME_UPPER") ? all / 2 : all - all / 2;
        pads[n + i] = all - pads[i];
      }
    }
    Window window =
        new Window(
            NetworkMappings.list(w.slice(2, w.rank()).dims()),
            NetworkMappings.list(stride),
            NetworkMappings.list(dilation),
            NetworkMappings.list(Arrays.copyOf(pads, n)),
            NetworkMappings.list(Arrays.copyOfRange(pads, n, 2 * n)));
    List<Integer> outputPadding = NetworkMappings.list(more);
    int groups = (int) c.integer("group", 1);
    return Functions.convTranspose(
        c.in(0), c.in(1), c.optional(2), window, outputPadding, groups, Activation.IDENTITY);
  }
}
