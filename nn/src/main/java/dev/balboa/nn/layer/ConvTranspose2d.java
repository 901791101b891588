package dev.balboa.nn.layer;

/**
 * Two-dimensional transposed convolution of inputs [N, C, H, W]; see {@link ConvTransposeLayer}.
 */
public final class ConvTranspose2d extends ConvTransposeLayer<ConvTranspose2d> {
  /** Filters with a kernel of one size, or of one for each dimension. */
  public ConvTranspose2d(long filters, int... kernel) {
    super(2, filters, kernel);
  }

  @Override
  ConvTranspose2d self() {
    return this;
  }
}
