package dev.balboa.nn.layer;

import static dev.balboa.nn.layer.MultiHeadAttentionTest.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The native backend computes what the reference does, outputs and gradients, with dropout. */
class TransformerBackendsTest {
  @RegisterExtension final TestExecution reference = new TestExecution();

  private static List<float[]> run(TestBackend backend) {
    TransformerOptions options =
        TransformerOptions.of(24, 4, 48)
            .kvHeads(2)
            .swiglu()
            .dropout(0.2)
            .rotary(() -> new RotaryPositions(32));
    List<float[]> all = new ArrayList<>();
    try (var _ = Execution.on(backend.executor());
        TransformerEncoder encoder = new TransformerEncoder(2, options);
        TransformerDecoder decoder = new TransformerDecoder(1, options)) {
      encoder.build(Shape.of(19, 24), 1);
      Tensor x = random(1, 3, 19, 24);
      Tensor target = random(2, 3, 7, 24);
      decoder.build(new RandomStream(2), () -> decoder.forward(target, x));
      AttentionMask mask = AttentionMask.lengths(Tensor.of(new int[] {19, 4, 11}));
      try (var _ = Execution.training(new RandomStream(3))) {
        Tensor memory = encoder.forward(x, mask);
        Tensor y = decoder.forward(target, memory, AttentionMask.none(), mask);
        all.add(y.toFloats());
        y.mul(random(4, 3, 7, 24)).sum().backward();
      }
      encoder.parameters().values().forEach(p -> all.add(p.grad().toFloats()));
      decoder.parameters().values().forEach(p -> all.add(p.grad().toFloats()));
    }
    return all;
  }

  @Test
  void backendsAgree() {
    List<float[]> expected = run(TestBackend.REFERENCE);
    List<float[]> got = run(TestBackend.NATIVE);
    for (int i = 0; i < expected.size(); i++) {
      float largest = 0;
      for (float x : expected.get(i)) {
        largest = Math.max(largest, Math.abs(x));
      }
      assertThat(got.get(i)).containsExactly(expected.get(i), within(1e-5f * largest));
    }
  }

  @Test
  void nothingIsCopiedAroundAttention() {
    try (var _ = Execution.on(TestBackend.NATIVE.executor());
        TransformerEncoder encoder = new TransformerEncoder(1, TransformerOptions.of(24, 4, 48))) {
      encoder.build(Shape.of(19, 24), 1);
      try (Compiled compiled = encoder.compile()) {
        String run = compiled.plan(TensorSpec.f32(3, 19, 24)).split("each run:", -1)[1];
        assertThat(run)
            .contains("attention")
            .doesNotContain("reorder")
            .doesNotContain("contiguous");
      }
    }
  }
}
