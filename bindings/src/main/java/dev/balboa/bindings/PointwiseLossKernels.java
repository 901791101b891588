package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Losses of {@code balboa_kernels} that compare an output with a target element by element; {@code
 * balboa_kernels.h} defines each one. Element types F32 and F64.
 *
 * <p>Segments are off-heap and dense; their sizes are checked before the call, and what the kernel
 * refuses becomes an {@link IllegalArgumentException}. Nothing is allocated. Thread-safe for
 * different results.
 */
public final class PointwiseLossKernels {
  private final KernelKinds.Type type;
  private final KernelKinds.PointwiseLoss kind;
  private final double parameter;
  private final KernelKinds.Reduction reduction;
  private final long n;

  /**
   * A loss of {@code n} elements.
   *
   * @param parameter where the kind names one
   */
  public PointwiseLossKernels(
      KernelKinds.Type type,
      KernelKinds.PointwiseLoss kind,
      double parameter,
      KernelKinds.Reduction reduction,
      long n) {
    this.type = type;
    this.kind = kind;
    this.parameter = parameter;
    this.reduction = reduction;
    this.n = n;
  }

  /** The loss [n], or one number where it is reduced. */
  public void forward(MemorySegment output, MemorySegment target, MemorySegment loss) {
    String name = "pointwiseLoss";
    check(name, output, target, loss);
    KernelChecks.writable(name, "loss", loss);
    NativeThreads.bind();
    KernelChecks.status(
        name,
        kernels_h.balboa_pointwise_loss(
            type.value(), kind.value(), parameter, reduction.value(), n, output, target, loss));
  }

  /**
   * The gradients of output and target; {@code MemorySegment.NULL} for a gradient of the target
   * that is not wanted.
   */
  public void backward(
      MemorySegment output,
      MemorySegment target,
      MemorySegment dloss,
      MemorySegment doutput,
      MemorySegment dtarget) {
    String name = "pointwiseLossBackward";
    check(name, output, target, dloss);
    KernelChecks.result(name, "doutput", doutput, n, type.byteSize());
    if (!dtarget.equals(MemorySegment.NULL)) {
      KernelChecks.result(name, "dtarget", dtarget, n, type.byteSize());
    }
    NativeThreads.bind();
    KernelChecks.status(
        name,
        kernels_h.balboa_pointwise_loss_backward(
            type.value(),
            kind.value(),
            parameter,
            reduction.value(),
            n,
            output,
            target,
            dloss,
            doutput,
            dtarget));
  }

  private void check(String name, MemorySegment output, MemorySegment target, MemorySegment loss) {
    KernelChecks.elements(name, "output", output, n, type.byteSize());
    KernelChecks.elements(name, "target", target, n, type.byteSize());
    long losses = reduction == KernelKinds.Reduction.NONE ? n : 1;
    KernelChecks.elements(name, "loss", loss, losses, type.byteSize());
  }
}
