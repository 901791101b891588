package dev.balboa.nn.explain;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.tensor.Tensor;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Gradient-weighted class activation maps (Selvaraju et al., 2017): where in the picture a
 * convolution sees what speaks for an answer. Of its output A [N, C, ...], each channel is weighted
 * by the mean over all places of d(target) / dA, and what is positive of the weighted sum is the
 * map,
 *
 * <pre>ReLU(sum over c of mean(d(target) / dA_c) A_c).</pre>
 *
 * <p>The later the layer, the coarser the map and the more it is about the answer; the last
 * convolution is the usual choice. The model computes as in inference; its parameters and their
 * gradients stay as they are. Maps are [N, ...] with the places of A, in the innermost scope.
 */
public final class GradCam {
  private GradCam() {}

  /**
   * The maps at one of the layers of a sequential model.
   *
   * @param layer its name, as in {@link Layer#children}
   * @throws IllegalArgumentException if there is no such layer, or its output has no places
   */
  public static Tensor of(Sequential model, String layer, Tensor x, Target target) {
    Map<String, Layer> layers = model.children();
    if (!layers.containsKey(layer)) {
      throw new IllegalArgumentException(
          "grad-cam: expected one of the layers " + layers.keySet() + ", got '" + layer + "'");
    }
    return of(
        input -> through(layers, layer, input, true),
        output -> through(layers, layer, output, false),
        x,
        target);
  }

  /** Through the layers up to this one, or through those after it. */
  private static Tensor through(
      Map<String, Layer> layers, String last, Tensor input, boolean before) {
    Tensor y = input;
    boolean reached = false;
    for (Map.Entry<String, Layer> entry : layers.entrySet()) {
      if (reached != before) {
        y = entry.getValue().forward(y);
      }
      reached |= entry.getKey().equals(last);
    }
    return y;
  }

  /**
   * The maps of any model: where its answer is {@code head} of {@code features} of the input.
   *
   * @param features from the input to A
   * @param head from A to the output
   * @throws IllegalArgumentException if A has no places
   */
  public static Tensor of(
      UnaryOperator<Tensor> features, UnaryOperator<Tensor> head, Tensor x, Target target) {
    Explanation.check("grad-cam", x);
    return Explanation.compute(() -> {
      Tensor activation;
      try (var _ = Execution.noGrad()) {
        activation = features.apply(x.detach());
      }
      return map(activation, head, target);
    });
  }

  private static Tensor map(Tensor activation, UnaryOperator<Tensor> head, Target target) {
    int rank = activation.shape().rank();
    if (rank < 3) {
      throw new IllegalArgumentException(
          "grad-cam: expected the layer to give [N, channels, places...], got "
              + activation.spec());
    }
    Tensor leaf = activation.withGrad();
    Tensor score = Target.checked(target, head.apply(leaf), activation.shape().dim(0));
    Tensor gradient = score.requiresGrad() ? score.sum().grad(false, leaf).get(0) : null;
    if (gradient == null) {
      return activation.mul(0).sum(1);
    }
    int[] places = IntStream.range(2, rank).toArray();
    return gradient.reduce(ReduceKind.MEAN, true, places).mul(activation).sum(1).relu();
  }
}
