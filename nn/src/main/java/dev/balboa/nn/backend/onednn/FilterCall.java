package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.DataType;
import dev.balboa.bindings.MemoryDesc;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The call of a kernel that adds up products with filters, a bias and a residual. */
final class FilterCall {
  private FilterCall() {}

  /** What runs; bias and residual are {@link MemorySegment#NULL} where there is none. */
  @FunctionalInterface
  interface Kernel {
    void run(
        MemorySegment x,
        MemorySegment w,
        MemorySegment bias,
        MemorySegment residual,
        MemorySegment y,
        MemorySegment scratch);
  }

  /**
   * Adds it to a plan.
   *
   * @param bias whether input 2 is one
   * @param residual what is added to the results, or null
   */
  static void add(
      PlanBuilder b,
      Kernel kernel,
      long scratchBytes,
      Operand x,
      Operand w,
      boolean bias,
      Operand residual,
      Operand y) {
    List<Operand> operands = new ArrayList<>(List.of(x, w));
    if (bias) {
      operands.add(b.denseInput(2));
    }
    boolean adds = residual != null;
    if (adds) {
      operands.add(residual);
    }
    operands.add(y);
    operands.add(b.scratch(MemoryDesc.contiguous(DataType.U8, scratchBytes)));
    int last = operands.size() - 1;
    b.call(
        s ->
            kernel.run(
                s[0],
                s[1],
                bias ? s[2] : MemorySegment.NULL,
                adds ? s[last - 2] : MemorySegment.NULL,
                s[last - 1],
                s[last]),
        operands.toArray(Operand[]::new));
  }
}
