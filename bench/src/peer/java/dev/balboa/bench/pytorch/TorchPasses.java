package dev.balboa.bench.pytorch;

import dev.balboa.bench.Fastest;
import dev.balboa.bench.Inputs;
import dev.balboa.bench.ModelTask;
import dev.balboa.bench.Task;
import dev.balboa.bench.Weights;
import dev.balboa.bench.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Recurrent layers, a linear map and models on the shared weights. */
final class TorchPasses {
  private static final Context CONTEXT = torch.globalContext();

  private TorchPasses() {}

  /** A weight of the shared ones. */
  static Tensor weight(String name, long... dims) {
    return Tensors.of(Weights.of(name, dims), dims);
  }

  private static Tensor input(long... dims) {
    return Tensors.of(Weights.input(dims), dims);
  }

  /** A product whose second factor is packed once, as a compiled model packs a constant one. */
  static Workload packedProduct(Task.Sgemm task) {
    int m = task.m();
    int k = task.k();
    int n = task.n();
    Tensor x = Tensors.of(Inputs.normal(21, m * k), m, k);
    Tensor weight = Tensors.of(Inputs.normal(22, k * n), k, n).t().contiguous();
    Packed.Layer product = Packed.linear(weight, null, m, false);
    return new TorchPass(() -> new Tensor[] {product.forward(x)});
  }

  // ---- Recurrent layers ----

  /** An LSTM by oneDNN's primitive, as PyTorch does it by itself, and by its own steps. */
  static List<Fastest.Way> recurrent(Task.Recurrent task) {
    Fastest.Way first = new Fastest.Way("", () -> recurrent(task, true));
    return task.cell() == Task.Cell.LSTM
        ? List.of(first, new Fastest.Way("without oneDNN", () -> recurrent(task, false)))
        : List.of(first);
  }

  private static Workload recurrent(Task.Recurrent task, boolean oneDnn) {
    long h = Task.Recurrent.UNITS;
    long n = Task.Recurrent.BATCH;
    long gates =
        switch (task.cell()) {
          case LSTM -> 4;
          case GRU -> 3;
          case TANH -> 1;
        };
    Tensor x = input(Task.Recurrent.LENGTH, n, Task.Recurrent.INPUTS);
    Tensor h0 = Tensors.zeros(1, n, h);
    TensorVector states = new TensorVector(h0, Tensors.zeros(1, n, h));
    Tensor bias = weight("bias_l0", (task.cell() == Task.Cell.GRU ? 4 : gates) * h);
    Tensor stateBias = torch.zeros_like(bias.narrow(0, 0, gates * h));
    if (task.cell() == Task.Cell.GRU) {
      stateBias.narrow(0, 2 * h, h).copy_(bias.narrow(0, 3 * h, h));
    }
    TensorVector weights =
        new TensorVector(
            weight("weight_ih_l0", gates * h, Task.Recurrent.INPUTS),
            weight("weight_hh_l0", gates * h, h),
            bias.narrow(0, 0, gates * h).clone(),
            stateBias);
    boolean train = task.gradients();
    Supplier<Tensor> forward =
        switch (task.cell()) {
          case LSTM -> () -> torch.lstm(x, states, weights, true, 1, 0, train, false, false).get0();
          case GRU -> () -> torch.gru(x, h0, weights, true, 1, 0, train, false, false).get0();
          case TANH -> () -> torch.rnn_tanh(x, h0, weights, true, 1, 0, train, false, false).get0();
        };
    if (!train) {
      return new TorchPass(() -> {
        CONTEXT.setUserEnabledMkldnn(oneDnn);
        return new Tensor[] {forward.get()};
      });
    }
    Tensor cotangent = torch.ones_like(h0).expand(Task.Recurrent.LENGTH, n, h).contiguous();
    for (long i = 0; i < weights.size(); i++) {
      weights.get(i).requires_grad_(true);
    }
    TensorVector cotangents = new TensorVector(cotangent);
    BoolOptional freed = new BoolOptional(false);
    return new TorchPass(() -> {
      CONTEXT.setUserEnabledMkldnn(oneDnn);
      Tensor y = forward.get();
      TensorVector gradients =
          torch.grad(new TensorVector(y), weights, cotangents, freed, false, false);
      return new Tensor[] {y, gradients.get(0), gradients.get(1)};
    });
  }

  static Workload linearStep(Task.LinearStep task) {
    long n = task.width();
    Tensor x = input(1, n);
    Tensor weight = weight("weight", n, n).requires_grad_(true);
    TensorOptional bias = new TensorOptional(weight("bias", n).requires_grad_(true));
    TensorVector leaves = new TensorVector(weight, bias.get());
    TensorVector cotangent = new TensorVector(Tensors.of(new float[] {1}).reshape());
    BoolOptional freed = new BoolOptional(false);
    return new TorchPass(() -> {
      TensorVector loss = new TensorVector(torch.linear(x, weight, bias).sum());
      TensorVector gradients = torch.grad(loss, leaves, cotangent, freed, false, false);
      return new Tensor[] {gradients.get(0), gradients.get(1)};
    });
  }

  // ---- Models ----

  static List<Fastest.Way> inference(Task.ModelInference task) {
    List<Fastest.Way> ways = new ArrayList<>();
    Tensor x = input(task.model().inputShape(task.batch()));
    for (boolean packed : new boolean[] {false, true}) {
      String how = packed ? "packed" : "plain";
      if (task.model() == ModelTask.TRANSFORMER) {
        ways.add(
            new Fastest.Way(
                how,
                () -> {
                  TorchEncoder encoder = new TorchEncoder(task.batch(), packed);
                  return new TorchPass(() -> new Tensor[] {encoder.forward(x)});
                }));
      } else {
        for (Order order : Order.ofModels()) {
          Tensor ordered = Tensors.ordered(x, order);
          ways.add(
              new Fastest.Way(
                  order.label + ", " + how,
                  () -> {
                    FoldedResNet50 net = new FoldedResNet50(order, task.batch(), packed);
                    return new TorchPass(() -> new Tensor[] {net.logits(ordered)});
                  }));
        }
      }
    }
    return ways;
  }
}
