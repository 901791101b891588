package dev.balboa.bench.balboa;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.PadMode;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Activations;
import dev.balboa.nn.tensor.AttentionOptions;
import dev.balboa.nn.tensor.Embeddings;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Linalg;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Products;
import dev.balboa.nn.tensor.Shapes;
import dev.balboa.nn.tensor.Statistics;
import dev.balboa.nn.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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
    ops.products();
    ops.networks();
    ops.rows();
    ops.losses();
    ops.shapes();
    ops.indices();
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
    two("hypot", (a, b) -> a.binary(BinaryKind.HYPOT, b));
    two("remainder", (a, b) -> a.binary(BinaryKind.REMAINDER, b));
    two("fmod", (a, b) -> a.binary(BinaryKind.FMOD, b));
    two("logical_and", (a, b) -> a.logical(LogicalKind.AND, b));
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
    one("prod rows", x -> x.prod(1));
    one("logsumexp rows", x -> x.logSumExp(1));
    one("variance rows", x -> x.variance(1, false, 1));
    one("norm rows", x -> Statistics.norm(x, 2, false, 1));
    one("argmax rows", x -> x.argmax(1));
    two("prelu", Functions::prelu);
    one("glu", x -> Activations.glu(x, 1));
    one("softmax", x -> x.softmax(1));
    one("log_softmax", x -> x.logSoftmax(1));
    one("softmax columns", x -> x.softmax(0));
  }

  private void products() {
    two("matmul", Tensor::matmul);
    two("matmul batched", Tensor::matmul);
    all.put("linear", in -> Functions.linear(in.get(0), in.get(1), in.get(2), Activation.IDENTITY));
    two("einsum bhqd,bkhd->bhqk", (a, b) -> Products.einsum("bhqd,bkhd->bhqk", a, b));
    all.put("bilinear", in -> Products.bilinear(in.get(0), in.get(1), in.get(2), in.get(3)));
    all.put("attention", in -> attention(in, AttentionOptions.none()));
    all.put("attention causal", in -> attention(in, AttentionOptions.none().causal()));
    two("solve", Linalg::solve);
    one("det", Linalg::det);
    one("qr", x -> Linalg.qr(x).get(1));
    one("singular values", x -> Linalg.svd(x).get(1));
  }

  private static Tensor attention(List<Tensor> in, AttentionOptions options) {
    return Functions.attention(in.get(0), in.get(1), in.get(2), options);
  }

  private void networks() {
    for (int rank = 1; rank <= 3; rank++) {
      Window window = Window.uniform(rank, 3, 1, 1, 1);
      all.put("conv" + rank + "d", in -> conv(in, window, 1));
    }
    all.put(
        "conv2d depthwise", in -> conv(in, Window.square(3, 1, 1), (int) in.get(1).shape().dim(0)));
    Window half = Window.square(2, 2, 0);
    one("max_pool2d", x -> Functions.maxPool(x, half));
    one("avg_pool2d", x -> Functions.avgPool(x, half, true));
    Window twice = Window.square(4, 2, 1);
    all.put(
        "conv_transpose2d",
        in ->
            Functions.convTranspose(
                in.get(0), in.get(1), in.get(2), twice, List.of(0, 0), 1, Activation.IDENTITY));
    one("adaptive_avg_pool2d", x -> Functions.adaptiveAvgPool(x, 7, 7));
    one("global_avg_pool", x -> x.reduce(ReduceKind.MEAN, true, 2, 3));
    all.put(
        "batch_norm training",
        in -> Functions.batchNormTraining(in.get(0), in.get(1), in.get(2), 1e-5).get(0));
    all.put(
        "batch_norm inference",
        in -> Functions.batchNorm(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), 1e-5));
    two("cross_entropy", Losses::crossEntropy);
  }

  private static Tensor conv(List<Tensor> in, Window window, int groups) {
    return Functions.conv(in.get(0), in.get(1), in.get(2), window, groups, Activation.IDENTITY);
  }

  private void rows() {
    all.put("layer_norm", in -> Functions.layerNorm(in.get(0), in.get(1), in.get(2), 1, 1e-5));
    two("rms_norm", (x, gamma) -> Functions.rmsNorm(x, gamma, 1, 1e-5));
    all.put("group_norm", in -> Functions.groupNorm(in.get(0), in.get(1), in.get(2), 4, 1e-5));
    all.put("instance_norm", in -> Functions.instanceNorm(in.get(0), in.get(1), in.get(2), 1e-5));
  }

  private void losses() {
    two("nll", Losses::nll);
    two("mse", Losses::mse);
    two("l1", Losses::l1);
    two("smooth_l1", Losses::smoothL1);
    two("huber", Losses::huber);
    two("bce_with_logits", Losses::bceWithLogits);
    two("cosine_similarity", (a, b) -> Losses.cosineSimilarity(a, b, 1));
    all.put(
        "triplet_margin",
        in -> Losses.tripletMargin(in.get(0), in.get(1), in.get(2), 1, 2, Reduction.MEAN));
  }

  private void indices() {
    two("gather", (x, i) -> x.gather(1, i));
    all.put("scatter_add", in -> in.get(0).scatterAdd(1, in.get(1), in.get(2)));
    two("index_select", (x, i) -> x.indexSelect(0, i));
    two("embedding", (table, ids) -> Embeddings.embedding(table, ids, OptionalLong.empty()));
    one("roll", x -> Shapes.roll(x, 1, 3));
    one("tril", x -> Shapes.tril(x, 0));
    one("pixel_shuffle", x -> Shapes.pixelShuffle(x, 2));
    one("flip", x -> x.flip(1));
    one("cumsum", x -> x.cumsum(1));
    one("sort", x -> x.sort(1, false).values());
    one("topk", x -> x.topk(8, 1, true).values());
    List<Long> edge = List.of(0L, 0L, 2L, 2L);
    one("pad constant", x -> Functions.pad(x, edge, edge, PadMode.CONSTANT, 0));
    one("pad reflect", x -> Functions.pad(x, edge, edge, PadMode.REFLECT, 0));
    one("resize nearest", x -> resize(x, ResizeMode.NEAREST));
    one("resize linear", x -> resize(x, ResizeMode.LINEAR));
    one("resize cubic", x -> resize(x, ResizeMode.CUBIC));
  }

  private static Tensor resize(Tensor x, ResizeMode mode) {
    return Functions.resize(x, mode, false, 2 * x.shape().dim(2), 2 * x.shape().dim(3));
  }

  private void shapes() {
    two("concat", (a, b) -> Tensor.concat(0, a, b));
    one("transposed copy", x -> x.transpose(0, 1).copy());
    one("sliced copy", x -> x.slice(1, 1, x.shape().dim(1) - 1).copy());
    one("one_hot", x -> Tensor.apply(new OneHot(1000, DType.F32), x).get(0));
  }
}
