package dev.balboa.bench.pytorch;

import dev.balboa.bench.Workload;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Results computed again and again from what was made ready. */
record TorchPass(Supplier<Tensor[]> computation) implements Workload {
  @Override
  public void run() {
    try (PointerScope _ = new PointerScope()) {
      var _ = computation.get();
    }
  }

  @Override
  public double checksum() {
    try (PointerScope _ = new PointerScope()) {
      double sum = 0;
      for (Tensor result : computation.get()) {
        sum += Tensors.magnitude(result);
      }
      return sum;
    }
  }
}
