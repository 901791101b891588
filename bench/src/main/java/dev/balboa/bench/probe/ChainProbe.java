package dev.balboa.bench.probe;

import dev.balboa.bench.Inputs;
import dev.balboa.bindings.NativeThreads;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.RotaryPositions;
import dev.balboa.nn.layer.TransformerEncoder;
import dev.balboa.nn.layer.TransformerOptions;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * What element-wise functions in a row cost captured as one pass over memory, against one pass
 * each: tanh(x a + b) c at several sizes, where x is copied in, the reparameterization mu + exp(v /
 * 2) e, and a Transformer encoder whose rotary positions are such a row. Arguments: threads,
 * seconds.
 */
public final class ChainProbe {
  private static final int WIDTH = 384;
  private static final int LENGTH = 128;
  private static final CompileOptions FUSED = CompileOptions.defaults();
  private static final CompileOptions APART = FUSED.without("fuse-elementwise");

  private ChainProbe() {}

  /** Prints {@link Line}s. */
  public static void main(String[] arguments) {
    NativeThreads.configure(Integer.parseInt(arguments[0]));
    double seconds = Double.parseDouble(arguments[1]) / 8;
    try (var _ = Execution.noGrad();
        var _ = Scope.open()) {
      for (int n : new int[] {1 << 10, 1 << 14, 1 << 17, 1 << 20, 1 << 22}) {
        Tensor a = numbers(1, n).keep();
        Tensor b = numbers(2, n).keep();
        Tensor c = numbers(3, n).keep();
        compare(
            "tanh-" + n,
            seconds,
            o -> Compiled.of(in -> List.of(in.get(0).mul(a).add(b).tanh().mul(c)), o),
            numbers(4, n));
        a.close();
        b.close();
        c.close();
      }
      Tensor[] sample = {numbers(1, 1 << 20), numbers(2, 1 << 20), numbers(3, 1 << 20)};
      compare(
          "reparameterization",
          seconds,
          o ->
              Compiled.of(in -> List.of(in.get(0).add(in.get(1).mul(0.5).exp().mul(in.get(2)))), o),
          sample);
      rotary(seconds);
    }
  }

  private static void rotary(double seconds) {
    TransformerOptions options =
        TransformerOptions.of(WIDTH, 12, 4L * WIDTH).rotary(() -> new RotaryPositions(LENGTH));
    try (var _ = Execution.inference();
        Layer encoder = new TransformerEncoder(6, options)) {
      encoder.build(Shape.of(LENGTH, WIDTH), 1);
      Tensor x = numbers(5, LENGTH * WIDTH).reshape(1, LENGTH, WIDTH);
      compare("rotary-encoder", 2 * seconds, encoder::compile, x);
    }
  }

  private static Tensor numbers(int seed, int n) {
    return Tensor.of(Inputs.normal(seed, n), n);
  }

  private static void compare(
      String name, double seconds, Function<CompileOptions, Compiled> program, Tensor... in) {
    try (Compiled apart = program.apply(APART);
        Compiled fused = program.apply(FUSED)) {
      Pairs pairs = Pairs.measure(seconds, 0.02, 0, times(apart, in), times(fused, in));
      print(name + ".apart", pairs.median(0), "ns");
      print(name + ".fused", pairs.median(1), "ns");
      print(name + ".cost", pairs.median(1) / pairs.median(0), "times");
    }
  }

  private static LongConsumer times(Compiled program, Tensor... in) {
    return times -> {
      for (long i = 0; i < times; i++) {
        program.runInto(in, null);
      }
    };
  }

  private static void print(String name, double value, String unit) {
    System.out.println(new Line("chain." + name, value, unit, Double.NaN));
  }
}
