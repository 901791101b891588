package dev.balboa.bench.pytorch;

import dev.balboa.bench.Inputs;
import dev.balboa.bench.Task;
import dev.balboa.bench.Workload;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Single operations. Whoever runs them has switched gradients off. */
final class Operations {
  private static final long[] ONE = {1, 1};
  private static final long[] NONE = {0, 0};

  private Operations() {}

  static Workload sgemm(Task.Sgemm task) {
    Tensor a = Tensors.of(Inputs.normal(21, task.m() * task.k()), task.m(), task.k());
    Tensor b = Tensors.of(Inputs.normal(22, task.k() * task.n()), task.k(), task.n());
    Tensor c = Tensors.zeros(task.m(), task.n());
    return new Workload() {
      @Override
      public void run() {
        torch.matmul_out(c, a, b).close();
      }

      @Override
      public double checksum() {
        return Tensors.magnitude(c);
      }
    };
  }

  static Workload add(Task.Add task) {
    Tensor a = Tensors.of(Inputs.normal(31, task.elements()), task.elements());
    Tensor b = Tensors.of(Inputs.normal(32, task.elements()), task.elements());
    return new Workload() {
      @Override
      public void run() {
        torch.add(a, b).close();
      }

      @Override
      public double checksum() {
        return Tensors.magnitude(torch.add(a, b));
      }
    };
  }

  static Workload conv2d(Task.Conv2d task, Order order) {
    int pixels = task.size() * task.size();
    Tensor src =
        Tensors.ordered(
            Tensors.of(
                Inputs.normal(41, task.batch() * task.inChannels() * pixels),
                task.batch(),
                task.inChannels(),
                task.size(),
                task.size()),
            order);
    Tensor weights =
        Tensors.ordered(
            Tensors.of(
                Inputs.normal(42, task.outChannels() * task.inChannels() * 9),
                task.outChannels(),
                task.inChannels(),
                3,
                3),
            order);
    if (task.direction() == Task.Direction.FORWARD) {
      Tensor bias = Tensors.of(Inputs.normal(43, task.outChannels()), task.outChannels());
      return new Forward(src, weights, new TensorOptional(bias));
    }
    Tensor diffDst =
        Tensors.ordered(
            Tensors.of(
                Inputs.normal(44, task.batch() * task.outChannels() * pixels),
                task.batch(),
                task.outChannels(),
                task.size(),
                task.size()),
            order);
    return new Backward(
        src,
        weights,
        diffDst,
        new LongArrayRefOptional(task.outChannels()),
        new BoolPointer(3).put(0, task.needsInputGradient()).put(1, true).put(2, true));
  }

  private record Forward(Tensor src, Tensor weights, TensorOptional bias) implements Workload {
    private Tensor dst() {
      return torch.conv2d(src, weights, bias, ONE, ONE, ONE, 1);
    }

    @Override
    public void run() {
      dst().close();
    }

    @Override
    public double checksum() {
      return Tensors.magnitude(dst());
    }
  }

  private record Backward(
      Tensor src,
      Tensor weights,
      Tensor diffDst,
      LongArrayRefOptional biasShape,
      BoolPointer wanted)
      implements Workload {
    private T_TensorTensorTensor_T gradients() {
      return torch.convolution_backward(
          diffDst, src, weights, biasShape, ONE, ONE, ONE, false, NONE, 1, wanted);
    }

    @Override
    public void run() {
      try (PointerScope _ = new PointerScope()) {
        gradients();
      }
    }

    @Override
    public double checksum() {
      T_TensorTensorTensor_T gradients = gradients();
      double sum = Tensors.magnitude(gradients.get1()) + Tensors.magnitude(gradients.get2());
      return wanted.get(0) ? sum + Tensors.magnitude(gradients.get0()) : sum;
    }
  }
}
