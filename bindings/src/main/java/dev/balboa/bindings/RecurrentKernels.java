package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Recurrent layers of {@code balboa_kernels}; {@code balboa_kernels.h} defines them.
 *
 * <p>Segments are off-heap and dense row-major, in F32 or F64; their sizes are checked before the
 * call. What a cell does not have, and lengths that are all T, is {@link MemorySegment#NULL}.
 * Nothing is allocated. Thread-safe for different results.
 */
public final class RecurrentKernels {

  private RecurrentKernels() {}

  /** All steps of a layer; {@code workspace} may be NULL when there will be no backward. */
  public static void forward(
      KernelKinds.Type type,
      RecurrentShape shape,
      MemorySegment x,
      MemorySegment inputWeights,
      MemorySegment recurrentWeights,
      MemorySegment bias,
      MemorySegment h0,
      MemorySegment c0,
      MemorySegment peepholes,
      MemorySegment lengths,
      MemorySegment y,
      MemorySegment hLast,
      MemorySegment cLast,
      MemorySegment workspace,
      MemorySegment scratch) {
    Checks check = new Checks("recurrentForward", type, shape);
    check.of("x", x, shape.inputs());
    check.of("input weights", inputWeights, shape.inputWeights());
    check.of("recurrent weights", recurrentWeights, shape.recurrentWeights());
    check.of("bias", bias, shape.biases());
    check.of("h0", h0, shape.states());
    check.ofLstm("c0", c0);
    check.ofPeepholes("peepholes", peepholes);
    check.lengths(lengths);
    check.result("y", y, shape.outputs());
    check.result("last h", hLast, shape.states());
    check.resultLstm("last c", cLast);
    if (workspace.address() != 0) {
      check.result("workspace", workspace, shape.workspace());
    }
    check.result("scratch", scratch, shape.forwardScratch());
    NativeThreads.bind();
    KernelChecks.status(
        "recurrentForward",
        kernels_h.balboa_rnn_forward(
            type.value(),
            shape.segment(),
            x,
            inputWeights,
            recurrentWeights,
            bias,
            h0,
            c0,
            peepholes,
            lengths,
            y,
            hLast,
            cLast,
            workspace,
            scratch));
  }

  /** The recursion back through time; gradients of the weights are products with what it gives. */
  public static void backward(
      KernelKinds.Type type,
      RecurrentShape shape,
      MemorySegment recurrentWeights,
      MemorySegment h0,
      MemorySegment c0,
      MemorySegment peepholes,
      MemorySegment lengths,
      MemorySegment y,
      MemorySegment workspace,
      MemorySegment dy,
      MemorySegment dhLast,
      MemorySegment dcLast,
      MemorySegment dsums,
      MemorySegment before,
      MemorySegment reset,
      MemorySegment dh0,
      MemorySegment dc0,
      MemorySegment dpeepholes,
      MemorySegment scratch) {
    Checks check = new Checks("recurrentBackward", type, shape);
    check.of("recurrent weights", recurrentWeights, shape.recurrentWeights());
    check.of("h0", h0, shape.states());
    check.ofLstm("c0", c0);
    check.ofPeepholes("peepholes", peepholes);
    check.lengths(lengths);
    check.of("y", y, shape.outputs());
    check.of("workspace", workspace, shape.workspace());
    check.of("dy", dy, shape.outputs());
    check.of("last dh", dhLast, shape.states());
    check.ofLstm("last dc", dcLast);
    check.result("dsums", dsums, shape.rows() * shape.biases());
    check.result("before", before, shape.outputs());
    check.result("reset", reset, shape.cell() == RecurrentShape.Cell.GRU ? shape.outputs() : 0);
    check.result("dh0", dh0, shape.states());
    check.resultLstm("dc0", dc0);
    check.resultPeepholes("dpeepholes", dpeepholes);
    check.result("scratch", scratch, shape.backwardScratch());
    NativeThreads.bind();
    KernelChecks.status(
        "recurrentBackward",
        kernels_h.balboa_rnn_backward(
            type.value(),
            shape.segment(),
            recurrentWeights,
            h0,
            c0,
            peepholes,
            lengths,
            y,
            workspace,
            dy,
            dhLast,
            dcLast,
            dsums,
            before,
            reset,
            dh0,
            dc0,
            dpeepholes,
            scratch));
  }

  /** Sizes of what belongs to one layer. */
  private record Checks(String kernel, KernelKinds.Type type, RecurrentShape shape) {
    void of(String name, MemorySegment segment, long count) {
      KernelChecks.elements(kernel, name, segment, count, type.byteSize());
    }

    void ofLstm(String name, MemorySegment segment) {
      of(name, segment, shape.cell().isLstm() ? shape.states() : 0);
    }

    void ofPeepholes(String name, MemorySegment segment) {
      boolean any = shape.cell() == RecurrentShape.Cell.LSTM_PEEPHOLE;
      of(name, segment, any ? 3 * shape.hidden() : 0);
    }

    void result(String name, MemorySegment segment, long count) {
      KernelChecks.result(kernel, name, segment, count, type.byteSize());
    }

    void resultLstm(String name, MemorySegment segment) {
      ofLstm(name, segment);
      KernelChecks.writable(kernel, name, segment);
    }

    void resultPeepholes(String name, MemorySegment segment) {
      ofPeepholes(name, segment);
      KernelChecks.writable(kernel, name, segment);
    }

    void lengths(MemorySegment segment) {
      if (segment.address() != 0) {
        KernelChecks.elements(kernel, "lengths", segment, shape.batch(), Integer.BYTES);
      }
    }
  }
}
