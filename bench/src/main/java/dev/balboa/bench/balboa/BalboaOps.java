package dev.balboa.bench.balboa;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What the names in the table of operations stand for in Balboa. */
final class BalboaOps {
  private final Map<String, Function<List<Tensor>, Tensor>> all = new HashMap<>();

  private BalboaOps() {}

  static Map<String, Function<List<Tensor>, Tensor>> all() {
    BalboaOps ops = new BalboaOps();
    ops.elementwise();
    ops.reductions();
    ops.networks();
    ops.shapes();
    return ops.all;
  }

  private void one(String name, UnaryOperator<Tensor> f) {
    all.put(name, in -> f.apply(in.get(0)));
  }

  private void two(String name, BinaryOperator<Tensor> f) {
    all.put(name, in -> f.apply(in.get(0), in.get(1)));
  }

  private void elementwise() {
    two("add", Tensor::add);
    two("add broadcast", Tensor::add);
    two("sub", Tensor::sub);
    two("mul", Tensor::mul);
    two("div", Tensor::div);
    two("maximum", Tensor::maximum);
    two("minimum", Tensor::minimum);
    two("pow", Tensor::pow);
    two("less", (a, b) -> a.compare(CompareKind.LT, b));
    all.put("where", in -> in.get(0).where(in.get(1), in.get(2)));
    one("add number", x -> x.add(1.5));
    one("mul number", x -> x.mul(1.5));
    one("neg", Tensor::neg);
    one("clip", x -> x.clip(-0.5, 0.5));
    one("cast to i32", x -> x.cast(DType.I32));
    for (UnaryKind kind : UnaryKind.values()) {
      if (kind != UnaryKind.LINEAR && kind != UnaryKind.CLIP) {
        one(kind.name().toLowerCase(java.util.Locale.ROOT), x -> x.map(kind));
      }
    }
    one("gelu", x -> x.map(UnaryKind.GELU_ERF));
  }

  private void reductions() {
    one("sum", x -> x.sum());
    one("mean", x -> x.mean());
    one("sum rows", x -> x.sum(1));
    one("sum columns", x -> x.sum(0));
    one("max rows", x -> x.max(1));
    one("min rows", x -> x.min(1));
    one("argmax rows", x -> x.argmax(1));
    one("softmax", x -> x.softmax(1));
    one("log_softmax", x -> x.logSoftmax(1));
    one("softmax columns", x -> x.softmax(0));
  }

  private void networks() {
    two("matmul", Tensor::matmul);
    two("matmul batched", Tensor::matmul);
    all.put("linear", in -> Functions.linear(in.get(0), in.get(1), in.get(2), Activation.IDENTITY));
    for (int rank = 1; rank <= 3; rank++) {
      Window window = Window.uniform(rank, 3, 1, 1, 1);
      all.put("conv" + rank + "d", in -> conv(in, window, 1));
    }
    all.put(
        "conv2d depthwise", in -> conv(in, Window.square(3, 1, 1), (int) in.get(1).shape().dim(0)));
    Window half = Window.square(2, 2, 0);
    one("max_pool2d", x -> Functions.maxPool(x, half));
    one("avg_pool2d", x -> Functions.avgPool(x, half, true));
    one("global_avg_pool", x -> x.reduce(ReduceKind.MEAN, true, 2, 3));
    all.put(
        "batch_norm training",
        in -> Functions.batchNormTraining(in.get(0), in.get(1), in.get(2), 1e-5).get(0));
    all.put(
        "batch_norm inference",
        in -> Functions.batchNorm(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), 1e-5));
    two("cross_entropy", Functions::crossEntropy);
  }

  private static Tensor conv(List<Tensor> in, Window window, int groups) {
    return Functions.conv(in.get(0), in.get(1), in.get(2), window, groups, Activation.IDENTITY);
  }

  private void shapes() {
    two("concat", (a, b) -> Tensor.concat(0, a, b));
    one("transposed copy", x -> x.transpose(0, 1).copy());
    one("sliced copy", x -> x.slice(1, 1, x.shape().dim(1) - 1).copy());
    one("one_hot", x -> Tensor.apply(new OneHot(1000, DType.F32), x).get(0));
  }
}
