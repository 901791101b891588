package dev.balboa.nn.layer;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Sampling;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;

/** Makes the initial value of a parameter, F32, in the current scope. */
@FunctionalInterface
public interface Initializer {
  /** How many inputs one output of the layer depends on, and how many outputs one input feeds. */
  record Fans(long in, long out) {
    /** Checks that both are positive. */
    public Fans {
      if (in < 1 || out < 1) {
        throw new IllegalArgumentException(
            "initializer: expected fan-in and fan-out >= 1, got " + in + " and " + out);
      }
    }

    /** The fans of a weight [out, in, kernel...]: both dimensions times the kernel's size. */
    public static Fans of(Shape weight) {
      long kernel = weight.slice(2, weight.rank()).size();
      return new Fans(weight.dim(1) * kernel, weight.dim(0) * kernel);
    }
  }

  /**
   * The initial value.
   *
   * @param fans of the layer's weight, also for its bias
   */
  Tensor create(Shape shape, Fans fans, RandomStream random);

  /** All zero. */
  static Initializer zeros() {
    return constant(0);
  }

  /** All one. */
  static Initializer ones() {
    return constant(1);
  }

  /** All the same. */
  static Initializer constant(double value) {
    return (shape, _, _) -> Tensors.full(value, shape.dims());
  }

  /** Uniform in [low, high). */
  static Initializer uniform(double low, double high) {
    return (shape, _, random) -> Tensors.uniform(random, low, high, shape);
  }

  /** Normally distributed. */
  static Initializer normal(double mean, double deviation) {
    return (shape, _, random) -> Tensors.normal(random, mean, deviation, shape);
  }

  /** Uniform in [-a, a), a = 1/sqrt(fan-in): what PyTorch gives weights and biases by default. */
  static Initializer fanInUniform() {
    return (shape, fans, random) -> symmetric(random, Math.sqrt(1.0 / fans.in()), shape);
  }

  /** Uniform in [-a, a), a = sqrt(6/(fan-in + fan-out)) (Glorot and Bengio, 2010). */
  static Initializer glorotUniform() {
    return (shape, fans, random) ->
        symmetric(random, Math.sqrt(6.0 / (fans.in() + fans.out())), shape);
  }

  /** Normal with deviation sqrt(2/(fan-in + fan-out)) (Glorot and Bengio, 2010). */
  static Initializer glorotNormal() {
    return (shape, fans, random) ->
        Tensors.normal(random, 0, Math.sqrt(2.0 / (fans.in() + fans.out())), shape);
  }

  /** Uniform in [-a, a), a = sqrt(6/fan-in), for layers before a ReLU (He et al., 2015). */
  static Initializer heUniform() {
    return (shape, fans, random) -> symmetric(random, Math.sqrt(6.0 / fans.in()), shape);
  }

  /** Normal with deviation sqrt(2/fan-in), for layers before a ReLU (He et al., 2015). */
  static Initializer heNormal() {
    return (shape, fans, random) -> Tensors.normal(random, 0, Math.sqrt(2.0 / fans.in()), shape);
  }

  /** Uniform in [-a, a), a = sqrt(3/fan-in), before a SELU (LeCun et al., 1998). */
  static Initializer leCunUniform() {
    return (shape, fans, random) -> symmetric(random, Math.sqrt(3.0 / fans.in()), shape);
  }

  /** Normal with deviation sqrt(1/fan-in), before a SELU (LeCun et al., 1998). */
  static Initializer leCunNormal() {
    return (shape, fans, random) -> Tensors.normal(random, 0, Math.sqrt(1.0 / fans.in()), shape);
  }

  /** Normal within two deviations of the mean: what vision transformers start with. */
  static Initializer truncatedNormal(double mean, double deviation) {
    double reach = 2 * deviation;
    return (shape, _, random) ->
        Sampling.truncatedNormal(random, mean, deviation, mean - reach, mean + reach, shape);
  }

  /** Random with orthonormal rows or columns, whichever are fewer (Saxe et al., 2014). */
  static Initializer orthogonal() {
    return orthogonal(1);
  }

  /** {@link #orthogonal()} times {@code gain}; sqrt(2) before a ReLU. */
  static Initializer orthogonal(double gain) {
    return (shape, _, random) -> Orthogonal.draw(shape, gain, random);
  }

  private static Tensor symmetric(RandomStream random, double bound, Shape shape) {
    return Tensors.uniform(random, -bound, bound, shape);
  }
}
