package dev.balboa.nn.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** What tests of passes run: a graph with some of them and without any. */
final class Passes {
  static final TensorSpec X = TensorSpec.f32(2, 3, 8, 8);
  static final Window THREE = Window.square(3, 1, 1);

  private Passes() {}

  static Tensor numbers(int seed, long... dims) {
    float[] x = new float[(int) Shape.of(dims).size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(0.71 * i + seed);
    }
    return Tensor.of(x, dims);
  }

  /** The operations before and after passes; the results have to agree within {@code error}. */
  static List<Op> ops(Function<Tensor, List<Tensor>> function, double error, Pass... passes) {
    Function<List<Tensor>, List<Tensor>> f = in -> function.apply(in.get(0));
    CompileOptions none = CompileOptions.defaults().withPasses(List.of());
    try (Compiled plain = Compiled.asWritten(f, none);
        Compiled better = Compiled.asWritten(f, none.withPasses(List.of(passes)))) {
      Tensor[] x = {numbers(1, 2, 3, 8, 8)};
      Tensor[] expected = plain.run(x);
      Tensor[] got = better.run(x);
      for (int i = 0; i < expected.length; i++) {
        assertThat(got[i].toFloats())
            .containsExactly(expected[i].toFloats(), within((float) error));
      }
      Graph graph = better.graph(X);
      assertThat(graph.nodes()).hasSizeLessThan(plain.graph(X).nodes().size());
      return ops(graph);
    }
  }

  static List<Op> ops(Graph graph) {
    return graph.nodes().stream()
        .filter(Node.Apply.class::isInstance)
        .map(n -> ((Node.Apply) n).op())
        .toList();
  }

  static Tensor conv(Tensor x, Tensor w) {
    return Functions.conv(x, w, null, THREE, 1, Activation.IDENTITY);
  }
}
