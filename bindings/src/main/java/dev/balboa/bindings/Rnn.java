package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.foreign.MemorySegment;

/**
 * Recurrent layers over a whole sequence: vanilla RNN, LSTM, GRU and linear-before-reset GRU. Gates
 * of the LSTM are in oneDNN's order i, f, c, o; of the GRUs u, r, o. The linear-before-reset GRU
 * has one more bias. Thread-safe.
 *
 * <p>Backward has its own weight layouts, needs the workspace of a forward pass in training mode,
 * and <em>adds</em> to the gradients of the weights unless it is told to overwrite them.
 */
public final class Rnn {

  private Rnn() {}

  /** What happens at each step. */
  public sealed interface Cell {
    /** {@code h = f(W x + U h + b)}; alpha is the slope of a leaky ReLU. */
    record Vanilla(AlgKind activation, float alpha) implements Cell {}

    /** Long short-term memory, without peepholes and projection. */
    record Lstm() implements Cell {}

    /** Gated recurrent unit: the reset gate is applied before the recurrent product. */
    record Gru() implements Cell {}

    /**
     * Gated recurrent unit whose reset gate is applied after the recurrent product, as in PyTorch
     * and cuDNN.
     */
    record LbrGru() implements Cell {}
  }

  /**
   * Arguments SRC_LAYER, SRC_ITER, SRC_ITER_C, WEIGHTS_LAYER, WEIGHTS_ITER, BIAS, DST_LAYER,
   * DST_ITER, DST_ITER_C as far as {@code m} has them, and WORKSPACE in training.
   */
  public static PrimitiveDesc forward(
      Cell cell, PropKind prop, RnnDirection direction, RnnMemory m, PrimitiveAttr attr) {
    return switch (cell) {
      case Cell.Vanilla vanilla -> vanillaForward(vanilla, prop, direction, m, attr);
      case Cell.Lstm _ -> lstmForward(prop, direction, m, attr);
      case Cell.Gru _ -> gruForward(prop, direction, m, attr);
      case Cell.LbrGru _ -> lbrGruForward(prop, direction, m, attr);
    };
  }

  /**
   * Arguments those of forward with WORKSPACE, and DIFF_ of each as far as {@code d} has them.
   *
   * @param m descriptors of the forward arguments, with backward's own weight layouts
   * @param d descriptors of the gradients
   * @param overwrite whether gradients of weights replace what the buffers hold; otherwise they are
   *     added to it
   */
  public static PrimitiveDesc backward(
      Cell cell,
      RnnDirection direction,
      RnnMemory m,
      RnnMemory d,
      boolean overwrite,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    int flags =
        overwrite ? dnnl_h.dnnl_rnn_flags_diff_weights_overwrite() : dnnl_h.dnnl_rnn_flags_undef();
    return switch (cell) {
      case Cell.Vanilla vanilla -> vanillaBackward(vanilla, direction, m, d, flags, hint, attr);
      case Cell.Lstm _ -> lstmBackward(direction, m, d, flags, hint, attr);
      case Cell.Gru _ -> gruBackward(direction, m, d, flags, hint, attr);
      case Cell.LbrGru _ -> lbrGruBackward(direction, m, d, flags, hint, attr);
    };
  }

