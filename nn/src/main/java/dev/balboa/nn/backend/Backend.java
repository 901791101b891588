package dev.balboa.nn.backend;

import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * Computes operations. A backend decides once per operation, specs and layouts ({@link #prepare});
 * running what it decided is then free of look-ups.
 *
 * <p>Thread rule: implementations are safe to share.
 */
public interface Backend {
  /** Short name, {@code native} or {@code reference}. */
  String name();

  /**
   * Checks that products and convolutions of BF16 are computed by instructions for it, and not
   * slower than those of F32.
   *
   * @throws UnsupportedOperationException naming the backend and the processor's instruction set
   */
  default void requireBf16Arithmetic() {}

  /**
   * Checks that products of bytes are computed by instructions for them, whose sums do not
   * saturate.
   *
   * @throws UnsupportedOperationException naming the backend and the processor's instruction set
   */
  default void requireInt8Arithmetic() {}

  /**
   * Chooses how to compute an operation. View operations never come here; the executor applies
   * them.
   *
   * @param inputs validated specs of the inputs
   * @param layouts their layouts: {@link Layout.Strided}, or {@link Layout.Opaque} of this backend
   * @param outputs what {@link Op#infer} gave for the inputs
   * @throws UnsupportedOperationException naming operation, types, shapes and layouts if this
   *     backend lacks it
   */
  Prepared prepare(Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs);

  /**
   * Whether a convolution with kernels of 3 x 3 and stride 1 takes less time by {@linkplain
   * dev.balboa.nn.op.WinogradOp Winograd's algorithm}, its weights being transformed before.
   *
   * @param x [N, C, H, W]
   * @param y [N, F, result H, result W]
   */
  default boolean winogradPays(Shape x, Shape y) {
    return true;
  }

  /**
   * Chooses how to compute operations in a row together, part of the batch by part of the batch, so
   * that what passes between them stays in a cache and threads meet once.
   *
   * @param layouts of {@link Chain#inputs}
   * @return empty if the backend cannot, or it would not pay
   */
  default Optional<Prepared> prepareChain(Chain chain, List<Layout> layouts) {
    return Optional.empty();
  }

  /**
   * Copies a tensor from one layout to another, which some operation {@linkplain
   * Prepared#preferredLayouts preferred}.
   *
   * @throws UnsupportedOperationException if this backend has no layouts of its own
   */
  default Prepared relayout(TensorSpec spec, Layout from, Layout to) {
    throw new UnsupportedOperationException(
        name() + " lacks a copy of " + spec + " from " + from + " to " + to);
  }
}
