package dev.balboa.nn.layer;

/**
 * Three-dimensional transposed convolution of inputs [N, C, D, H, W]; see {@link
 * ConvTransposeLayer}.
 */
public final class ConvTranspose3d extends ConvTransposeLayer<ConvTranspose3d> {
  /** Filters with a kernel of one size, or of one for each dimension. */
  public ConvTranspose3d(long filters, int... kernel) {
    super(3, filters, kernel);
  }

  @Override
  ConvTranspose3d self() {
    return this;
  }
}
