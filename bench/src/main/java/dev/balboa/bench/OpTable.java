package dev.balboa.bench;

import static dev.balboa.bench.OpInput.normal;
import static dev.balboa.bench.OpInput.positive;
import static dev.balboa.bench.OpInput.truth;
import static dev.balboa.bench.OpInput.whole;
import static dev.balboa.bench.OpInput.withinOne;

import java.util.ArrayList;
import java.util.List;

/** The operations of the table, each at a small and a large size. */
final class OpTable {
  private final List<OpTask> tasks = new ArrayList<>();

  private OpTable() {}

  /** Every task, in the order of the table. */
  static List<OpTask> all() {
    return Loaded.TASKS;
  }

  private static final class Loaded {
    private static final List<OpTask> TASKS = new OpTable().fill();
  }

  static OpTask named(String key) {
    return all().stream()
        .filter(task -> task.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no operation '" + key + "'"));
  }

  private List<OpTask> fill() {
    elementwise();
    reductions();
    products();
    networks();
    rows();
    losses();
    shapes();
    indices();
    return List.copyOf(tasks);
  }

  /** An operation without a gradient. */
  private void forward(String name, List<OpInput> small, List<OpInput> large) {
    tasks.add(new OpTask(name, false, false, false, small));
    tasks.add(new OpTask(name, true, false, false, large));
  }

  private void both(String name, List<OpInput> small, List<OpInput> large) {
    both(name, false, small, large);
  }

  private void images(String name, List<OpInput> small, List<OpInput> large) {
    both(name, true, small, large);
  }

  private void both(String name, boolean images, List<OpInput> small, List<OpInput> large) {
    for (boolean backward : new boolean[] {false, true}) {
      tasks.add(new OpTask(name, false, backward, images, small));
      tasks.add(new OpTask(name, true, backward, images, large));
    }
  }

  private static List<OpInput> in(OpInput... inputs) {
    return List.of(inputs);
  }

  private void elementwise() {
    for (String name : List.of("add", "sub", "mul", "div", "maximum", "minimum")) {
      both(name, in(normal(16, 16), normal(16, 16)), in(normal(1024, 1024), normal(1024, 1024)));
    }
    both("add broadcast", in(normal(16, 16), normal(16)), in(normal(1024, 1024), normal(1024)));
    for (String name : List.of("asin", "acos", "atanh", "erfinv")) {
      both(name, in(withinOne(16, 16)), in(withinOne(1024, 1024)));
    }
    for (String name : List.of("hypot", "remainder", "fmod")) {
      both(
          name,
          in(positive(16, 16), positive(16, 16)),
          in(positive(1024, 1024), positive(1024, 1024)));
    }
    forward(
        "logical_and", in(truth(16, 16), truth(16, 16)), in(truth(1024, 1024), truth(1024, 1024)));
    both("pow", in(positive(16, 16), normal(16, 16)), in(positive(1024, 1024), normal(1024, 1024)));
    for (String name :
        List.of(
            "relu",
            "leaky_relu",
            "elu",
            "gelu",
            "gelu_tanh",
            "sigmoid",
            "tanh",
            "silu",
            "softplus",
            "hard_sigmoid",
            "hard_swish",
            "mish",
            "exp",
            "expm1",
            "abs",
            "square",
            "sin",
            "cos",
            "erf",
            "clip",
            "neg",
            "add number",
            "mul number",
            "selu",
            "celu",
            "softsign",
            "log_sigmoid",
            "tanh_shrink",
            "hard_shrink",
            "soft_shrink",
            "tan",
            "atan",
            "sinh",
            "cosh",
            "asinh",
            "exp2",
            "erfc")) {
      both(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    for (String name : List.of("log", "log1p", "sqrt", "rsqrt", "reciprocal", "log2", "log10")) {
      both(name, in(positive(16, 16)), in(positive(1024, 1024)));
    }
    for (String name : List.of("sign", "floor", "ceil", "round", "trunc", "cast to i32")) {
      forward(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    forward("less", in(normal(16, 16), normal(16, 16)), in(normal(1024, 1024), normal(1024, 1024)));
    both(
        "where",
        in(truth(16, 16), normal(16, 16), normal(16, 16)),
        in(truth(1024, 1024), normal(1024, 1024), normal(1024, 1024)));
  }

  private void reductions() {
    for (String name :
        List.of(
            "sum",
            "mean",
            "sum rows",
            "sum columns",
            "max rows",
            "min rows",
            "logsumexp rows",
            "variance rows",
            "norm rows",
            "glu")) {
      both(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    both("prod rows", in(withinOne(16, 16)), in(withinOne(1024, 16)));
    both("prelu", in(normal(16, 16), normal(16)), in(normal(1024, 1024), normal(1024)));
    forward("argmax rows", in(normal(16, 16)), in(normal(1024, 1024)));
    for (String name : List.of("softmax", "log_softmax", "softmax columns")) {
      both(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
  }

  private void products() {
    both("matmul", in(normal(16, 16), normal(16, 16)), in(normal(512, 512), normal(512, 512)));
    both(
        "matmul batched",
        in(normal(4, 8, 8), normal(4, 8, 8)),
        in(normal(64, 64, 64), normal(64, 64, 64)));
    both(
        "linear",
        in(normal(4, 16), normal(16, 16), normal(16)),
        in(normal(128, 1024), normal(1024, 1024), normal(1024)));
    both(
        "einsum bhqd,bkhd->bhqk",
        in(normal(1, 2, 8, 16), normal(1, 8, 2, 16)),
        in(normal(8, 12, 128, 32), normal(8, 128, 12, 32)));
    both(
        "bilinear",
        in(normal(4, 8), normal(4, 8), normal(8, 8, 8), normal(8)),
        in(normal(128, 64), normal(128, 64), normal(64, 64, 64), normal(64)));
    both(
        "attention",
        in(normal(1, 2, 16, 16), normal(1, 2, 16, 16), normal(1, 2, 16, 16)),
        in(normal(8, 12, 128, 32), normal(8, 12, 128, 32), normal(8, 12, 128, 32)));
    both(
        "attention causal",
        in(normal(1, 2, 16, 16), normal(1, 2, 16, 16), normal(1, 2, 16, 16)),
        in(normal(1, 8, 1024, 64), normal(1, 8, 1024, 64), normal(1, 8, 1024, 64)));
    both("solve", in(normal(16, 16), normal(16, 4)), in(normal(256, 256), normal(256, 64)));
    both("det", in(normal(8, 8)), in(normal(64, 8, 8)));
    forward("qr", in(normal(16, 8)), in(normal(256, 128)));
    forward("singular values", in(normal(16, 8)), in(normal(256, 128)));
  }

  private void networks() {
    images(
        "conv1d",
        in(normal(1, 8, 64), normal(8, 8, 3), normal(8)),
        in(normal(16, 64, 512), normal(64, 64, 3), normal(64)));
    images(
        "conv2d",
        in(normal(1, 8, 16, 16), normal(8, 8, 3, 3), normal(8)),
        in(normal(8, 64, 28, 28), normal(64, 64, 3, 3), normal(64)));
    images(
        "conv2d depthwise",
        in(normal(1, 8, 16, 16), normal(8, 1, 3, 3), normal(8)),
        in(normal(8, 64, 28, 28), normal(64, 1, 3, 3), normal(64)));
    images(
        "conv3d",
        in(normal(1, 4, 8, 8, 8), normal(4, 4, 3, 3, 3), normal(4)),
        in(normal(2, 16, 16, 16, 16), normal(16, 16, 3, 3, 3), normal(16)));
    images(
        "conv_transpose2d",
        in(normal(1, 8, 8, 8), normal(8, 8, 4, 4), normal(8)),
        in(normal(8, 64, 14, 14), normal(64, 64, 4, 4), normal(64)));
    for (String name :
        List.of("max_pool2d", "avg_pool2d", "global_avg_pool", "adaptive_avg_pool2d")) {
      images(name, in(normal(1, 8, 16, 16)), in(normal(16, 64, 28, 28)));
    }
    images(
        "batch_norm training",
        in(normal(2, 8, 8, 8), normal(8), normal(8)),
        in(normal(16, 64, 28, 28), normal(64), normal(64)));
    images(
        "batch_norm inference",
        in(normal(2, 8, 8, 8), normal(8), normal(8), normal(8).constant(), positive(8).constant()),
        in(
            normal(16, 64, 28, 28),
            normal(64),
            normal(64),
            normal(64).constant(),
            positive(64).constant()));
    both(
        "cross_entropy",
        in(normal(8, 10), whole(10, 8)),
        in(normal(1024, 1000), whole(1000, 1024)));
  }

  /** Normalisation of rows and channels. */
  private void rows() {
    both(
        "layer_norm",
        in(normal(8, 16), normal(16), normal(16)),
        in(normal(1024, 1024), normal(1024), normal(1024)));
    both("rms_norm", in(normal(8, 16), normal(16)), in(normal(1024, 1024), normal(1024)));
    for (String name : List.of("group_norm", "instance_norm")) {
      both(
          name,
          in(normal(2, 8, 8, 8), normal(8), normal(8)),
          in(normal(16, 64, 28, 28), normal(64), normal(64)));
    }
  }

  private void losses() {
    both("nll", in(normal(8, 10), whole(10, 8)), in(normal(1024, 1000), whole(1000, 1024)));
    for (String name : List.of("mse", "l1", "smooth_l1", "huber", "cosine_similarity")) {
      both(name, in(normal(16, 16), normal(16, 16)), in(normal(1024, 1024), normal(1024, 1024)));
    }
    both(
        "triplet_margin",
        in(normal(16, 16), normal(16, 16), normal(16, 16)),
        in(normal(1024, 1024), normal(1024, 1024), normal(1024, 1024)));
    both(
        "bce_with_logits",
        in(normal(16, 16), positive(16, 16).constant()),
        in(normal(1024, 1024), positive(1024, 1024).constant()));
  }

  private void shapes() {
    both("roll", in(normal(16, 16)), in(normal(1024, 1024)));
    both("tril", in(normal(16, 16)), in(normal(1024, 1024)));
    both("pixel_shuffle", in(normal(1, 8, 8, 8)), in(normal(8, 64, 32, 32)));
    both("concat", in(normal(16, 16), normal(16, 16)), in(normal(512, 1024), normal(512, 1024)));
    both("transposed copy", in(normal(16, 16)), in(normal(1024, 1024)));
    both("sliced copy", in(normal(16, 16)), in(normal(1024, 1024)));
    forward("one_hot", in(whole(1000, 16)), in(whole(1000, 1024)));
  }

  private void indices() {
    both(
        "gather",
        in(normal(16, 16), whole(16, 16, 16)),
        in(normal(1024, 1024), whole(1024, 1024, 1024)));
    both(
        "scatter_add",
        in(normal(16, 16), whole(16, 16, 16), normal(16, 16)),
        in(normal(1024, 1024), whole(1024, 1024, 1024), normal(1024, 1024)));
    both(
        "index_select",
        in(normal(16, 16), whole(16, 16)),
        in(normal(10000, 256), whole(10000, 4096)));
    both(
        "embedding", in(normal(16, 16), whole(16, 16)), in(normal(10000, 256), whole(10000, 4096)));
    for (String name : List.of("flip", "cumsum", "sort", "topk")) {
      both(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    for (String name :
        List.of("pad constant", "pad reflect", "resize nearest", "resize linear", "resize cubic")) {
      both(name, in(normal(1, 4, 8, 8)), in(normal(8, 32, 32, 32)));
    }
  }
}