  private static PrimitiveDesc vanillaForward(
      Cell.Vanilla cell, PropKind prop, RnnDirection direction, RnnMemory m, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "vanilla_rnn_forward",
        attr,
        () -> Describe.args("cell", cell, "prop", prop, "direction", direction, "memory", m),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_vanilla_rnn_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                cell.activation().value(),
                direction.value(),
                scope.md(m.srcLayer()),
                scope.md(m.srcIter()),
                scope.md(m.weightsLayer()),
                scope.md(m.weightsIter()),
                scope.md(m.bias()),
                scope.md(m.dstLayer()),
                scope.md(m.dstIter()),
                0,
                cell.alpha(),
                0f,
                nativeAttr));
  }

  private static PrimitiveDesc vanillaBackward(
      Cell.Vanilla cell,
      RnnDirection direction,
      RnnMemory m,
      RnnMemory d,
      int flags,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "vanilla_rnn_backward",
        attr,
        () -> Describe.args("cell", cell, "direction", direction, "memory", m, "gradients", d),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_vanilla_rnn_backward_primitive_desc_create(
                out,
                engine,
                PropKind.BACKWARD.value(),
                cell.activation().value(),
                direction.value(),
                scope.md(m.srcLayer()),
                scope.md(m.srcIter()),
                scope.md(m.weightsLayer()),
                scope.md(m.weightsIter()),
                scope.md(m.bias()),
                scope.md(m.dstLayer()),
                scope.md(m.dstIter()),
                scope.md(d.srcLayer()),
                scope.md(d.srcIter()),
                scope.md(d.weightsLayer()),
                scope.md(d.weightsIter()),
                scope.md(d.bias()),
                scope.md(d.dstLayer()),
                scope.md(d.dstIter()),
                flags,
                cell.alpha(),
                0f,
                hint.asHint(scope),
                nativeAttr));
  }

  private static PrimitiveDesc lstmForward(
      PropKind prop, RnnDirection direction, RnnMemory m, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "lstm_forward",
        attr,
        () -> Describe.args("prop", prop, "direction", direction, "memory", m),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_lstm_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                direction.value(),
                scope.md(m.srcLayer()),
                scope.md(m.srcIter()),
                scope.md(m.srcIterC()),
                scope.md(m.weightsLayer()),
                scope.md(m.weightsIter()),
                MemorySegment.NULL,
                MemorySegment.NULL,
                scope.md(m.bias()),
                scope.md(m.dstLayer()),
                scope.md(m.dstIter()),
                scope.md(m.dstIterC()),
                0,
                nativeAttr));
  }

  private static PrimitiveDesc lstmBackward(
      RnnDirection direction,
      RnnMemory m,
      RnnMemory d,
      int flags,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "lstm_backward",
        attr,
        () -> Describe.args("direction", direction, "memory", m, "gradients", d),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_lstm_backward_primitive_desc_create(
                out,
                engine,
                PropKind.BACKWARD.value(),
                direction.value(),
                scope.md(m.srcLayer()),
                scope.md(m.srcIter()),
                scope.md(m.srcIterC()),
                scope.md(m.weightsLayer()),
                scope.md(m.weightsIter()),
                MemorySegment.NULL,
                MemorySegment.NULL,
                scope.md(m.bias()),
                scope.md(m.dstLayer()),
                scope.md(m.dstIter()),
                scope.md(m.dstIterC()),
                scope.md(d.srcLayer()),
                scope.md(d.srcIter()),
                scope.md(d.srcIterC()),
                scope.md(d.weightsLayer()),
                scope.md(d.weightsIter()),
                MemorySegment.NULL,
                MemorySegment.NULL,
                scope.md(d.bias()),
                scope.md(d.dstLayer()),
                scope.md(d.dstIter()),
                scope.md(d.dstIterC()),
                flags,
                hint.asHint(scope),
                nativeAttr));
  }

  private static PrimitiveDesc gruForward(
      PropKind prop, RnnDirection direction, RnnMemory m, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "gru_forward",
        attr,
        () -> Describe.args("prop", prop, "direction", direction, "memory", m),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_gru_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                direction.value(),
                scope.md(m.srcLayer()),
                scope.md(m.srcIter()),
                scope.md(m.weightsLayer()),
                scope.md(m.weightsIter()),
                scope.md(m.bias()),
                scope.md(m.dstLayer()),
                scope.md(m.dstIter()),
                0,
                nativeAttr));
  }

  private static PrimitiveDesc gruBackward(
      RnnDirection direction,
      RnnMemory m,
      RnnMemory d,
      int flags,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "gru_backward",
        attr,
        () -> Describe.args("direction", direction, "memory", m, "gradients", d),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_gru_backward_primitive_desc_create(
                out,
                engine,
                PropKind.BACKWARD.value(),
                direction.value(),
                scope.md(m.srcLayer()),
                scope.md(m.srcIter()),
                scope.md(m.weightsLayer()),
                scope.md(m.weightsIter()),
                scope.md(m.bias()),
                scope.md(m.dstLayer()),
                scope.md(m.dstIter()),
                scope.md(d.srcLayer()),
                scope.md(d.srcIter()),
                scope.md(d.weightsLayer()),
                scope.md(d.weightsIter()),
                scope.md(d.bias()),
                scope.md(d.dstLayer()),
                scope.md(d.dstIter()),
                flags,
                hint.asHint(scope),
                nativeAttr));
  }

  private static PrimitiveDesc lbrGruForward(
      PropKind prop, RnnDirection direction, RnnMemory m, PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "lbr_gru_forward",
        attr,
        () -> Describe.args("prop", prop, "direction", direction, "memory", m),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_lbr_gru_forward_primitive_desc_create(
                out,
                engine,
                prop.value(),
                direction.value(),
                scope.md(m.srcLayer()),
                scope.md(m.srcIter()),
                scope.md(m.weightsLayer()),
                scope.md(m.weightsIter()),
                scope.md(m.bias()),
                scope.md(m.dstLayer()),
                scope.md(m.dstIter()),
                0,
                nativeAttr));
  }

  private static PrimitiveDesc lbrGruBackward(
      RnnDirection direction,
      RnnMemory m,
      RnnMemory d,
      int flags,
      PrimitiveDesc hint,
      PrimitiveAttr attr) {
    return PrimitiveDesc.create(
        "lbr_gru_backward",
        attr,
        () -> Describe.args("direction", direction, "memory", m, "gradients", d),
        (scope, out, engine, nativeAttr) ->
            dnnl_h.dnnl_lbr_gru_backward_primitive_desc_create(
                out,
                engine,
                PropKind.BACKWARD.value(),
                direction.value(),
                scope.md(m.srcLayer()),
                scope.md(m.srcIter()),
                scope.md(m.weightsLayer()),
                scope.md(m.weightsIter()),
                scope.md(m.bias()),
                scope.md(m.dstLayer()),
                scope.md(m.dstIter()),
                scope.md(d.srcLayer()),
                scope.md(d.srcIter()),
                scope.md(d.weightsLayer()),
                scope.md(d.weightsIter()),
                scope.md(d.bias()),
                scope.md(d.dstLayer()),
                scope.md(d.dstIter()),
                flags,
                hint.asHint(scope),
                nativeAttr));
  }
}
