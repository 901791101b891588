package dev.balboa.nn.layer;

/** One-dimensional transposed convolution of inputs [N, C, L]; see {@link ConvTransposeLayer}. */
public final class ConvTranspose1d extends ConvTransposeLayer<ConvTranspose1d> {
  /** Filters with a kernel of one size, or of one for each dimension. */
  public ConvTranspose1d(long filters, int... kernel) {
    super(1, filters, kernel);
  }

  @Override
  ConvTranspose1d self() {
    return this;
  }
}
