package dev.balboa.nn.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever layout a backend has chosen, writes reach the views that share memory in row-major
 * order, and no other tensor: in the reference, in native eager operations and in captured ones.
 */
class WritesThroughViewsTest {
  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static Tensor numbers(int seed, long... dims) {
    float[] x = new float[(int) Shape.of(dims).size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(seed + 0.37 * i);
    }
    return Tensor.of(x, dims);
  }

  private static Tensor conv(Tensor x, int filters) {
    Tensor weight = numbers(3, filters, x.shape().dim(1), 3, 3);
    return Functions.conv(x, weight, null, Window.square(3, 1, 1), 1, Activation.IDENTITY);
  }

  private static Tensor pool(Tensor x) {
    return Functions.maxPool(x, Window.square(2, 2, 0));
  }

  /** Lies the other way round on the native backend. */
  private static Tensor turned(Tensor x) {
    return x.flatten(1).transpose(0, 1).cast(DType.BF16);
  }

  private static void clear(Tensor t) {
    t.assign(Tensors.fill(t.spec(), 7));
  }

  private static Arguments of(String name, Function<Tensor, List<Tensor>> f) {
    return Arguments.of(name, f);
  }

  static Stream<Arguments> cases() {
    return Stream.concat(
        Stream.of(2, 16)
            .flatMap(n ->
                Stream.of(
                    of(
                        "slice of " + n + " filters",
                        x -> {
                          Tensor t = conv(x, n).sigmoid();
                          clear(t.slice(0, 0, 1));
                          return List.of(t.slice(0, 0, 1), t, t.mul(2));
                        }),
                    of(
                        "reshape of " + n + " pooled filters",
                        x -> {
                          Tensor t = pool(conv(x, n));
                          Tensor row = t.reshape(2, -1);
                          clear(row.slice(1, 0, 3));
                          return List.of(t, row, pool(t), t.permute(1, 0, 2, 3));
                        }),
                    of(
                        n + " filters themselves",
                        x -> {
                          Tensor t = conv(x, n);
                          Tensor before = t.reshape(-1);
                          Tensor read = t.add(1);
                          t.assign(read.mul(3));
                          return List.of(t, before, read, conv(t, n));
                        }),
                    of(
                        n + " filters from an inner scope",
                        x -> {
                          Tensor t = conv(x, n);
                          try (var _ = Scope.open()) {
                            clear(t.slice(1, 0, 1).slice(0, 1, 2));
                          }
                          try (var _ = Scope.open()) {
                            clear(t.flatten(2).slice(2, 4, 9));
                          }
                          return List.of(t, t.add(1));
                        }))),
        Stream.of(
            of(
                "reshapes of a transposed value are copies, each its own",
                x -> {
                  Tensor p = x.flatten(1).softmax(1).transpose(0, 1);
                  Tensor first = p.reshape(-1);
                  Tensor second = p.reshape(-1);
                  clear(first);
                  return List.of(first, second.add(1), p.add(1));
                }),
            of(
                "a reshape of a transposed value that is written",
                x -> {
                  Tensor p = x.flatten(1).softmax(1).transpose(0, 1);
                  Tensor copy = p.reshape(-1);
                  clear(p.slice(0, 1, 3));
                  return List.of(copy.add(1), p.add(1), p.reshape(-1));
                }),
            of(
                "a copy of a copy",
                x -> {
                  Tensor t = x.softmax(1);
                  Tensor first = t.copy();
                  Tensor second = first.copy();
                  clear(second);
                  return List.of(t.mul(3), first, second.mul(2));
                }),
            of(
                "slices of a result that lies the other way round",
                x -> {
                  Tensor t = turned(x);
                  clear(t.slice(0, 2, 5));
                  clear(t.transpose(0, 1).slice(0, 1, 2));
                  return List.of(t, t.reshape(-1), t.transpose(0, 1).reshape(-1));
                })));
  }

  private static List<float[]> floats(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::toFloats).toList();
  }

  private static void same(String where, List<float[]> got, List<float[]> expected) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(got.get(i))
          .as("%s, result %d", where, i)
          .containsExactly(expected.get(i), within(1e-4f));
    }
  }

  private static List<float[]> captured(Function<Tensor, List<Tensor>> f, CompileOptions options) {
    try (Compiled c = Compiled.of(in -> f.apply(in.get(0)), options)) {
      c.run(numbers(1, 2, 2, 4, 4));
      return floats(List.of(c.run(new Tensor[] {numbers(1, 2, 2, 4, 4)})));
    }
  }

  /** Eagerly what a backend keeps in a layout of its own has to be copied first. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isTheSameEverywhereOrRefused(String name, Function<Tensor, List<Tensor>> f) {
    List<float[]> expected;
    try (var _ = Execution.on(Executors.reference())) {
      expected = floats(f.apply(numbers(1, 2, 2, 4, 4)));
      same("captured reference", captured(f, CompileOptions.defaults()), expected);
    }
    same("captured", captured(f, CompileOptions.defaults()), expected);
    same("captured plainly", captured(f, CompileOptions.defaults().withoutChains()), expected);
    List<float[]> eager;
    try {
      eager = floats(f.apply(numbers(1, 2, 2, 4, 4)));
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("written in place");
      return;
    }
    same("native", eager, expected);
  }

  @Test
  void viewsOfCopiesAreNotWritten() {
    Tensor t = conv(numbers(1, 1, 2, 4, 4), 16);
    assertThatThrownBy(() -> clear(t.slice(1, 0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("assign", "row-major", "copy()");
    Tensor copy = t.copy();
    clear(copy.slice(1, 0, 16));
    assertThat(copy.toFloats()).containsOnly(7);
  }
}
