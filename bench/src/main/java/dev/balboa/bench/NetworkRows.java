package dev.balboa.bench;

import static dev.balboa.bench.OpInput.codes;
import static dev.balboa.bench.OpInput.logProbabilities;
import static dev.balboa.bench.OpInput.normal;
import static dev.balboa.bench.OpInput.positive;
import static dev.balboa.bench.OpInput.positiveDefinite;
import static dev.balboa.bench.OpInput.signedCodes;
import static dev.balboa.bench.OpInput.signs;
import static dev.balboa.bench.OpInput.unit;
import static dev.balboa.bench.OpInput.weights;
import static dev.balboa.bench.OpInput.whole;
import static dev.balboa.bench.OpInput.withinOne;
import static dev.balboa.bench.OpRows.in;

import java.util.List;

/** The rows of products, layers and losses. */
final class NetworkRows {
  private final OpRows table;

  private NetworkRows(OpRows table) {
    this.table = table;
  }

  static void addTo(OpRows table) {
    new NetworkRows(table).all();
  }

  private void all() {
    products();
    networks();
    rows();
    losses();
    moreLosses();
    decompositions();
    sequences();
    bytes();
    chance();
  }

  private void products() {
    table.both(
        "matmul", in(normal(16, 16), normal(16, 16)), in(normal(512, 512), normal(512, 512)));
    table.both(
        "matmul batched",
        in(normal(4, 8, 8), normal(4, 8, 8)),
        in(normal(64, 64, 64), normal(64, 64, 64)));
    table.both(
        "linear",
        in(normal(4, 16), normal(16, 16), normal(16)),
        in(normal(128, 1024), normal(1024, 1024), normal(1024)));
    table.both(
        "einsum bhqd,bkhd->bhqk",
        in(normal(1, 2, 8, 16), normal(1, 8, 2, 16)),
        in(normal(8, 12, 128, 32), normal(8, 128, 12, 32)));
    table.both(
        "bilinear",
        in(normal(4, 8), normal(4, 8), normal(8, 8, 8), normal(8)),
        in(normal(128, 64), normal(128, 64), normal(64, 64, 64), normal(64)));
    table.both(
        "attention",
        in(normal(1, 2, 16, 16), normal(1, 2, 16, 16), normal(1, 2, 16, 16)),
        in(normal(8, 12, 128, 32), normal(8, 12, 128, 32), normal(8, 12, 128, 32)));
    table.both(
        "attention short",
        in(normal(8, 8, 16, 64), normal(8, 8, 16, 64), normal(8, 8, 16, 64)),
        in(normal(32, 8, 64, 64), normal(32, 8, 64, 64), normal(32, 8, 64, 64)));
    table.both(
        "attention causal",
        in(normal(1, 2, 16, 16), normal(1, 2, 16, 16), normal(1, 2, 16, 16)),
        in(normal(1, 8, 1024, 64), normal(1, 8, 1024, 64), normal(1, 8, 1024, 64)));
    table.forward(
        "attention one query",
        in(normal(1, 8, 1, 16), normal(1, 2, 32, 16), normal(1, 2, 32, 16)),
        in(normal(1, 32, 1, 64), normal(1, 8, 1024, 64), normal(1, 8, 1024, 64)));
    table.both("dot", in(normal(256), normal(256)), in(normal(1 << 20), normal(1 << 20)));
    table.both("outer", in(normal(16), normal(16)), in(normal(1024), normal(1024)));
    table.both(
        "tensordot",
        in(normal(4, 4, 8), normal(4, 8, 4)),
        in(normal(32, 16, 64), normal(16, 64, 128)));
  }

