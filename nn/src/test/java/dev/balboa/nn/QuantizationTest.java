package dev.balboa.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Quantization;
import dev.balboa.nn.tensor.Quantized;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes for numbers, by hand-calculated examples on both backends. */
final class QuantizationTest {
  static List<EagerExecutor> executors() {
    return List.of(Executors.reference(), Executors.nativeExecutor());
  }

  @ParameterizedTest
  @MethodSource("executors")
  void roundsHalvesToEvenAndSaturates(EagerExecutor executor) {
    try (var _ = Execution.on(executor);
        var _ = Scope.open()) {
      Tensor x = Tensor.of(new float[] {0.5f, 1.5f, -0.5f, 1000, -1000});
      Tensor one = Tensor.scalar(1);
      Quantized u8 =
          Quantization.quantize(x, one, Tensors.u8(new byte[] {10}).reshape(), Quantized.WHOLE);
      assertThat(u8.values().toBytes()).containsExactly(10, 12, 10, (byte) 255, 0);
      Quantized i8 =
          Quantization.quantize(x, one, Tensors.i8(new byte[] {-3}).reshape(), Quantized.WHOLE);
      assertThat(i8.values().toBytes()).containsExactly(-3, -1, -3, 127, -128);
      assertThat(i8.dequantize().toFloats()).containsExactly(0, 2, 0, 130, -125);
    }
  }

  /** The example of ONNX's DynamicQuantizeLinear. */
  @ParameterizedTest
  @MethodSource("executors")
  void choosesScaleAndZeroPointByTheRange(EagerExecutor executor) {
    try (var _ = Execution.on(executor);
        var _ = Scope.open()) {
      Tensor x = Tensor.of(new float[] {0, 2, -3, -2.5f, 1.34f, 0.5f});
      Quantized q = Quantization.dynamic(x);
      assertThat(q.scale().toFloats()[0]).isEqualTo(0.019607844f);
      assertThat(q.zeroPoint().toBytes()).containsExactly((byte) 153);
      assertThat(q.values().toBytes())
          .containsExactly((byte) 153, (byte) 255, 0, 26, (byte) 221, (byte) 179);
    }
  }

  @ParameterizedTest
  @MethodSource("executors")
  void aLinearMapOfCodesIsCloseToThatOfNumbers(EagerExecutor executor) {
    try (var _ = Execution.on(executor);
        var _ = Scope.open()) {
      Tensor x = Tensor.of(new float[] {1, -2, 0.5f, 0.25f, 3, -1}, 2, 3);
      Tensor w = Tensor.of(new float[] {0.5f, -1, 2, 1, 1, -0.25f}, 2, 3);
      Tensor b = Tensor.of(new float[] {0.125f, -10});
      Quantized weights = Quantization.symmetric(w, 0);
      assertThat(weights.values().toBytes()).containsExactly(32, -64, 127, 127, 127, -32);
      Tensor y = Quantization.linear(Quantization.dynamic(x), weights, b, true);
      float[] exact = {3.625f, 0, 0, 0};
      for (int i = 0; i < 4; i++) {
        assertThat(y.toFloats()[i]).isCloseTo(exact[i], Offset.offset(0.05f));
      }
      Tensor yScale = Tensor.scalar(0.05f);
      Tensor yZero = Tensors.u8(new byte[] {0}).reshape();
      Quantized codes =
          Quantization.linear(Quantization.dynamic(x), weights, b, true, yScale, yZero);
      assertThat(codes.values().dtype()).isEqualTo(DType.U8);
      assertThat(codes.dequantize().toFloats()[0]).isCloseTo(3.625f, Offset.offset(0.08f));
    }
  }

  @ParameterizedTest
  @MethodSource("executors")
  void weightsAreSymmetricAndSignedBytes(EagerExecutor executor) {
    try (var _ = Execution.on(executor);
        var _ = Scope.open()) {
      Quantized x = Quantization.dynamic(Tensor.of(new float[] {1, 2}, 1, 2));
      assertThatThrownBy(() -> Quantization.linear(x, x, null, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("quantized_linear", "weights", "I8", "U8[1, 2]");
      Tensor shifted = Tensors.i8(new byte[] {1}).reshape();
      Quantized w = new Quantized(Tensors.i8(new byte[] {1, 2}, 1, 2), x.scale(), shifted, -1);
      assertThatThrownBy(() -> Quantization.linear(x, w, null, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("zero point 0", "got 1");
    }
  }
}
