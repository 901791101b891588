package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Reshape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceBackendTest extends ReferenceFixture {
  private final ReferenceBackend backend = ReferenceBackend.create();

  @Test
  void refusesMoreElementsThanAnArrayHolds() {
    TensorSpec huge = TensorSpec.f32(1L << 16, 1L << 16);
    Op op = Unary.of(UnaryKind.EXP);
    Layout layout = Layout.Strided.of(0, 0);
    assertThatThrownBy(() -> backend.prepare(op, List.of(huge), List.of(layout), List.of(huge)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "reference lacks exp on more than 2^31-1 elements:"
                + " [F32[65536, 65536]] to [F32[65536, 65536]]");
  }

  @Test
  void refusesViews() {
    TensorSpec spec = TensorSpec.f32(2);
    assertThatThrownBy(() ->
            backend.prepare(
                new Reshape(spec.shape()),
                List.of(spec),
                List.of(Layout.Strided.of(1)),
                List.of(spec)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reshape: a view");
  }

  @Test
  void aWorkspaceIsNoOperand() {
    Value workspace = runAll(new MaxPool(Window.square(2, 2, 0)), random(1, 1, 1, 2, 2)).get(1);
    assertThatThrownBy(() -> run(new Contiguous(), workspace))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("reference lacks contiguous on [U8[0]]");
  }

  @Test
  void isCalledReference() {
    assertThat(backend.name()).isEqualTo("reference");
  }
}
