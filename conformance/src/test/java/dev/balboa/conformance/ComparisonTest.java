package dev.balboa.conformance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A wrong result is noticed. */
final class ComparisonTest {
  private static Elements floats(float... x) {
    ByteBuffer b = ByteBuffer.allocate(4 * x.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float v : x) {
      b.putFloat(v);
    }
    return new Elements("", Elements.Type.FLOAT, new long[] {x.length}, b.array());
  }

  private static void compare(Elements expected, float... got) {
    try (var _ = Execution.on(Executors.reference());
        var _ = Scope.open()) {
      Comparison.check("y", Tensor.of(got), expected, Comparison.RELATIVE);
    }
  }

  @Test
  void numbersHaveToBeClose() {
    assertThatCode(() -> compare(floats(1, -2), 1.000009f, -2)).doesNotThrowAnyException();
    assertThatThrownBy(() -> compare(floats(1, -2), 1, -2.0001f))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("y at 1 of [2]: expected -2.0");
  }

  @Test
  void shapesAndTypesHaveToBeTheSame() {
    assertThatThrownBy(() -> compare(floats(1), 1, 2)).hasMessageContaining("expected shape [1]");
    Elements whole = new Elements("", Elements.Type.INT32, new long[] {1}, new byte[4]);
    assertThatThrownBy(() -> compare(whole, 0)).hasMessageContaining("expected type I32, got F32");
  }

  @Test
  void notANumberIsOnlyItself() {
    assertThatCode(() -> compare(floats(Float.NaN), Float.NaN)).doesNotThrowAnyException();
    assertThatThrownBy(() -> compare(floats(Float.NaN), 1)).hasMessageContaining("expected NaN");
    assertThatThrownBy(() -> compare(floats(1), Float.NaN)).hasMessageContaining("got NaN");
    assertThatThrownBy(() -> compare(floats(1), Float.POSITIVE_INFINITY))
        .hasMessageContaining("got Infinity");
    assertThatThrownBy(() -> compare(floats(Float.POSITIVE_INFINITY), 1))
        .hasMessageContaining("expected Infinity");
  }

  @Test
  void aWrongOperationFails() {
    Mapping.Table wrong = new Mapping.Table();
    wrong.one("Relu", c -> c.in(0).abs());
    Onnx.Node node = new Onnx.Node("Relu", "", List.of("x"), List.of("y"), Map.of());
    Onnx.Graph graph =
        new Onnx.Graph(
            List.of(node),
            List.of(),
            List.of(new Onnx.Port("x", true)),
            List.of(new Onnx.Port("y", true)));
    GraphRun run = new GraphRun(wrong, Executors.reference());
    TestCase.Example example = new TestCase.Example(List.of(floats(-1, 1)), List.of(floats(0, 1)));
    assertThatThrownBy(() -> run.check(new Onnx.Model(graph, 17), example, Comparison.RELATIVE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("output y at 0 of [2]: expected 0.0, got 1.0");
  }
}
