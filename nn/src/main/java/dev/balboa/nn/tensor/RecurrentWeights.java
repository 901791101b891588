package dev.balboa.nn.tensor;

import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.List;

/**
 * The weights of one layer and direction, in the order that {@link RecurrentCell} defines, and
 * their translation from and to the conventions of PyTorch and Keras. Translations make new tensors
 * in the innermost scope.
 *
 * @param input W_x [G H, C]
 * @param recurrent W_h [G H, H]
 * @param bias [B H]
 * @param peepholes [3 H]; {@code null} if there are none
 */
public record RecurrentWeights(Tensor input, Tensor recurrent, Tensor bias, Tensor peepholes) {
  /** Weights without peepholes. */
  public static RecurrentWeights of(Tensor input, Tensor recurrent, Tensor bias) {
    return new RecurrentWeights(input, recurrent, bias, null);
  }

  // ---- PyTorch ----

  /**
   * From {@code weight_ih}, {@code weight_hh}, {@code bias_ih} and {@code bias_hh} of {@code
   * torch.nn.RNN}, {@code LSTM} or {@code GRU}, whose order of gates is ours. Both biases are added
   * where only their sum matters, which is everywhere but in the candidate of a GRU.
   *
   * @param inputBias with {@code recurrentBias}, {@code null} for a layer without bias
   */
  public static RecurrentWeights fromPyTorch(
      RecurrentCell cell,
      Tensor inputWeight,
      Tensor recurrentWeight,
      Tensor inputBias,
      Tensor recurrentBias) {
    if (cell == RecurrentCell.GRU || cell.hasPeephole()) {
      throw new IllegalArgumentException("from_py_torch: PyTorch has no " + cell);
    }
    if (inputBias == null || recurrentBias == null) {
      return of(inputWeight, recurrentWeight, noBias(cell, recurrentWeight));
    }
    if (!cell.isGru()) {
      return of(inputWeight, recurrentWeight, inputBias.add(recurrentBias));
    }
    return of(inputWeight, recurrentWeight, joined(inputBias, recurrentBias));
  }

  /** As PyTorch has them: weight_ih, weight_hh, bias_ih, bias_hh. */
  public List<Tensor> toPyTorch(RecurrentCell cell) {
    if (cell == RecurrentCell.GRU || cell.hasPeephole()) {
      throw new IllegalArgumentException("to_py_torch: PyTorch has no " + cell);
    }
    Tensor none = zeros(cell.gates() * hidden(), bias);
    if (!cell.isGru()) {
      return List.of(input, recurrent, bias.copy(), none);
    }
    long h = hidden();
    return List.of(
        input,
        recurrent,
        bias.slice(0, 0, 3 * h).copy(),
        Tensor.concat(0, none.slice(0, 0, 2 * h), bias.slice(0, 3 * h, 4 * h)));
  }

  // ---- Keras ----

  /**
   * From {@code kernel} [C, G H], {@code recurrent_kernel} [H, G H] and {@code bias} of Keras's
   * {@code SimpleRNN}, {@code LSTM} (gates i, f, c, o) or {@code GRU} (gates z, r, h). The bias is
   * [2, 3 H] for {@link RecurrentCell#GRU_LINEAR_BEFORE_RESET} ({@code reset_after}), else [G H].
   *
   * @param bias {@code null} for a layer without bias
   */
  public static RecurrentWeights fromKeras(
      RecurrentCell cell, Tensor kernel, Tensor recurrentKernel, Tensor bias) {
    if (cell.hasPeephole()) {
      throw new IllegalArgumentException("from_keras: Keras has no " + cell);
    }
    Tensor input = resetFirst(cell, kernel.transpose(0, 1).copy());
    Tensor recurrent = resetFirst(cell, recurrentKernel.transpose(0, 1).copy());
    if (bias == null) {
      return of(input, recurrent, noBias(cell, recurrent));
    }
    if (cell != RecurrentCell.GRU_LINEAR_BEFORE_RESET) {
      return of(input, recurrent, resetFirst(cell, bias));
    }
    Tensor inputBias = resetFirst(cell, bias.slice(0, 0, 1).squeeze(0));
    Tensor recurrentBias = resetFirst(cell, bias.slice(0, 1, 2).squeeze(0));
    return of(input, recurrent, joined(inputBias, recurrentBias));
  }

  /** As Keras has them: kernel, recurrent_kernel, bias. */
  public List<Tensor> toKeras(RecurrentCell cell) {
    if (cell.hasPeephole()) {
      throw new IllegalArgumentException("to_keras: Keras has no " + cell);
    }
    Tensor kernel = resetFirst(cell, input).transpose(0, 1).copy();
    Tensor recurrentKernel = resetFirst(cell, recurrent).transpose(0, 1).copy();
    if (cell != RecurrentCell.GRU_LINEAR_BEFORE_RESET) {
      return List.of(kernel, recurrentKernel, resetFirst(cell, bias).copy());
    }
    long h = hidden();
    Tensor inputBias = bias.slice(0, 0, 3 * h);
    Tensor recurrentBias = Tensor.concat(0, zeros(2 * h, bias), bias.slice(0, 3 * h, 4 * h));
    return List.of(
        kernel,
        recurrentKernel,
        Tensor.stack(0, resetFirst(cell, inputBias), resetFirst(cell, recurrentBias)));
  }

  // ---- Parts ----

  private long hidden() {
    return recurrent.shape().dim(1);
  }

  private static Tensor noBias(RecurrentCell cell, Tensor recurrentWeight) {
    return zeros(cell.biases() * recurrentWeight.shape().dim(1), recurrentWeight);
  }

  private static Tensor zeros(long n, Tensor like) {
    return Tensors.fill(new TensorSpec(Shape.of(n), like.dtype()), 0);
  }

  /** Exchanges the first two of a GRU's three blocks of rows: z, r, h and r, z, n. */
  private static Tensor resetFirst(RecurrentCell cell, Tensor blocks) {
    if (!cell.isGru()) {
      return blocks;
    }
    long h = blocks.shape().dim(0) / 3;
    return Tensor.concat(
        0, blocks.slice(0, h, 2 * h), blocks.slice(0, 0, h), blocks.slice(0, 2 * h, 3 * h));
  }

  /** r and z from both biases, n from that of the input, m from the other. */
  private static Tensor joined(Tensor inputBias, Tensor recurrentBias) {
    long h = inputBias.shape().dim(0) / 3;
    return Tensor.concat(
        0,
        inputBias.slice(0, 0, 2 * h).add(recurrentBias.slice(0, 0, 2 * h)),
        inputBias.slice(0, 2 * h, 3 * h),
        recurrentBias.slice(0, 2 * h, 3 * h));
  }
}
