package dev.balboa.bench.pytorch;

import dev.balboa.bench.OpInput;
import dev.balboa.bench.OpTask;
import dev.balboa.bench.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One operation of the table in PyTorch: in inference mode, or with gradients. */
final class TorchWorkload implements Workload {
  private final Function<List<Tensor>, Tensor> operation;
  private final List<Tensor> inputs = new ArrayList<>();
  private final TensorVector leaves = new TensorVector();
  private final TensorVector cotangent;
  private final BoolOptional keepGraph = new BoolOptional(false);
  private final boolean backward;

  TorchWorkload(OpTask task, Function<List<Tensor>, Tensor> operation, Order order) {
    this.operation = operation;
    backward = task.backward();
    for (int i = 0; i < task.inputs().size(); i++) {
      OpInput in = task.inputs().get(i);
      Tensor t = of(in, OpTask.seed(i));
      boolean picture = in.shape().length == 4;
      t = picture ? Tensors.ordered(t, order) : t;
      if (backward && in.differentiable()) {
        t.requires_grad_(true);
        leaves.push_back(t);
      }
      inputs.add(t);
    }
    cotangent = new TensorVector();
    if (backward) {
      try (PointerScope _ = new PointerScope()) {
        long[] shape = operation.apply(inputs).shape();
        cotangent.push_back(Tensors.of(OpTask.cotangent(shape), shape));
      }
    }
  }

  private static Tensor of(OpInput in, long seed) {
    if (!in.isWhole()) {
      return Tensors.of(in.floats(seed), in.shape());
    }
    Tensor whole = Tensors.labels(in.wholes(seed)).reshape(in.shape());
    return switch (in.kind()) {
      case TRUTH -> whole.to(ScalarType.Bool);
      case CODE -> whole.to(ScalarType.Byte);
      case SIGNED_CODE -> whole.to(ScalarType.Char);
      default -> whole;
    };
  }

  private TensorVector compute() {
    if (!backward) {
      try (InferenceMode _ = new InferenceMode(true)) {
        return new TensorVector(operation.apply(inputs));
      }
    }
    TensorVector y = new TensorVector(operation.apply(inputs));
    return torch.grad(y, leaves, cotangent, keepGraph, false, false);
  }

  @Override
  public void run() {
    try (PointerScope _ = new PointerScope()) {
      compute();
    }
  }

  @Override
  public double checksum() {
    try (PointerScope _ = new PointerScope()) {
      TensorVector results = compute();
      double sum = 0;
      for (long i = 0; i < results.size(); i++) {
        sum += Tensors.magnitude(results.get(i).to(ScalarType.Double));
      }
      return sum;
    }
  }

  @Override
  public void close() {
    inputs.forEach(Tensor::close);
    leaves.close();
    cotangent.close();
  }
}
