package dev.balboa.nn.layer;

import dev.balboa.nn.op.UnaryKind;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * How the blocks of a Transformer are made: {@code TransformerOptions.of(256, 8,
 * 1024).dropout(0.1)}. Immutable; each method gives a changed copy.
 *
 * <p>Unless told: norms before attention and feed-forward part (Xiong et al., 2020), layer
 * normalisation, GELU, biases, no dropout, no positions.
 *
 * @param width of inputs and outputs
 * @param heads of queries; divides the width
 * @param kvHeads heads of keys and values; divides {@code heads}
 * @param hidden width of the feed-forward part
 * @param activation of the feed-forward part
 * @param gated whether the feed-forward part multiplies one map of its input with the activation of
 *     another (Shazeer, 2020)
 * @param dropout probability of dropping attention weights, hidden activations and what is added to
 *     the residual stream, in training
 * @param postNorm whether norms come after each addition, as in Vaswani et al., 2017
 * @param rms whether norms are root-mean-square norms
 * @param epsilon of the norms
 * @param bias whether linear maps have biases
 * @param rotary makes the rotary positions of a block's self-attention; {@code null} for none
 */
public record TransformerOptions(
    long width,
    int heads,
    int kvHeads,
    long hidden,
    UnaryKind activation,
    boolean gated,
    double dropout,
    boolean postNorm,
    boolean rms,
    double epsilon,
    boolean bias,
    Supplier<RotaryPositions> rotary) {
  /** Checks what the layers made from it do not. */
  public TransformerOptions {
    if (hidden < 1) {
      throw new IllegalArgumentException(
          "transformer options: expected hidden >= 1, got " + hidden);
    }
    Objects.requireNonNull(activation, "transformer options: activation");
  }

  /** The customary choices. */
  public static TransformerOptions of(long width, int heads, long hidden) {
    return new TransformerOptions(
        width, heads, heads, hidden, UnaryKind.GELU_ERF, false, 0, false, false, 1e-5, true, null);
  }

  /** Query heads share so many heads of keys and values. */
  public TransformerOptions kvHeads(int count) {
    return new TransformerOptions(
        width,
        heads,
        count,
        hidden,
        activation,
        gated,
        dropout,
        postNorm,
        rms,
        epsilon,
        bias,
        rotary);
  }

  /** Another activation. */
  public TransformerOptions activation(UnaryKind function) {
    return feedForward(function, false);
  }

  /** A feed-forward part a(x) * act(b(x)), whose first map has twice {@code hidden} outputs. */
  public TransformerOptions gated(UnaryKind function) {
    return feedForward(function, true);
  }

  /** Gated with SiLU. */
  public TransformerOptions swiglu() {
    return gated(UnaryKind.SILU);
  }

  private TransformerOptions feedForward(UnaryKind function, boolean gate) {
    return new TransformerOptions(
        width, heads, kvHeads, hidden, function, gate, dropout, postNorm, rms, epsilon, bias,
        rotary);
  }

  /** Drops with this probability, in training. */
  public TransformerOptions dropout(double p) {
    return new TransformerOptions(
        width, heads, kvHeads, hidden, activation, gated, p, postNorm, rms, epsilon, bias, rotary);
  }

  /** Norms after each addition. */
  public TransformerOptions normAfter() {
    return new TransformerOptions(
        width,
        heads,
        kvHeads,
        hidden,
        activation,
        gated,
        dropout,
        true,
        rms,
        epsilon,
        bias,
        rotary);
  }

  /** Root-mean-square norms with this epsilon. */
  public TransformerOptions rmsNorm(double value) {
    return norm(true, value);
  }

  /** Layer normalisation with this epsilon. */
  public TransformerOptions layerNorm(double value) {
    return norm(false, value);
  }

  private TransformerOptions norm(boolean meanSquare, double value) {
    return new TransformerOptions(
        width,
        heads,
        kvHeads,
        hidden,
        activation,
        gated,
        dropout,
        postNorm,
        meanSquare,
        value,
        bias,
        rotary);
  }

  /** No biases. */
  public TransformerOptions noBias() {
    return new TransformerOptions(
        width,
        heads,
        kvHeads,
        hidden,
        activation,
        gated,
        dropout,
        postNorm,
        rms,
        epsilon,
        false,
        rotary);
  }

  /**
   * Turns queries and keys by their positions.
   *
   * @param positions makes a layer for each block, such as {@code () -> new RotaryPositions(512)}
   */
  public TransformerOptions rotary(Supplier<RotaryPositions> positions) {
    return new TransformerOptions(
        width,
        heads,
        kvHeads,
        hidden,
        activation,
        gated,
        dropout,
        postNorm,
        rms,
        epsilon,
        bias,
        positions);
  }
}
