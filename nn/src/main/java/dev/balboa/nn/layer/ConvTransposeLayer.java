package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;

/**
 * Transposed convolution, as in PyTorch: inputs [N, C, in...], outputs [N, filters, out...] with
 * out = (in - 1) stride - pads + extent + outputPadding; with {@link #same}, out = in stride.
 * Parameter {@code weight} is [C, filters/groups, kernel...]; see {@link ConvLayer}.
 *
 * @param <L> the kind of layer itself, which the setters give
 */
public abstract sealed class ConvTransposeLayer<L extends ConvTransposeLayer<L>>
    extends ConvLayer<L> permits ConvTranspose1d, ConvTranspose2d, ConvTranspose3d {
  private List<Integer> outputPadding;

  ConvTransposeLayer(int rank, long filters, int... kernel) {
    super(rank, filters, kernel);
    outputPadding = sliding().perDimension("outputPadding", 0);
  }

  /** How much longer the output is at the end of each dimension; less than the stride. */
  public L outputPadding(int... sizes) {
    checkConfigurable("outputPadding");
    outputPadding = sliding().perDimension("outputPadding", sizes);
    return self();
  }

  @Override
  final Shape weightShape(long channels, long filters, int groups) {
    return sliding().withKernel(channels, filters / groups);
  }

  @Override
  final Tensor convolve(Tensor x, Tensor weight, Tensor bias) {
    sliding().checkInput(x.shape());
    return Functions.convTranspose(
        x,
        weight,
        bias,
        sliding().transposed(),
        sliding().outputPadding(outputPadding),
        groups(),
        activation());
  }
}
