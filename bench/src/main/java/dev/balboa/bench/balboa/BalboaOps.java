package dev.balboa.bench.balboa;

import static dev.balboa.nn.op.Reduction.MEAN;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.GridPadding;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.PadMode;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.ResizeMode;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Activations;
import dev.balboa.nn.tensor.Arithmetic;
import dev.balboa.nn.tensor.AttentionOptions;
import dev.balboa.nn.tensor.Embeddings;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Indexing;
import dev.balboa.nn.tensor.Linalg;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Pooling;
import dev.balboa.nn.tensor.Products;
import dev.balboa.nn.tensor.Quantization;
import dev.balboa.nn.tensor.Quantized;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.RecurrentWeights;
import dev.balboa.nn.tensor.Resampling;
import dev.balboa.nn.tensor.Sampling;
import dev.balboa.nn.tensor.Shapes;
import dev.balboa.nn.tensor.SignalWindows;
import dev.balboa.nn.tensor.Statistics;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What the names in the table of operations stand for in Balboa. */
final class BalboaOps {
  /** Functions that need numbers of their own. */
  private static final Set<UnaryKind> WITH_NUMBERS =
      Set.of(UnaryKind.LINEAR, UnaryKind.CLIP, UnaryKind.POWER, UnaryKind.THRESHOLD);

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
    ops.decompositions();
    ops.sequences();
    ops.bytes();
    ops.chance();
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
    two("atan2", (a, b) -> a.binary(BinaryKind.ATAN2, b));
    two("floor_divide", (a, b) -> a.binary(BinaryKind.FLOOR_DIVIDE, b));
    two("fmod", (a, b) -> a.binary(BinaryKind.FMOD, b));
    two("logical_and", (a, b) -> a.logical(LogicalKind.AND, b));
    one("logical_not", Tensor::not);
    two("less", (a, b) -> a.compare(CompareKind.LT, b));
    all.put("where", in -> in.get(0).where(in.get(1), in.get(2)));
    one("add number", x -> x.add(1.5));
    one("mul number", x -> x.mul(1.5));
    one("neg", Tensor::neg);
    one("clip", x -> x.clip(-0.5, 0.5));
    one("cast to i32", x -> x.cast(DType.I32));
    for (UnaryKind kind : UnaryKind.values()) {
      if (!WITH_NUMBERS.contains(kind)) {
        one(kind.name().toLowerCase(Locale.ROOT), x -> x.map(kind));
      }
    }
    one("pow number", x -> x.pow(1.7));
    one("threshold", x -> x.map(new Unary(UnaryKind.THRESHOLD, 0.1, 0.5)));
    one("gelu", x -> x.map(UnaryKind.GELU_ERF));
    two("log_add_exp", Arithmetic::logAddExp);
    all.put("lerp", in -> Arithmetic.lerp(in.get(0), in.get(1), in.get(2)));
    one("nan_to_num", x -> Arithmetic.nanToNum(x, 0, 1, -1));
    one("cumprod", x -> x.cumprod(1));
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
    one("standard_deviation rows", x -> Statistics.standardDeviation(x, 1, false, 1));
    one("any rows", x -> x.any(1));
    one("count_nonzero rows", x -> x.countNonzero(1));
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
    all.put("attention short", in -> attention(in, AttentionOptions.none()));
    all.put("attention causal", in -> attention(in, AttentionOptions.none().causal()));
    all.put("attention one query", all.get("attention"));
    two("dot", Products::dot);
    two("outer", Products::outer);
    int[] last = {1, 2};
    int[] first = {0, 1};
    two("tensordot", (a, b) -> Products.tensordot(a, b, last, first));
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
    one("max_pool_with_indices", x -> Functions.maxPoolWithIndices(x, half).get(0));
    one("max_unpool", x -> unpooled(x, Functions.maxPoolWithIndices(x, half)));
    one("adaptive_max_pool", x -> Functions.adaptiveMaxPool(x, 7, 7).get(0));
    one("global_max_pool", Pooling::globalMaxPool);
    one("local_response_norm", x -> Functions.localResponseNorm(x, 5, 1e-4, 0.75, 1));
    Window same = Window.square(3, 1, 1);
    all.put(
        "conv_residual",
        in ->
            Functions.convResidual(
                in.get(0), in.get(1), in.get(2), in.get(3), same, 1, Activation.RELU));
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

