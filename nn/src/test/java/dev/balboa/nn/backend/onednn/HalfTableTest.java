package dev.balboa.nn.backend.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HalfTableTest {
  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  @Test
  void givesTheBitsOfComputingInF32AndRoundingOnce() {
    float[] all = new float[1 << 16];
    for (int i = 0; i < all.length; i++) {
      all[i] = Float.intBitsToFloat(i << 16);
    }
    Tensor wide = Tensor.of(all);
    Tensor half = wide.cast(DType.BF16);
    assertThat(HalfTable.serves(half.spec())).isTrue();
    List<UnaryOperator<Tensor>> functions = List.of(Tensor::exp, Tensor::sigmoid, Tensor::relu);
    for (UnaryOperator<Tensor> f : functions) {
      Tensor y = f.apply(half);
      assertThat(y.dtype()).isEqualTo(DType.BF16);
      float[] expected = f.apply(wide).cast(DType.BF16).cast(DType.F32).toFloats();
      assertThat(y.cast(DType.F32).toFloats()).isEqualTo(expected);
    }
  }
}
