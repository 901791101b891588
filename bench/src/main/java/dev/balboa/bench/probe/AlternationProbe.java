package dev.balboa.bench.probe;

import dev.balboa.bench.Inputs;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.nn.backend.onednn.BlasProducts;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * What a matrix product on OpenBLAS and a convolution on oneDNN cost in turn, against the sum of
 * the two alone. Both libraries have threads, and idle ones may spin and starve those of the other:
 * on two cores that made it seven times the sum. The turns are long, with pauses, so that what is
 * measured alone is not starved. Arguments: threads, seconds.
 */
public final class AlternationProbe {
  private static final double LIMIT = 1.1;

  private AlternationProbe() {}

  /** Prints {@link Line}s. */
  public static void main(String[] arguments) {
    NativeThreads.configure(Integer.parseInt(arguments[0]));
    double seconds = Double.parseDouble(arguments[1]);
    try (var _ = Execution.on(BlasProducts.executor());
        var _ = Execution.noGrad();
        var _ = Scope.open()) {
      Tensor a = Tensor.of(Inputs.normal(1, 256 * 256), 256, 256);
      Tensor b = Tensor.of(Inputs.normal(2, 256 * 256), 256, 256);
      Tensor images = Tensor.of(Inputs.normal(3, 32 * 32 * 14 * 14), 32, 32, 14, 14);
      Tensor weights = Tensor.of(Inputs.normal(4, 64 * 32 * 9), 64, 32, 3, 3);
      Tensor bias = Tensor.of(Inputs.normal(5, 64), 64);
      Window window = Window.square(3, 1, 1);
      Supplier<Tensor> product = () -> a.matmul(b);
      Supplier<Tensor> convolution =
          () -> Functions.conv(images, weights, bias, window, 1, Activation.IDENTITY);
      Pairs pairs =
          Pairs.measure(
              seconds, 0.1, 50, times(product), times(convolution), times(product, convolution));
      double alone = pairs.median(0) + pairs.median(1);
      print("sgemm-256", pairs.median(0), "ns", Double.NaN);
      print("conv2-b32", pairs.median(1), "ns", Double.NaN);
      print("in-turn", pairs.median(2), "ns", Double.NaN);
      print("cost", pairs.median(2) / alone, "times", LIMIT);
    }
  }

  private static void print(String name, double value, String unit, double limit) {
    System.out.println(new Line("alternation." + name, value, unit, limit));
  }

  @SafeVarargs
  private static LongConsumer times(Supplier<Tensor>... operations) {
    return times -> {
      for (long i = 0; i < times; i++) {
        try (var _ = Scope.open()) {
          for (Supplier<Tensor> operation : operations) {
            var _ = operation.get();
          }
        }
      }
    };
  }
}
