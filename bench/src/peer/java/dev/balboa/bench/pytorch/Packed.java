package dev.balboa.bench.pytorch;

import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Layers as PyTorch's own compiler lowers them on a CPU: weights packed for oneDNN once, the
 * activation fused. The C++ interface reaches these operators through the dispatcher only.
 */
final class Packed {
  private static final String SCRIPT =
      """
      def pair(a: int, b: int):
          return [a, b]

      def quad(a: int, b: int, c: int, d: int):
          return [a, b, c, d]

      def scalars():
          l: List[Optional[number]] = []
          return l
      """;

  /** Weights that PyTorch 2.10 packs for fewer rows give wrong sums; these serve any number. */
  private static final long LEAST_ROWS = 8;

  private static final CompilationUnit LISTS = torch.compile(SCRIPT);
  private static final IValue RELU = new IValue("relu");
  private static final IValue NO_ACTIVATION = new IValue("none");
  private static final IValue NO_ALGORITHM = new IValue("");
  private static final IValue NO_SCALARS = call("scalars");
  private static final IValue ONE_GROUP = new IValue(1L);
  private static final OperatorHandle CONVOLUTION = operator("mkldnn::_convolution_pointwise");
  private static final OperatorHandle LINEAR = operator("mkldnn::_linear_pointwise");

  private Packed() {}

  /** A layer ready for one shape of input. */
  @FunctionalInterface
  interface Layer {
    Tensor forward(Tensor x);
  }

  private static OperatorHandle operator(String name) {
    return Dispatcher.singleton().findSchemaOrThrow(name, "");
  }

  private static IValue call(String function, IValue... arguments) {
    return LISTS.get_function(new QualifiedName(function)).apply(new IValueVector(arguments));
  }

  private static IValue pair(long both) {
    return call("pair", new IValue(both), new IValue(both));
  }

  private static IValue run(OperatorHandle operator, IValue... arguments) {
    IValueVector stack = new IValueVector(arguments);
    operator.callBoxed(stack);
    return new IValue(stack.get(0));
  }

  /**
   * {@code x W^T + b} for so many rows, with ReLU if wanted.
   *
   * @param bias {@code null} for none
   */
  static Layer linear(Tensor weight, Tensor bias, long rows, boolean relu) {
    OperatorHandle reorder = operator("mkldnn::_reorder_linear_weight");
    IValue w = run(reorder, new IValue(weight), new IValue(Math.max(LEAST_ROWS, rows)));
    IValue b = bias == null ? new IValue() : new IValue(bias);
    IValue activation = relu ? RELU : NO_ACTIVATION;
    return x -> run(LINEAR, new IValue(x), w, b, activation, NO_SCALARS, NO_ALGORITHM).toTensor();
  }

  /** A convolution of inputs of that shape, with ReLU if wanted. */
  static Layer convolution(
      Tensor weight, Tensor bias, long stride, long padding, long[] input, boolean relu) {
    IValue[] shape = new IValue[input.length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = new IValue(input[i]);
    }
    IValue pad = pair(padding);
    IValue step = pair(stride);
    IValue one = pair(1);
    OperatorHandle reorder = operator("mkldnn::_reorder_convolution_weight");
    IValue w = run(reorder, new IValue(weight), pad, step, one, ONE_GROUP, call("quad", shape));
    IValue b = new IValue(bias);
    IValue activation = relu ? RELU : NO_ACTIVATION;
    return x ->
        run(
                CONVOLUTION,
                new IValue(x),
                w,
                b,
                pad,
                step,
                one,
                ONE_GROUP,
                activation,
                NO_SCALARS,
                NO_ALGORITHM)
            .toTensor();
  }
}