  private static Tensor unpooled(Tensor x, List<Tensor> pooled) {
    return Pooling.maxUnpool(pooled.get(0), pooled.get(1), x.shape().dim(2), x.shape().dim(3));
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
        "triplet_margin", in -> Losses.tripletMargin(in.get(0), in.get(1), in.get(2), 1, 2, MEAN));
    two("bce", Losses::bce);
    two("poisson_nll", (x, t) -> Losses.poissonNll(x, t, true, MEAN));
    all.put("gaussian_nll", in -> Losses.gaussianNll(in.get(0), in.get(1), in.get(2), MEAN));
    two("kl_divergence", (x, t) -> Losses.klDivergence(x, t, false, MEAN));
    two("hinge", (x, t) -> Losses.hinge(x, t, false, MEAN));
    two("hinge_embedding", (x, t) -> Losses.hingeEmbedding(x, t, 1, MEAN));
    two("focal", (x, t) -> Losses.focal(x, t.clip(0, 1), 0.25, 2, MEAN));
    all.put(
        "margin_ranking", in -> Losses.marginRanking(in.get(0), in.get(1), in.get(2), 0.5, MEAN));
    all.put(
        "cosine_embedding", in -> Losses.cosineEmbedding(in.get(0), in.get(1), in.get(2), 0, MEAN));
    two("multi_margin", (x, labels) -> Losses.multiMargin(x, labels, 1, 1, MEAN));
  }

  private void indices() {
    two("gather", (x, i) -> x.gather(1, i));
    two("masked_select", Indexing::maskedSelect);
    one("nonzero", Indexing::nonzero);
    two(
        "grid_sample",
        (x, grid) -> Resampling.gridSample(x, grid, ResizeMode.LINEAR, GridPadding.ZEROS, false));
    all.put("scatter_add", in -> in.get(0).scatterAdd(1, in.get(1), in.get(2)));
    all.put("scatter", in -> in.get(0).scatter(0, in.get(1), in.get(2)));
    all.put("index_add", in -> in.get(0).indexAdd(0, in.get(1), in.get(2)));
    two("index_select", (x, i) -> x.indexSelect(0, i));
    two("embedding", (table, ids) -> Embeddings.embedding(table, ids, OptionalLong.empty()));
    one("roll", x -> Shapes.roll(x, 1, 3));
    one("tril", x -> Shapes.tril(x, 0));
    one("pixel_shuffle", x -> Shapes.pixelShuffle(x, 2));
    one("pixel_unshuffle", x -> Shapes.pixelUnshuffle(x, 2));
    one("tile", x -> Shapes.tile(x, 2, 2));
    one("repeat_interleave", x -> Shapes.repeatInterleave(x, 0, 2));
    one("diagonal", x -> Shapes.diagonal(x, 0));
    two("masked_fill", (x, mask) -> Shapes.maskedFill(x, mask, 1.5));
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
    one("hann", x -> SignalWindows.hann((int) x.shape().size(), true));
    one("full", x -> Tensors.full(1.5, x.shape().dims()));
    one("arange", x -> Tensors.arange(0, 1, x.shape().size(), DType.F32));
    one("eye", x -> Tensors.eye(x.shape().dim(0), x.shape().dim(1)));
    one("one_hot", x -> Tensor.apply(new OneHot(1000, DType.F32), x).get(0));
  }

  private void decompositions() {
    two("solve", Linalg::solve);
    two("solve_triangular", (a, b) -> Linalg.solveTriangular(a, b, false, false, false));
    two("cholesky_solve", (b, factor) -> Linalg.choleskySolve(factor, b));
    two("lstsq", Linalg::lstsq);
    one("det", Linalg::det);
    one("slogdet", x -> Linalg.slogdet(x).get(1));
    one("inv", Linalg::inv);
    one("pinv", x -> Linalg.pinv(x, 1e-6));
    one("cholesky", Linalg::cholesky);
    one("eigenvalues", x -> Linalg.eigh(x).get(0));
    one("qr", x -> Linalg.qr(x).get(1));
    one("singular values", Linalg::singularValues);
  }

  private void sequences() {
    all.put("rnn_tanh", in -> recurrent(RecurrentCell.VANILLA_TANH, in));
    all.put("gru", in -> recurrent(RecurrentCell.GRU_LINEAR_BEFORE_RESET, in));
    all.put("lstm", in -> recurrent(RecurrentCell.LSTM, in));
    all.put("gru one sequence", all.get("gru"));
    all.put("lstm one sequence", all.get("lstm"));
    two("ctc", (x, targets) -> ctc(x.logSoftmax(2), targets));
  }

  private static Tensor recurrent(RecurrentCell cell, List<Tensor> in) {
    Tensor h = in.get(4).squeeze(0);
    Tensor c = cell.hasCellState() ? in.get(5).squeeze(0) : null;
    RecurrentWeights weights = RecurrentWeights.of(in.get(1), in.get(2), in.get(3));
    RecurrentState state = new RecurrentState(h, c);
    return Functions.recurrent(cell, false, in.get(0), weights, state, null).y();
  }

  private static Tensor ctc(Tensor logProbabilities, Tensor targets) {
    int[] steps = new int[(int) targets.shape().dim(0)];
    Arrays.fill(steps, (int) logProbabilities.shape().dim(0));
    int[] labels = new int[steps.length];
    Arrays.fill(labels, (int) targets.shape().dim(1));
    int blank = (int) logProbabilities.shape().dim(2) - 1;
    return Losses.ctc(
        logProbabilities, targets, Tensor.of(steps), Tensor.of(labels), blank, false, MEAN);
  }

  private void bytes() {
    one("quantize", x -> code(x).values());
    one("dynamic_quantize", x -> Quantization.dynamic(x).values());
    one("dequantize", x -> unsigned(x).dequantize());
    two("quantized_linear", (x, w) -> Quantization.linear(unsigned(x), signed(w), null, false));
    two("quantized_matmul", (x, w) -> Quantization.matmul(unsigned(x), signed(w), null, false));
    Window same = Window.square(3, 1, 1);
    two(
        "quantized_conv",
        (x, w) -> Quantization.conv(unsigned(x), signed(w), null, same, 1, false));
  }

  private static Quantized code(Tensor x) {
    Tensor zero = Tensors.fill(new TensorSpec(Shape.scalar(), DType.U8), 128);
    return Quantization.quantize(x, Tensor.scalar(0.03125f), zero, Quantized.WHOLE);
  }

  private static Quantized unsigned(Tensor codes) {
    Tensor zero = Tensors.fill(new TensorSpec(Shape.scalar(), DType.U8), 128);
    return new Quantized(codes, Tensor.scalar(0.03125f), zero, Quantized.WHOLE);
  }

  private static Quantized signed(Tensor codes) {
    Tensor zero = Tensors.fill(new TensorSpec(Shape.scalar(), DType.I8), 0);
    return new Quantized(codes, Tensor.scalar(0.015625f), zero, Quantized.WHOLE);
  }

  private void chance() {
    RandomStream stream = new RandomStream(1);
    one("uniform", x -> Tensors.uniform(stream, 0, 1, x.shape()));
    one("normal", x -> Tensors.normal(stream, 0, 1, x.shape()));
    one("bernoulli", x -> Tensors.bernoulli(stream, 0.5, x.shape()));
    one("integers", x -> Tensors.integers(stream, 0, 1000, x.spec().withDType(DType.I64)));
    one("dropout", x -> Functions.dropout(x, 0.5, stream));
    one("truncated_normal", x -> Sampling.truncatedNormal(stream, 0, 1, -2, 2, x.shape()));
    one("permutation", x -> Tensors.permutation(stream, x.shape().size()));
  }
}
