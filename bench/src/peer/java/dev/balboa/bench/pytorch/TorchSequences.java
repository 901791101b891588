package dev.balboa.bench.pytorch;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Decompositions, sequences, bytes and random numbers, as {@link TorchOps}. */
final class TorchSequences {
  /** The reduction of a loss. */
  private static final long MEAN = 1;

  /**
   * With AVX-512, PyTorch's oneDNN computes the forward pass of LSTMs of so many units wrongly, by
   * 1 to 3 %; its own steps are right.
   */
  private static final long WRONG_UNITS = 16;

  private final Map<String, Function<List<Tensor>, Tensor>> all;

  private TorchSequences(Map<String, Function<List<Tensor>, Tensor>> all) {
    this.all = all;
  }

  static void addTo(Map<String, Function<List<Tensor>, Tensor>> all) {
    TorchSequences sequences = new TorchSequences(all);
    sequences.decompositions();
    sequences.recurrent();
    sequences.bytes();
    sequences.chance();
  }

  private void one(String name, UnaryOperator<Tensor> f) {
    all.put(name, in -> f.apply(in.get(0)));
  }

  private void two(String name, BinaryOperator<Tensor> f) {
    all.put(name, in -> f.apply(in.get(0), in.get(1)));
  }

  private void decompositions() {
    two("solve", torch::linalg_solve);
    two("solve_triangular", (a, b) -> torch.linalg_solve_triangular(a, b, false));
    two("cholesky_solve", torch::cholesky_solve);
    two("lstsq", (a, b) -> torch.linalg_lstsq(a, b).get0());
    one("det", torch::linalg_det);
    one("slogdet", x -> torch.linalg_slogdet(x).get1());
    one("inv", torch::linalg_inv);
    one("pinv", torch::linalg_pinv);
    one("cholesky", torch::linalg_cholesky);
    one("eigenvalues", x -> torch.linalg_eigh(x).get0());
    one("qr", x -> torch.linalg_qr(x).get1());
    one("singular values", torch::linalg_svdvals);
  }

  private void recurrent() {
    all.put(
        "rnn_tanh",
        prepared(
            bias -> new Tensor[] {bias, torch.zeros_like(bias)},
            (in, b) ->
                torch
                    .rnn_tanh(in.get(0), in.get(4), weights(in, b), true, 1, 0, false, false, false)
                    .get0()));
    all.put(
        "lstm",
        prepared(bias -> new Tensor[] {bias, torch.zeros_like(bias)}, TorchSequences::lstm));
    all.put(
        "gru",
        prepared(
            TorchSequences::biasesOfGru,
            (in, b) ->
                torch
                    .gru(in.get(0), in.get(4), weights(in, b), true, 1, 0, false, false, false)
                    .get0()));
    all.put("gru one sequence", all.get("gru"));
    all.put("lstm one sequence", all.get("lstm"));
    two(
        "ctc",
        (x, targets) -> {
          long[] steps = new long[(int) targets.size(0)];
          Arrays.fill(steps, x.size(0));
          long[] labels = new long[steps.length];
          Arrays.fill(labels, targets.size(1));
          return torch.ctc_loss(
              torch.log_softmax(x, 2), targets, steps, labels, x.size(2) - 1, MEAN, false);
        });
  }

  private static Tensor lstm(List<Tensor> in, Tensor[] biases) {
    boolean ownSteps = in.get(4).size(2) <= WRONG_UNITS;
    if (ownSteps) {
      torch.globalContext().setUserEnabledMkldnn(false);
    }
    try {
      TensorVector state = new TensorVector(in.get(4), in.get(5));
      return torch
          .lstm(in.get(0), state, weights(in, biases), true, 1, 0, false, false, false)
          .get0();
    } finally {
      if (ownSteps) {
        torch.globalContext().setUserEnabledMkldnn(true);
      }
    }
  }

  private static TensorVector weights(List<Tensor> in, Tensor[] biases) {
    return new TensorVector(in.get(1), in.get(2), biases[0], biases[1]);
  }

  /** From blocks r, z, n, m: of the input r, z, n; of the state 0, 0, m. */
  private static Tensor[] biasesOfGru(Tensor bias) {
    long h = bias.size(0) / 4;
    Tensor none = torch.zeros_like(bias.narrow(0, 0, 2 * h));
    Tensor state = torch.cat(new TensorVector(none, bias.narrow(0, 3 * h, h)), 0);
    return new Tensor[] {bias.narrow(0, 0, 3 * h).clone(), state};
  }

  /**
   * An operation whose biases, made of input 3, are prepared once for each input and outlive the
   * scope of a run.
   */
  private static Function<List<Tensor>, Tensor> prepared(
      Function<Tensor, Tensor[]> make, BiFunction<List<Tensor>, Tensor[], Tensor> run) {
    IdentityHashMap<Tensor, Tensor[]> made = new IdentityHashMap<>();
    return in -> run.apply(in, made.computeIfAbsent(in.get(3), bias -> kept(make.apply(bias))));
  }

  private static Tensor[] kept(Tensor[] tensors) {
    for (Tensor tensor : tensors) {
      tensor.retainReference();
    }
    return tensors;
  }

  private void bytes() {
    one("quantize", x -> torch.quantize_per_tensor(x, 0.03125, 128, ScalarType.QUInt8).int_repr());
  }

  private void chance() {
    one("uniform", x -> torch.rand(x.shape()));
    one("normal", x -> torch.randn(x.shape()));
    one("bernoulli", x -> torch.bernoulli(x, 0.5));
    one("integers", x -> torch.randint(1000, x.shape()));
    one("dropout", x -> torch.dropout(x, 0.5, true));
    one("permutation", x -> torch.randperm(x.numel()));
  }
}