  private void networks() {
    table.images(
        "conv1d",
        in(normal(1, 8, 64), normal(8, 8, 3), normal(8)),
        in(normal(16, 64, 512), normal(64, 64, 3), normal(64)));
    table.images(
        "conv2d",
        in(normal(1, 8, 16, 16), normal(8, 8, 3, 3), normal(8)),
        in(normal(8, 64, 28, 28), normal(64, 64, 3, 3), normal(64)));
    table.images(
        "conv2d depthwise",
        in(normal(1, 8, 16, 16), normal(8, 1, 3, 3), normal(8)),
        in(normal(8, 64, 28, 28), normal(64, 1, 3, 3), normal(64)));
    table.images(
        "conv3d",
        in(normal(1, 4, 8, 8, 8), normal(4, 4, 3, 3, 3), normal(4)),
        in(normal(2, 16, 16, 16, 16), normal(16, 16, 3, 3, 3), normal(16)));
    table.images(
        "conv_transpose2d",
        in(normal(1, 8, 8, 8), normal(8, 8, 4, 4), normal(8)),
        in(normal(8, 64, 14, 14), normal(64, 64, 4, 4), normal(64)));
    table.images(
        "conv_residual",
        in(normal(1, 8, 16, 16), normal(8, 8, 3, 3), normal(8), normal(1, 8, 16, 16)),
        in(normal(8, 64, 28, 28), normal(64, 64, 3, 3), normal(64), normal(8, 64, 28, 28)));
    for (String name :
        List.of(
            "max_pool2d",
            "max_pool_with_indices",
            "max_unpool",
            "adaptive_max_pool",
            "global_max_pool",
            "local_response_norm",
            "avg_pool2d",
            "global_avg_pool",
            "adaptive_avg_pool2d")) {
      table.images(name, in(normal(1, 8, 16, 16)), in(normal(16, 64, 28, 28)));
    }
    table.images(
        "batch_norm training",
        in(normal(2, 8, 8, 8), normal(8), normal(8)),
        in(normal(16, 64, 28, 28), normal(64), normal(64)));
    table.images(
        "batch_norm inference",
        in(normal(2, 8, 8, 8), normal(8), normal(8), normal(8).constant(), positive(8).constant()),
        in(
            normal(16, 64, 28, 28),
            normal(64),
            normal(64),
            normal(64).constant(),
            positive(64).constant()));
    table.both(
        "cross_entropy",
        in(normal(8, 10), whole(10, 8)),
        in(normal(1024, 1000), whole(1000, 1024)));
  }

  /** Normalisation of rows and channels. */
  private void rows() {
    table.both(
        "layer_norm",
        in(normal(8, 16), normal(16), normal(16)),
        in(normal(1024, 1024), normal(1024), normal(1024)));
    table.both("rms_norm", in(normal(8, 16), normal(16)), in(normal(1024, 1024), normal(1024)));
    for (String name : List.of("group_norm", "instance_norm")) {
      table.both(
          name,
          in(normal(2, 8, 8, 8), normal(8), normal(8)),
          in(normal(16, 64, 28, 28), normal(64), normal(64)));
    }
  }

  private void losses() {
    table.both("nll", in(normal(8, 10), whole(10, 8)), in(normal(1024, 1000), whole(1000, 1024)));
    for (String name : List.of("mse", "l1", "smooth_l1", "huber", "cosine_similarity")) {
      table.both(
          name, in(normal(16, 16), normal(16, 16)), in(normal(1024, 1024), normal(1024, 1024)));
    }
    table.both(
        "triplet_margin",
        in(normal(16, 16), normal(16, 16), normal(16, 16)),
        in(normal(1024, 1024), normal(1024, 1024), normal(1024, 1024)));
    table.both(
        "bce_with_logits",
        in(normal(16, 16), positive(16, 16).constant()),
        in(normal(1024, 1024), positive(1024, 1024).constant()));
  }

  private void moreLosses() {
    table.both(
        "bce",
        in(unit(16, 16), unit(16, 16).constant()),
        in(unit(1024, 1024), unit(1024, 1024).constant()));
    table.both(
        "poisson_nll",
        in(normal(16, 16), positive(16, 16).constant()),
        in(normal(1024, 1024), positive(1024, 1024).constant()));
    table.both(
        "gaussian_nll",
        in(normal(16, 16), normal(16, 16), positive(16, 16)),
        in(normal(1024, 1024), normal(1024, 1024), positive(1024, 1024)));
    table.both(
        "kl_divergence",
        in(logProbabilities(16, 16), unit(16, 16).constant()),
        in(logProbabilities(1024, 1024), unit(1024, 1024).constant()));
    for (String name : List.of("hinge", "hinge_embedding", "focal")) {
      table.both(
          name, in(normal(16, 16), signs(16, 16)), in(normal(1024, 1024), signs(1024, 1024)));
    }
    table.both(
        "margin_ranking",
        in(normal(256), normal(256), signs(256)),
        in(normal(1 << 20), normal(1 << 20), signs(1 << 20)));
    table.both(
        "cosine_embedding",
        in(normal(16, 16), normal(16, 16), signs(16)),
        in(normal(1024, 1024), normal(1024, 1024), signs(1024)));
    table.both(
        "multi_margin", in(normal(8, 10), whole(10, 8)), in(normal(1024, 1000), whole(1000, 1024)));
  }

