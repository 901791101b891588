package dev.balboa.bench.pytorch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What the names in the table of operations stand for in PyTorch. Made after the library is loaded;
 * what is not a tensor is made here, once.
 */
final class TorchOps {
  /** The reduction of a loss. */
  private static final long MEAN = 1;

  private final Map<String, Function<List<Tensor>, Tensor>> all = new HashMap<>();

  private TorchOps() {}

  static Map<String, Function<List<Tensor>, Tensor>> all() {
    TorchOps ops = new TorchOps();
    ops.elementwise();
    ops.functions();
    ops.reductions();
    ops.losses();
    ops.shapes();
    ops.indices();
    TorchLayers.addTo(ops.all);
    TorchSequences.addTo(ops.all);
    return ops.all;
  }

  private void one(String name, UnaryOperator<Tensor> f) {
    all.put(name, in -> f.apply(in.get(0)));
  }

  private void two(String name, BinaryOperator<Tensor> f) {
    all.put(name, in -> f.apply(in.get(0), in.get(1)));
  }

  private void elementwise() {
    two("add", torch::add);
    two("add broadcast", torch::add);
    two("sub", torch::sub);
    two("mul", torch::mul);
    two("div", torch::div);
    two("maximum", torch::maximum);
    two("minimum", torch::minimum);
    two("pow", torch::pow);
    two("hypot", torch::hypot);
    two("atan2", torch::atan2);
    two("floor_divide", torch::floor_divide);
    two("remainder", torch::remainder);
    two("fmod", torch::fmod);
    two("logical_and", torch::logical_and);
    one("logical_not", torch::logical_not);
    two("less", torch::lt);
    all.put("where", in -> torch.where(in.get(0), in.get(1), in.get(2)));
    Scalar number = new Scalar(1.5);
    Scalar exponent = new Scalar(1.7);
    one("pow number", x -> torch.pow(x, exponent));
    Scalar bound = new Scalar(0.1);
    Scalar below = new Scalar(0.5);
    one("threshold", x -> torch.threshold(x, bound, below));
    two("masked_fill", (x, mask) -> torch.masked_fill(x, mask, number));
    one("add number", x -> torch.add(x, number));
    one("mul number", x -> torch.mul(x, number));
    one("neg", torch::neg);
    ScalarOptional low = new ScalarOptional(new Scalar(-0.5));
    ScalarOptional high = new ScalarOptional(new Scalar(0.5));
    one("clip", x -> torch.clamp(x, low, high));
    two("log_add_exp", torch::logaddexp);
    all.put("lerp", in -> torch.lerp(in.get(0), in.get(1), in.get(2)));
    one("nan_to_num", torch::nan_to_num);
    one("cumprod", x -> torch.cumprod(x, 1));
    one("cast to i32", x -> x.to(ScalarType.Int));
  }

  private void functions() {
    one("relu", torch::relu);
    one("leaky_relu", torch::leaky_relu);
    one("elu", torch::elu);
    one("gelu", torch::gelu);
    one("gelu_tanh", x -> torch.gelu(x, "tanh"));
    one("sigmoid", torch::sigmoid);
    one("tanh", torch::tanh);
    one("silu", torch::silu);
    one("softplus", torch::softplus);
    one("hard_sigmoid", torch::hardsigmoid);
    one("hard_swish", torch::hardswish);
    one("mish", torch::mish);
    one("exp", torch::exp);
    one("expm1", torch::expm1);
    one("log", torch::log);
    one("log1p", torch::log1p);
    one("sqrt", torch::sqrt);
    one("rsqrt", torch::rsqrt);
    one("reciprocal", torch::reciprocal);
    one("abs", torch::abs);
    one("square", torch::square);
    one("sin", torch::sin);
    one("cos", torch::cos);
    one("erf", torch::erf);
    one("sign", torch::sign);
    one("floor", torch::floor);
    one("ceil", torch::ceil);
    one("round", torch::round);
    one("trunc", torch::trunc);
    one("selu", torch::selu);
    one("celu", torch::celu);
    one("softsign", torch::softsign);
    one("log_sigmoid", torch::log_sigmoid);
    one("tanh_shrink", torch::tanhshrink);
    one("hard_shrink", torch::hardshrink);
    one("soft_shrink", torch::softshrink);
    one("tan", torch::tan);
    one("asin", torch::asin);
    one("acos", torch::acos);
    one("atan", torch::atan);
    one("sinh", torch::sinh);
    one("cosh", torch::cosh);
    one("asinh", torch::asinh);
    one("acosh", torch::acosh);
    one("atanh", torch::atanh);
    one("exp2", torch::exp2);
    one("log2", torch::log2);
    one("log10", torch::log10);
    one("erfc", torch::erfc);
    one("erfinv", torch::erfinv);
  }

