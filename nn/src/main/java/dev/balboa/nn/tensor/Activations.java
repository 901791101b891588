package dev.balboa.nn.tensor;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Gated;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.UnaryKind;
import java.util.stream.IntStream;

/**
 * Activations that are quickly said in other operations. Those of one variable are {@link
 * UnaryKind}s, applied by {@link Tensor#map}. Negative axes count from the end.
 */
public final class Activations {
  private Activations() {}

  /** min(max(x, 0), 6). */
  public static Tensor relu6(Tensor x) {
    Facades.floating("relu6", "input", x);
    return x.clip(0, 6);
  }

  /** min(max(x, -1), 1). */
  public static Tensor hardTanh(Tensor x) {
    Facades.floating("hard_tanh", "input", x);
    return x.clip(-1, 1);
  }

  /** First half of an axis times sigmoid of the second (Dauphin et al., 2017). */
  public static Tensor glu(Tensor x, int axis) {
    return gated("glu", x, axis, UnaryKind.SIGMOID);
  }

  /** First half of an axis times ReLU of the second (Shazeer, 2020). */
  public static Tensor reglu(Tensor x, int axis) {
    return gated("reglu", x, axis, UnaryKind.RELU);
  }

  /** First half of an axis times GELU of the second (Shazeer, 2020). */
  public static Tensor geglu(Tensor x, int axis) {
    return gated("geglu", x, axis, UnaryKind.GELU_ERF);
  }

  /** First half of an axis times SiLU of the second (Shazeer, 2020). */
  public static Tensor swiglu(Tensor x, int axis) {
    return gated("swiglu", x, axis, UnaryKind.SILU);
  }

  private static Tensor gated(String name, Tensor x, int axis, UnaryKind gate) {
    Facades.floating(name, "input", x);
    int at = Facades.axis(name, x, axis);
    long n = x.shape().dim(at);
    Facades.that(n % 2 == 0, name, "an even size on axis " + axis, x.spec());
    return Tensor.apply(new Gated(gate, at), x).get(0);
  }

  /** Softmax of -x along an axis. */
  public static Tensor softmin(Tensor x, int axis) {
    Facades.floating("softmin", "input", x);
    int at = Facades.axis("softmin", x, axis);
    return x.neg().softmax(at);
  }

  /**
   * A random point of the simplex along an axis, softmax((logits + g) / temperature) with g of the
   * Gumbel distribution (Jang et al., 2017). {@code hard} gives the nearest corner, with the
   * gradient of the point itself.
   */
  public static Tensor gumbelSoftmax(
      Tensor logits, double temperature, boolean hard, int axis, RandomStream random) {
    String name = "gumbel_softmax";
    Facades.floating(name, "logits", logits);
    int at = Facades.axis(name, logits, axis);
    Facades.that(temperature > 0, name, "a temperature above 0", temperature);
    Tensor noise = Sampling.gumbel(random, logits.shape(), logits.dtype());
    Tensor soft = logits.add(noise).div(temperature).softmax(at);
    if (!hard) {
      return soft;
    }
    OneHot corner = new OneHot(logits.shape().dim(at), logits.dtype());
    Tensor last = Tensor.apply(corner, soft.detach().argmax(at)).get(0);
    int rank = logits.shape().rank();
    int[] order =
        IntStream.range(0, rank).map(i -> i < at ? i : i == at ? rank - 1 : i - 1).toArray();
    return last.permute(order).sub(soft.detach()).add(soft);
  }
}
