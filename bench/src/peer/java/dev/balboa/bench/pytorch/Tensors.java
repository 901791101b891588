package dev.balboa.bench.pytorch;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors from Java arrays, and numbers from tensors. */
final class Tensors {
  private Tensors() {}

  /** A tensor that owns its memory. */
  static Tensor of(float[] values, long... shape) {
    try (FloatPointer pointer = new FloatPointer(values)) {
      Tensor view = torch.from_blob(pointer, shape);
      Tensor copy = view.clone();
      view.close();
      return copy;
    }
  }

  /** Labels as PyTorch wants them, in 64 bits. */
  static Tensor labels(int[] values) {
    long[] wide = new long[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return torch.tensor(wide, new TensorOptions(ScalarType.Long));
  }

  /** The same in the other order of memory, if that is asked for. */
  static Tensor ordered(Tensor tensor, Order order) {
    return order == Order.CHANNELS_LAST ? tensor.contiguous(MemoryFormat.ChannelsLast) : tensor;
  }

  /** The sum of magnitudes, summed in f64. */
  static double magnitude(Tensor tensor) {
    return tensor.abs().sum(new ScalarTypeOptional(ScalarType.Double)).item_double();
  }

  /** Zeros. */
  static Tensor zeros(long... shape) {
    return torch.full(shape, new Scalar(0.0f));
  }
}