  private void reductions() {
    one("sum", torch::sum);
    one("mean", torch::mean);
    long[] last = {1};
    long[] first = {0};
    ScalarTypeOptional sameType = new ScalarTypeOptional();
    one("sum rows", x -> torch.sum(x, last, false, sameType));
    one("sum columns", x -> torch.sum(x, first, false, sameType));
    one("max rows", x -> torch.amax(x, last, false));
    one("min rows", x -> torch.amin(x, last, false));
    one("prod rows", x -> torch.prod(x, 1));
    one("logsumexp rows", x -> torch.logsumexp(x, last, false));
    one("variance rows", x -> torch.var(x, last, true, false));
    Scalar euclidean = new Scalar(2.0);
    one("norm rows", x -> torch.linalg_vector_norm(x, euclidean, last, false, sameType));
    two("prelu", torch::prelu);
    one("glu", x -> torch.glu(x, 1));
    LongOptional axis = new LongOptional(1);
    one("standard_deviation rows", x -> torch.std(x, last, true, false));
    one("any rows", x -> torch.any(x, 1));
    one("count_nonzero rows", x -> torch.count_nonzero(x, last));
    one("argmax rows", x -> torch.argmax(x, axis, false));
    one("softmax", x -> torch.softmax(x, 1));
    one("log_softmax", x -> torch.log_softmax(x, 1));
    one("softmax columns", x -> torch.softmax(x, 0));
  }

  private void losses() {
    two("nll", torch::nll_loss);
    two("mse", torch::mse_loss);
    two("l1", torch::l1_loss);
    two("smooth_l1", torch::smooth_l1_loss);
    two("huber", torch::huber_loss);
    all.put("triplet_margin", in -> torch.triplet_margin_loss(in.get(0), in.get(1), in.get(2)));
    two("bce", torch::binary_cross_entropy);
    two("poisson_nll", (x, t) -> torch.poisson_nll_loss(x, t, true, false, 1e-8, MEAN));
    two("kl_divergence", torch::kl_div);
    two("hinge_embedding", torch::hinge_embedding_loss);
    all.put(
        "margin_ranking",
        in -> torch.margin_ranking_loss(in.get(0), in.get(1), in.get(2), 0.5, MEAN));
    all.put("cosine_embedding", in -> torch.cosine_embedding_loss(in.get(0), in.get(1), in.get(2)));
    two("multi_margin", torch::multi_margin_loss);
    two("bce_with_logits", torch::binary_cross_entropy_with_logits);
    two("cosine_similarity", (a, b) -> torch.cosine_similarity(a, b, 1, 1e-8));
  }

  private void indices() {
    two("masked_select", torch::masked_select);
    one("nonzero", torch::nonzero);
    two("grid_sample", (x, grid) -> torch.grid_sampler_2d(x, grid, 0, 0, false));
    two("gather", (x, i) -> torch.gather(x, 1, i));
    all.put("scatter_add", in -> torch.scatter_add(in.get(0), 1, in.get(1), in.get(2)));
    all.put("scatter", in -> torch.scatter(in.get(0), 0, in.get(1), in.get(2)));
    all.put("index_add", in -> torch.index_add(in.get(0), 0, in.get(1), in.get(2)));
    two("index_select", (x, i) -> torch.index_select(x, 0, i));
    two("embedding", torch::embedding);
    long[] by = {3};
    one("roll", x -> torch.roll(x, by, 1));
    one("tril", torch::tril);
    one("pixel_shuffle", x -> torch.pixel_shuffle(x, 2));
    one("pixel_unshuffle", x -> torch.pixel_unshuffle(x, 2));
    long[] twice = {2, 2};
    one("tile", x -> torch.tile(x, twice));
    LongOptional rows = new LongOptional(0);
    LongOptional any = new LongOptional();
    one("repeat_interleave", x -> torch.repeat_interleave(x, 2, rows, any));
    one("flip", x -> torch.flip(x, 1));
    one("cumsum", x -> torch.cumsum(x, 1));
    one("sort", x -> torch.sort(x, 1, false).get0());
    one("topk", x -> torch.topk(x, 8, 1, true, true).get0());
    long[] edge = {2, 2, 2, 2};
    Scalar zero = new Scalar(0.0);
    one("pad constant", x -> torch.constant_pad_nd(x, edge, zero));
    one("pad reflect", x -> torch.reflection_pad2d(x, edge));
    one("resize nearest", x -> torch.upsample_nearest2d(x, doubled(x)));
    one("resize linear", x -> torch.upsample_bilinear2d(x, doubled(x), false));
    one("resize cubic", x -> torch.upsample_bicubic2d(x, doubled(x), false));
  }

  private static long[] doubled(Tensor x) {
    return new long[] {2 * x.size(2), 2 * x.size(3)};
  }

  private void shapes() {
    all.put("concat", in -> torch.cat(new TensorVector(in.get(0), in.get(1)), 0));
    one("transposed copy", x -> x.t().contiguous());
    one("sliced copy", x -> x.narrow(1, 1, x.size(1) - 2).contiguous());
    one("diagonal", x -> torch.diagonal(x).contiguous());
    Scalar number = new Scalar(1.5);
    one("hann", x -> torch.hann_window(x.numel()));
    one("full", x -> torch.full(x.shape(), number));
    one("arange", x -> torch.arange(new Scalar((float) x.numel())));
    one("eye", x -> torch.eye(x.size(0)));
    one("one_hot", x -> torch.one_hot(x, 1000));
  }
}