  private void decompositions() {
    table.both("solve", in(normal(16, 16), normal(16, 4)), in(normal(256, 256), normal(256, 64)));
    table.both(
        "solve_triangular",
        in(positiveDefinite(16, 16), normal(16, 4)),
        in(positiveDefinite(256, 256), normal(256, 64)));
    table.both(
        "cholesky_solve",
        in(normal(16, 4), positiveDefinite(16, 16).constant()),
        in(normal(256, 64), positiveDefinite(256, 256).constant()));
    table.forward("lstsq", in(normal(16, 8), normal(16, 4)), in(normal(256, 128), normal(256, 16)));
    for (String name : List.of("det", "slogdet")) {
      table.both(name, in(normal(8, 8)), in(normal(64, 8, 8)));
    }
    table.both("inv", in(positiveDefinite(16, 16)), in(positiveDefinite(256, 256)));
    table.both("cholesky", in(positiveDefinite(16, 16)), in(positiveDefinite(256, 256)));
    table.forward("eigenvalues", in(positiveDefinite(16, 16)), in(positiveDefinite(256, 256)));
    for (String name : List.of("qr", "singular values", "pinv")) {
      table.forward(name, in(normal(16, 8)), in(normal(256, 128)));
    }
  }

  private void sequences() {
    for (int gates : new int[] {1, 3, 4}) {
      table.both(
          gates == 1 ? "rnn_tanh" : gates == 3 ? "gru" : "lstm",
          sequence(gates, 5, 2, 8, 8),
          sequence(gates, 50, 32, 128, 256));
    }
    table.both("lstm one sequence", sequence(4, 8, 1, 8, 16), sequence(4, 100, 1, 128, 256));
    table.both("gru one sequence", sequence(3, 8, 1, 8, 16), sequence(3, 100, 1, 128, 256));
    table.both(
        "ctc", in(normal(12, 2, 6), whole(5, 2, 4)), in(normal(200, 16, 64), whole(63, 16, 40)));
  }

  /** Input, weights of the input and of the state, bias, the first hidden and cell states. */
  private static List<OpInput> sequence(int gates, long steps, long batch, long in, long hidden) {
    return in(
        normal(steps, batch, in),
        weights(gates * hidden, in),
        weights(gates * hidden, hidden),
        withinOne((gates == 3 ? 4 : gates) * hidden).constant(),
        normal(1, batch, hidden).constant(),
        normal(1, batch, hidden).constant());
  }

  /** Numbers quantized to bytes; one scale for all of a tensor. */
  private void bytes() {
    for (String name : List.of("quantize", "dynamic_quantize")) {
      table.forward(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    table.forward("dequantize", in(codes(16, 16)), in(codes(1024, 1024)));
    table.forward(
        "quantized_linear",
        in(codes(4, 16), signedCodes(16, 16)),
        in(codes(128, 1024), signedCodes(1024, 1024)));
    table.forward(
        "quantized_matmul",
        in(codes(16, 16), signedCodes(16, 16)),
        in(codes(512, 512), signedCodes(512, 512)));
    table.forward(
        "quantized_conv",
        in(codes(1, 8, 16, 16), signedCodes(8, 8, 3, 3)),
        in(codes(8, 64, 28, 28), signedCodes(64, 64, 3, 3)));
  }

  /** What draws random numbers. */
  private void chance() {
    for (String name :
        List.of("uniform", "normal", "bernoulli", "integers", "dropout", "truncated_normal")) {
      table.random(name, in(normal(16, 16)), in(normal(1024, 1024)));
    }
    table.random("permutation", in(normal(256)), in(normal(1 << 20)));
  }
}
