package dev.balboa.nn.op;

import java.util.List;

/**
 * One operation with its hyper-parameters, as data. Implementations are records: equal
 * hyper-parameters make equal operations, which is what the primitive cache keys on.
 *
 * <p>An operation knows its shape and type rules ({@link #infer}) and its derivative ({@link
 * #vjp}), which emits further operations. How it is computed is a backend's business.
 *
 * <p>Thread rule: immutable, free to share.
 */
public sealed interface Op
    permits ViewOp,
        InPlaceOp,
        ElementwiseOp,
        ReductionOp,
        ConvolutionOp,
        PoolingOp,
        NormalizationOp,
        LinearAlgebraOp,
        LossOp,
        SourceOp,
        LayoutOp,
        IndexOp,
        AxisOp,
        RecurrentOp,
        QuantizedOp,
        WinogradOp {

  /** The name used in messages, tables and graphs, e.g. {@code conv2d}. */
  String name();

  /**
   * Validates the inputs and gives the specs of the outputs.
   *
   * @throws IllegalArgumentException naming this operation, what it expected and what it got
   */
  List<TensorSpec> infer(List<TensorSpec> inputs);

  /**
   * The vector-Jacobian product: one cotangent per input, {@code null} where there is none (an
   * integer input, or an input that the caller does not need).
   */
  List<Value> vjp(Vjp context);

  /**
   * How many multiplications with an addition one application takes, by which models are compared:
   * those of convolutions and of products of matrices. Everything else counts nothing.
   *
   * @param inputs specs that {@link #infer} accepts
   */
  default long multiplyAdds(List<TensorSpec> inputs) {
    return 0;
  }

  /**
   * Whether output {@code index} carries a gradient back; saved statistics and workspaces do not.
   */
  default boolean isDifferentiable(int index) {
    return true;
  }
}
