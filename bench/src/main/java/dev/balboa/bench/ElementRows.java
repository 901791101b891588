package dev.balboa.bench;

import static dev.balboa.bench.OpInput.aboveOne;
import static dev.balboa.bench.OpInput.normal;
import static dev.balboa.bench.OpInput.positive;
import static dev.balboa.bench.OpInput.truth;
import static dev.balboa.bench.OpInput.unit;
import static dev.balboa.bench.OpInput.whole;
import static dev.balboa.bench.OpInput.withinOne;
import static dev.balboa.bench.OpRows.in;

import java.util.List;

/** The rows of operations that work element by element, along axes, or with indices. */
final class ElementRows {
  private final OpRows table;

  private ElementRows(OpRows table) {
    this.table = table;
  }

  static void addTo(OpRows table) {
    new ElementRows(table).all();
  }

  private void all() {
    elementwise();
    reductions();
    shapes();
    indices();
  }

  private void elementwise() {
    for (String name : List.of("add", "sub", "mul", "div", "maximum", "minimum")) {
      table.both(
          name, in(normal(16, 16), normal(16, 16)), in(normal(1024, 1024), normal(1024, 1024)));
    }
    table.both(
        "add broadcast", in(normal(16, 16), normal(16)), in(normal(1024, 1024), normal(1024)));
    for (String name : List.of("asin", "acos", "atanh", "erfinv")) {
      table.both(name, in(withinOne(16, 16)), in(withinOne(1024, 1024)));
    }
    for (String name : List.of("hypot", "atan2", "remainder", "fmod")) {
      table.both(
          name,
          in(positive(16, 16), positive(16, 16)),
          in(positive(1024, 1024), positive(1024, 1024)));
    }
    table.forward(
        "logical_and", in(truth(16, 16), truth(16, 16)), in(truth(1024, 1024), truth(1024, 1024)));
    table.both("acosh", in(aboveOne(16, 16)), in(aboveOne(1024, 1024)));
    table.forward(
        "floor_divide",
        in(normal(16, 16), positive(16, 16)),
        in(normal(1024, 1024), positive(1024, 1024)));
    table.forward("logical_not", in(truth(16, 16)), in(truth(1024, 1024)));
    table.both("pow number", in(positive(16, 16)), in(positive(1024, 1024)));
    table.both(
        "pow", in(positive(16, 16), normal(16, 16)), in(positive(1024, 1024), normal(1024, 1024)));
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
            "threshold",
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
      table.both(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    for (String name : List.of("log", "log1p", "sqrt", "rsqrt", "reciprocal", "log2", "log10")) {
      table.both(name, in(positive(16, 16)), in(positive(1024, 1024)));
    }
    for (String name : List.of("sign", "floor", "ceil", "round", "trunc", "cast to i32")) {
      table.forward(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    table.forward(
        "less", in(normal(16, 16), normal(16, 16)), in(normal(1024, 1024), normal(1024, 1024)));
    table.both(
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
            "standard_deviation rows",
            "glu")) {
      table.both(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    table.both("prod rows", in(withinOne(16, 16)), in(withinOne(1024, 16)));
    table.both("cumprod", in(withinOne(16, 16)), in(withinOne(1024, 16)));
    table.both("nan_to_num", in(normal(16, 16)), in(normal(1024, 1024)));
    table.both(
        "log_add_exp",
        in(normal(16, 16), normal(16, 16)),
        in(normal(1024, 1024), normal(1024, 1024)));
    table.both(
        "lerp",
        in(normal(16, 16), normal(16, 16), unit(16, 16)),
        in(normal(1024, 1024), normal(1024, 1024), unit(1024, 1024)));
    table.both("prelu", in(normal(16, 16), normal(16)), in(normal(1024, 1024), normal(1024)));
    table.forward("any rows", in(truth(16, 16)), in(truth(1024, 1024)));
    table.forward("count_nonzero rows", in(normal(16, 16)), in(normal(1024, 1024)));
    table.forward("argmax rows", in(normal(16, 16)), in(normal(1024, 1024)));
    for (String name : List.of("softmax", "log_softmax", "softmax columns")) {
      table.both(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
  }

  private void shapes() {
    table.both("roll", in(normal(16, 16)), in(normal(1024, 1024)));
    table.both("tril", in(normal(16, 16)), in(normal(1024, 1024)));
    table.both("pixel_shuffle", in(normal(1, 8, 8, 8)), in(normal(8, 64, 32, 32)));
    table.both(
        "concat", in(normal(16, 16), normal(16, 16)), in(normal(512, 1024), normal(512, 1024)));
    table.both("transposed copy", in(normal(16, 16)), in(normal(1024, 1024)));
    table.both("sliced copy", in(normal(16, 16)), in(normal(1024, 1024)));
    table.both("pixel_unshuffle", in(normal(1, 2, 16, 16)), in(normal(8, 16, 64, 64)));
    table.both("tile", in(normal(16, 16)), in(normal(512, 512)));
    table.both("repeat_interleave", in(normal(16, 16)), in(normal(512, 512)));
    table.both("diagonal", in(normal(16, 16)), in(normal(1024, 1024)));
    table.both(
        "masked_fill",
        in(normal(16, 16), truth(16, 16)),
        in(normal(1024, 1024), truth(1024, 1024)));
    for (String name : List.of("full", "arange", "eye")) {
      table.forward(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    table.forward("hann", in(normal(256)), in(normal(1 << 20)));
    table.forward("one_hot", in(whole(1000, 16)), in(whole(1000, 1024)));
  }

  private void indices() {
    table.both(
        "masked_select",
        in(normal(16, 16), truth(16, 16)),
        in(normal(1024, 1024), truth(1024, 1024)));
    table.forward("nonzero", in(truth(16, 16)), in(truth(1024, 1024)));
    table.both(
        "grid_sample",
        in(normal(1, 4, 8, 8), unit(1, 8, 8, 2)),
        in(normal(8, 32, 32, 32), unit(8, 32, 32, 2)));
    table.both(
        "gather",
        in(normal(16, 16), whole(16, 16, 16)),
        in(normal(1024, 1024), whole(1024, 1024, 1024)));
    table.both(
        "scatter_add",
        in(normal(16, 16), whole(16, 16, 16), normal(16, 16)),
        in(normal(1024, 1024), whole(1024, 1024, 1024), normal(1024, 1024)));
    table.both(
        "scatter",
        in(normal(16, 16), whole(1, 1, 16), normal(1, 16)),
        in(normal(1024, 1024), whole(1, 1, 1024), normal(1, 1024)));
    table.both(
        "index_add",
        in(normal(16, 16), whole(16, 16), normal(16, 16)),
        in(normal(10000, 256), whole(10000, 4096), normal(4096, 256)));
    table.both(
        "index_select",
        in(normal(16, 16), whole(16, 16)),
        in(normal(10000, 256), whole(10000, 4096)));
    table.both(
        "embedding", in(normal(16, 16), whole(16, 16)), in(normal(10000, 256), whole(10000, 4096)));
    for (String name : List.of("flip", "cumsum", "sort", "topk")) {
      table.both(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    for (String name :
        List.of("pad constant", "pad reflect", "resize nearest", "resize linear", "resize cubic")) {
      table.both(name, in(normal(1, 4, 8, 8)), in(normal(8, 32, 32, 32)));
    }
  }
}
