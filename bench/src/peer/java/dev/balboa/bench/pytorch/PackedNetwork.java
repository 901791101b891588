package dev.balboa.bench.pytorch;

import java.util.List;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The network for inference as PyTorch's own compiler lowers it on a CPU: the weights packed for
 * oneDNN once, ReLU fused into the convolution or dense layer before it. The C++ interface reaches
 * these operators through the dispatcher only. Dense layers may be left to MKL instead, which is
 * faster for a few rows.
 */
final class PackedNetwork implements Inference.Model {
  /** Weights that PyTorch 2.10 packs for fewer rows give wrong sums; these serve any number. */
  private static final int LEAST_ROWS = 8;

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

  private final IValue relu = new IValue("relu");
  private final IValue identity = new IValue("none");
  private final IValue noAlgorithm = new IValue("");
  private final IValue oneGroup = new IValue(1L);
  private final OperatorHandle convolution = operator("mkldnn::_convolution_pointwise");
  private final OperatorHandle linear = operator("mkldnn::_linear_pointwise");
  private final CompilationUnit script = torch.compile(SCRIPT);
  private final IValue one = call("pair", new IValue(1L), new IValue(1L));
  private final IValue scalars = call("scalars");
  private final IValue[] weights = new IValue[8];
  private final Network plain;
  private final boolean dense;

  /**
   * @param dense whether dense layers are packed too
   */
  PackedNetwork(Network network, int batch, boolean dense) {
    this.plain = network;
    this.dense = dense;
    List<Tensor> parameters = network.weights();
    for (int i = 0; i < weights.length; i++) {
      weights[i] = new IValue(parameters.get(i).detach());
    }
    IValue size = new IValue((long) batch);
    weights[0] =
        packed(weights[0], call("quad", size, new IValue(1L), new IValue(28L), new IValue(28L)));
    weights[2] =
        packed(weights[2], call("quad", size, new IValue(32L), new IValue(14L), new IValue(14L)));
    OperatorHandle reorder = operator("mkldnn::_reorder_linear_weight");
    IValue rows = new IValue((long) Math.max(LEAST_ROWS, batch));
    weights[4] = run(reorder, weights[4], rows);
    weights[6] = run(reorder, weights[6], rows);
  }

  private static OperatorHandle operator(String name) {
    return Dispatcher.singleton().findSchemaOrThrow(name, "");
  }

  private IValue call(String function, IValue... arguments) {
    return script.get_function(new QualifiedName(function)).apply(new IValueVector(arguments));
  }

  private IValue packed(IValue weight, IValue inputShape) {
    OperatorHandle reorder = operator("mkldnn::_reorder_convolution_weight");
    return run(reorder, weight, one, one, one, oneGroup, inputShape);
  }

  private static IValue run(OperatorHandle operator, IValue... arguments) {
    IValueVector stack = new IValueVector(arguments);
    operator.callBoxed(stack);
    return new IValue(stack.get(0));
  }

  @Override
  public Tensor logits(Tensor images) {
    Tensor x = Network.pool(convolve(new IValue(images), 0));
    x = torch.flatten(Network.pool(convolve(new IValue(x), 2)), 1, -1);
    if (!dense) {
      return plain.head(x);
    }
    IValue hidden = run(linear, new IValue(x), weights[4], weights[5], relu, scalars, noAlgorithm);
    return run(linear, hidden, weights[6], weights[7], identity, scalars, noAlgorithm).toTensor();
  }

  private Tensor convolve(IValue x, int layer) {
    return run(
            convolution,
            x,
            weights[layer],
            weights[layer + 1],
            one,
            one,
            one,
            oneGroup,
            relu,
            scalars,
            noAlgorithm)
        .toTensor();
  }
}
