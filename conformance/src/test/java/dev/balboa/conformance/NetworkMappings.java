package dev.balboa.conformance;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Linalg;
import dev.balboa.nn.tensor.Pooling;
import dev.balboa.nn.tensor.Products;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Products, convolution, pooling, normalisation. */
final class NetworkMappings {
  private NetworkMappings() {}

  static void addTo(Mapping.Table t) {
    t.one("MatMul", c -> c.in(0).matmul(c.in(1)));
    t.one("Gemm", NetworkMappings::gemm);
    t.one("PRelu", NetworkMappings::prelu);
    t.one("Det", c -> Linalg.det(c.in(0)));
    t.one(
        "Einsum", c -> Products.einsum(c.text("equation", ""), c.inputs().toArray(Tensor[]::new)));
    t.one("Conv", NetworkMappings::conv);
    t.many("MaxPool", NetworkMappings::maxPool);
    t.one("MaxUnpool", NetworkMappings::maxUnpool);
    t.one("AveragePool", NetworkMappings::averagePool);
    t.one("GlobalAveragePool", c -> c.in(0).reduce(ReduceKind.MEAN, true, space(c)));
    t.one("GlobalMaxPool", c -> c.in(0).reduce(ReduceKind.MAX, true, space(c)));
    t.many("BatchNormalization", NetworkMappings::batchNorm);
    t.many("Dropout", NetworkMappings::dropout);
  }

  private static Tensor gemm(Call c) {
    Tensor y = c.in(0).matmul(c.in(1), c.flag("transA"), c.flag("transB"));
    y = y.mul(c.number("alpha", 1));
    return c.has(2) ? y.add(c.in(2).mul(c.number("beta", 1))) : y;
  }

  /** From version 7 on the slope is broadcast from the last axis, not from the channels. */
  private static Tensor prelu(Call c) {
    Tensor x = c.in(0);
    if (c.opset() < 7) {
      return Functions.prelu(x, c.in(1));
    }
    Tensor zero = Tensors.fill(new TensorSpec(Shape.scalar(), x.dtype()), 0);
    return x.compare(CompareKind.LT, zero).where(x.mul(c.in(1)), x);
  }

  private static int[] space(Call c) {
    return IntStream.range(2, c.in(0).shape().rank()).toArray();
  }

  /** The window of a convolution or pooling of {@code x} that slides forward. */
  static Window window(Call c, long[] kernel) {
    Shape x = c.in(0).shape();
    int n = kernel.length;
    long[] stride = orOnes(c.integers("strides"), n);
    long[] dilation = orOnes(c.integers("dilations"), n);
    long[] pads = c.integers("pads");
    pads = pads == null ? new long[2 * n] : pads.clone();
    String auto = c.text("auto_pad", "NOTSET");
    if (auto.startsWith("SAME")) {
      for (int i = 0; i < n; i++) {
        long in = x.dim(i + 2);
        long extent = dilation[i] * (kernel[i] - 1) + 1;
        long out = Math.ceilDiv(in, stride[i]);
        long all = Math.max(0, (out - 1) * stride[i] + extent - in);
        long less = all / 2;
        pads[i] = auto.equals("SAME_UPPER") ? less : all - less;
        pads[n + i] = all - pads[i];
      }
    }
    return new Window(
        list(kernel),
        list(stride),
        list(dilation),
        list(Arrays.copyOf(pads, n)),
        list(Arrays.copyOfRange(pads, n, 2 * n)),
        c.flag("ceil_mode"));
  }

  static long[] orOnes(long[] x, int n) {
    return x != null ? x : IntStream.range(0, n).mapToLong(_ -> 1).toArray();
  }

  static List<Integer> list(long[] x) {
    return Arrays.stream(x).mapToObj(Math::toIntExact).toList();
  }

  private static Tensor conv(Call c) {
    Shape w = c.in(1).shape();
    Window window = window(c, w.slice(2, w.rank()).dims());
    int groups = (int) c.integer("group", 1);
    return Functions.conv(c.in(0), c.in(1), c.optional(2), window, groups, Activation.IDENTITY);
  }

  private static List<Tensor> maxPool(Call c) {
    Window window = window(c, c.integers("kernel_shape"));
    if (!c.wants(1)) {
      DType type = c.in(0).dtype();
      // Bytes are numbers of F32 too.
      Tensor x = type.isFloating() ? c.in(0) : c.in(0).cast(DType.F32);
      return List.of(Functions.maxPool(x, window).cast(type));
    }
    c.uncoveredIf(c.flag("storage_order"), "indices in column-major order");
    List<Tensor> y = Functions.maxPoolWithIndices(c.in(0), window);
    Shape in = c.in(0).shape();
    long plane = in.slice(2, in.rank()).size();
    long outputs = y.get(0).shape().slice(2, in.rank()).size();
    double[] within = Call.numbers(y.get(1));
    long[] overall = new long[within.length];
    for (int i = 0; i < overall.length; i++) {
      overall[i] = (long) within[i] + i / outputs * plane;
    }
    return List.of(y.get(0), Tensor.of(overall, y.get(1).shape()));
  }

  private static Tensor maxUnpool(Call c) {
    c.uncoveredIf(c.has(2), "indices that mean another size than that of the result");
    Shape in = c.in(0).shape();
    long[] kernel = c.integers("kernel_shape");
    long[] stride = orOnes(c.integers("strides"), kernel.length);
    c.uncoveredIf(c.hasAttribute("pads"), "padding");
    long[] out = new long[kernel.length];
    long plane = 1;
    for (int i = 0; i < out.length; i++) {
      out[i] = (in.dim(i + 2) - 1) * stride[i] + kernel[i];
      plane *= out[i];
    }
    long[] overall = c.integersIn(1);
    for (int i = 0; i < overall.length; i++) {
      overall[i] %= plane;
    }
    return Pooling.maxUnpool(c.in(0), Tensor.of(overall, in), out);
  }

  private static Tensor averagePool(Call c) {
    return Functions.avgPool(
        c.in(0), window(c, c.integers("kernel_shape")), c.flag("count_include_pad"));
  }

  private static List<Tensor> batchNorm(Call c) {
    double epsilon = c.number("epsilon", 1e-5f);
    c.uncoveredIf(c.opset() < 14 && c.node().outputs().size() > 1, "training before version 14");
    if (!c.flag("training_mode")) {
      return List.of(Functions.batchNorm(c.in(0), c.in(1), c.in(2), c.in(3), c.in(4), epsilon));
    }
    double momentum = c.number("momentum", 0.9f);
    List<Tensor> y = Functions.batchNormTraining(c.in(0), c.in(1), c.in(2), epsilon);
    return List.of(
        y.get(0),
        c.in(3).mul(momentum).add(y.get(1).mul(1 - momentum)),
        c.in(4).mul(momentum).add(y.get(2).mul(1 - momentum)));
  }

  /** Where nothing is dropped; what is dropped elsewhere depends on ONNX's generator. */
  private static List<Tensor> dropout(Call c) {
    double ratio = c.has(1) ? c.numbersIn(1)[0] : c.number("ratio", 0.5);
    boolean training = c.has(2) && c.numbersIn(2)[0] != 0;
    c.uncoveredIf(training && ratio > 0, "numbers of another random generator");
    Tensor mask = Tensors.fill(new TensorSpec(c.in(0).shape(), DType.BOOL), 1);
    return List.of(c.in(0), mask);
  }
}
