package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;

/**
 * Rotary positions (Su et al., 2021): of a query or key at position t, the pair i of elements is
 * turned by the angle t theta^(-2i/D), so that products of queries and keys depend on distances
 * alone. Inputs and outputs [..., T, D] with an even D.
 *
 * <p>Pair i is (x_i, x_{i + D/2}), as in GPT-NeoX and Llama's published weights for Hugging Face;
 * {@link #interleaved} makes it (x_2i, x_{2i+1}), as in the paper and GPT-J. Sines and cosines are
 * computed once, in double precision; they are no parameters and are not saved.
 */
public final class RotaryPositions extends Layer {
  private final PositionTable table;
  private double theta = 10000;
  private boolean interleaved;
  private Tensor cos;
  private Tensor sin;

  /** For positions 0 to {@code maxLength} - 1. */
  public RotaryPositions(long maxLength) {
    table = new PositionTable("RotaryPositions", maxLength);
  }

  /** The base of the angles, 10000 unless told. */
  public RotaryPositions theta(double base) {
    checkConfigurable("theta");
    if (!(base > 0) || Double.isInfinite(base)) {
      throw new IllegalArgumentException(
          "RotaryPositions: expected a finite theta > 0, got " + base);
    }
    theta = base;
    return this;
  }

  /** Pairs of neighbours. */
  public RotaryPositions interleaved() {
    checkConfigurable("order of pairs");
    interleaved = true;
    return this;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    Shape s = input.shape();
    if (s.rank() < 2 || s.dim(-1) < 2 || s.dim(-1) % 2 != 0) {
      throw new IllegalArgumentException(
          "rotary: expected [..., T, D] with an even D >= 2, got " + input);
    }
    long pairs = s.dim(-1) / 2;
    free();
    cos = table.create(pairs, input.dtype(), (t, i) -> Math.cos(angle(t, i, pairs)));
    sin = table.create(pairs, input.dtype(), (t, i) -> Math.sin(angle(t, i, pairs)));
  }

  private double angle(long t, long i, long pairs) {
    return t * Math.pow(theta, -(double) i / pairs);
  }

  @Override
  protected Tensor compute(Tensor x) {
    return rotate(x, 0);
  }

  /** For positions from {@code offset} on. */
  public Tensor forward(Tensor x, long offset) {
    return apply(x, () -> rotate(x, offset));
  }

  private Tensor rotate(Tensor x, long offset) {
    long pairs = cos.shape().dim(1);
    long d = x.shape().rank() < 2 ? 0 : x.shape().dim(-1);
    if (d != 2 * pairs) {
      throw new IllegalArgumentException(
          "rotary: expected [..., T, " + 2 * pairs + "], got " + x.spec());
    }
    Tensor c = table.rows(cos, x, offset);
    Tensor s = table.rows(sin, x, offset);
    Tensor a = interleaved ? x.slice(-1, 0, d, 2) : x.slice(-1, 0, pairs);
    Tensor b = interleaved ? x.slice(-1, 1, d, 2) : x.slice(-1, pairs, d);
    Tensor first = a.mul(c).sub(b.mul(s));
    Tensor second = b.mul(c).add(a.mul(s));
    return interleaved
        ? Tensor.stack(-1, first, second).flatten(-2)
        : Tensor.concat(-1, first, second);
  }

  private void free() {
    if (cos != null) {
      cos.close();
      sin.close();
    }
  }

  @Override
  public void close() {
    super.close();
    free();
  }
}
