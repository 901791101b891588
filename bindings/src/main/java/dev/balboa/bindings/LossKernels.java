package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Losses of {@code balboa_kernels}; {@code balboa_kernels.h} defines each one.
 *
 * <p>Segments are off-heap and dense row-major; their sizes are checked before the call, and what
 * the kernel refuses becomes an {@link IllegalArgumentException}, or an {@link
 * IndexOutOfBoundsException} where labels, targets or lengths are out of range. Nothing is
 * allocated. Thread-safe for different results.
 */
public final class LossKernels {

  private LossKernels() {}

  /**
   * What a loss on class labels is computed of.
   *
   * @param type F32 or F64: of logits, weights, loss and gradients
   * @param labelType I32 or I64
   * @param outer positions before the classes
   * @param inner positions behind the classes
   * @param weighted whether there is a weight for each class
   * @param smoothing of the labels, in [0, 1]; 0 for {@link #nll}
   * @param ignored the label of positions that count nothing
   */
  public record Labelled(
      KernelKinds.Type type,
      KernelKinds.Type labelType,
      long outer,
      long classes,
      long inner,
      boolean weighted,
      double smoothing,
      long ignored,
      KernelKinds.Reduction reduction) {

    private long positions(String kernel) {
      return KernelChecks.volume(kernel, outer, inner);
    }

    private void check(String kernel, MemorySegment labels, MemorySegment weights) {
      KernelChecks.elements(kernel, "labels", labels, positions(kernel), labelType.byteSize());
      if (weighted) {
        real(kernel, "weights", weights, classes);
      }
    }

    private void real(String kernel, String name, MemorySegment segment, long count) {
      KernelChecks.elements(kernel, name, segment, count, type.byteSize());
    }

    private void scores(String kernel, String name, MemorySegment segment) {
      real(kernel, name, segment, KernelChecks.volume(kernel, outer, classes, inner));
    }

    private void loss(String kernel, String name, MemorySegment segment) {
      real(kernel, name, segment, reduction == KernelKinds.Reduction.NONE ? positions(kernel) : 1);
    }

    private void requireInnermost(String kernel) {
      if (inner != 1) {
        throw new IllegalArgumentException(
            kernel + ": expected classes innermost, got " + inner + " positions behind them");
      }
    }

    private MemorySegment weights(MemorySegment given) {
      return weighted ? given : MemorySegment.NULL;
    }
  }

  /** Cross entropy of logits; {@code weights} is not looked at unless there are some. */
  public static void crossEntropy(
      Labelled c,
      MemorySegment x,
      MemorySegment labels,
      MemorySegment weights,
      MemorySegment loss) {
    c.check("crossEntropy", labels, weights);
    c.scores("crossEntropy", "x", x);
    c.loss("crossEntropy", "loss", loss);
    KernelChecks.writable("crossEntropy", "loss", loss);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    status(
        "crossEntropy",
        kernels_h.balboa_cross_entropy(
            c.type.value(),
            c.outer,
            c.classes,
            c.inner,
            x,
            c.labelType.value(),
            labels,
            c.weights(weights),
            c.smoothing,
            c.ignored,
            c.reduction.value(),
            loss,
            bad),
        bad);
  }

  /** Gradient of {@link #crossEntropy}; dx may be x. */
  public static void crossEntropyBackward(
      Labelled c,
      MemorySegment x,
      MemorySegment labels,
      MemorySegment weights,
      MemorySegment dloss,
      MemorySegment dx) {
    c.check("crossEntropyBackward", labels, weights);
    c.scores("crossEntropyBackward", "x", x);
    c.loss("crossEntropyBackward", "dloss", dloss);
    c.scores("crossEntropyBackward", "dx", dx);
    KernelChecks.writable("crossEntropyBackward", "dx", dx);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    status(
        "crossEntropyBackward",
        kernels_h.balboa_cross_entropy_backward(
            c.type.value(),
            c.outer,
            c.classes,
            c.inner,
            x,
            c.labelType.value(),
            labels,
            c.weights(weights),
            c.smoothing,
            c.ignored,
            c.reduction.value(),
            dloss,
            dx,
            bad),
        bad);
  }

  /** Negative log-likelihood; {@code weights} is not looked at unless there are some. */
  public static void nll(
      Labelled c,
      MemorySegment x,
      MemorySegment labels,
      MemorySegment weights,
      MemorySegment loss) {
    c.check("nll", labels, weights);
    c.scores("nll", "x", x);
    c.loss("nll", "loss", loss);
    KernelChecks.writable("nll", "loss", loss);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    status(
        "nll",
        kernels_h.balboa_nll(
            c.type.value(),
            c.outer,
            c.classes,
            c.inner,
            x,
            c.labelType.value(),
            labels,
            c.weights(weights),
            c.ignored,
            c.reduction.value(),
            loss,
            bad),
        bad);
  }

  /** Gradient of {@link #nll}. */
  public static void nllBackward(
      Labelled c,
      MemorySegment labels,
      MemorySegment weights,
      MemorySegment dloss,
      MemorySegment dx) {
    c.check("nllBackward", labels, weights);
    c.loss("nllBackward", "dloss", dloss);
    c.scores("nllBackward", "dx", dx);
    KernelChecks.writable("nllBackward", "dx", dx);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    status(
        "nllBackward",
        kernels_h.balboa_nll_backward(
            c.type.value(),
            c.outer,
            c.classes,
            c.inner,
            c.labelType.value(),
            labels,
            c.weights(weights),
            c.ignored,
            c.reduction.value(),
            dloss,
            dx,
            bad),
        bad);
  }

  /**
   * Margin loss of scores, whose classes are innermost, of labels without a smoothing and none
   * ignored; power 1 or 2.
   */
  public static void multiMargin(
      Labelled c,
      double margin,
      int power,
      MemorySegment x,
      MemorySegment labels,
      MemorySegment loss) {
    c.requireInnermost("multiMargin");
    c.check("multiMargin", labels, MemorySegment.NULL);
    c.scores("multiMargin", "x", x);
    c.loss("multiMargin", "loss", loss);
    KernelChecks.writable("multiMargin", "loss", loss);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    status(
        "multiMargin",
        kernels_h.balboa_multi_margin(
            c.type.value(),
            c.outer,
            c.classes,
            x,
            c.labelType.value(),
            labels,
            margin,
            power,
            c.reduction.value(),
            loss,
            bad),
        bad);
  }

  /** Gradient of {@link #multiMargin}; dx may be x. */
  public static void multiMarginBackward(
      Labelled c,
      double margin,
      int power,
      MemorySegment x,
      MemorySegment labels,
      MemorySegment dloss,
      MemorySegment dx) {
    c.requireInnermost("multiMarginBackward");
    c.check("multiMarginBackward", labels, MemorySegment.NULL);
    c.scores("multiMarginBackward", "x", x);
    c.loss("multiMarginBackward", "dloss", dloss);
    c.scores("multiMarginBackward", "dx", dx);
    KernelChecks.writable("multiMarginBackward", "dx", dx);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    status(
        "multiMarginBackward",
        kernels_h.balboa_multi_margin_backward(
            c.type.value(),
            c.outer,
            c.classes,
            x,
            c.labelType.value(),
            labels,
            margin,
            power,
            c.reduction.value(),
            dloss,
            dx,
            bad),
        bad);
  }

  /**
   * What connectionist temporal classification is computed of: log-probabilities [steps, batch,
   * classes] of type F32 or F64 and targets i32[batch, width].
   */
  public record Alignment(
      KernelKinds.Type type,
      long steps,
      long batch,
      long classes,
      long width,
      int blank,
      boolean zeroInfinity) {

    /** Returns how many f64 numbers {@link #ctc} works on. */
    public long forwardWork() {
      return KernelChecks.volume("ctc", batch, 2, places());
    }

    /** Returns how many f64 numbers {@link #ctcBackward} works on. */
    public long backwardWork() {
      return KernelChecks.volume("ctc", batch, Math.addExact(steps, 1), places());
    }

    private long places() {
      return Math.addExact(Math.multiplyExact(width, 2L), 1);
    }

    private void check(
        String kernel, MemorySegment targets, MemorySegment inputs, MemorySegment lengths) {
      KernelChecks.elements(
          kernel, "targets", targets, KernelChecks.volume(kernel, batch, width), Integer.BYTES);
      KernelChecks.elements(kernel, "input lengths", inputs, batch, Integer.BYTES);
      KernelChecks.elements(kernel, "target lengths", lengths, batch, Integer.BYTES);
    }

    private void real(String kernel, String name, MemorySegment segment, long count) {
      KernelChecks.elements(kernel, name, segment, count, type.byteSize());
    }

    private void scores(String kernel, String name, MemorySegment segment) {
      real(kernel, name, segment, KernelChecks.volume(kernel, steps, batch, classes));
    }
  }

  /** The loss of every sample; {@code work} has {@link Alignment#forwardWork} numbers. */
  public static void ctc(
      Alignment a,
      MemorySegment x,
      MemorySegment targets,
      MemorySegment inputLengths,
      MemorySegment targetLengths,
      MemorySegment work,
      MemorySegment loss) {
    a.check("ctc", targets, inputLengths, targetLengths);
    a.scores("ctc", "x", x);
    a.real("ctc", "loss", loss, a.batch);
    KernelChecks.writable("ctc", "loss", loss);
    KernelChecks.result("ctc", "work", work, a.forwardWork(), Double.BYTES);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    status(
        "ctc",
        kernels_h.balboa_ctc(
            a.type.value(),
            a.steps,
            a.batch,
            a.classes,
            a.width,
            x,
            targets,
            inputLengths,
            targetLengths,
            a.blank,
            a.zeroInfinity ? 1 : 0,
            work,
            loss,
            bad),
        bad);
  }

  /**
   * Gradient of {@link #ctc} by x; {@code work} has {@link Alignment#backwardWork} numbers, {@code
   * dloss} one for each sample.
   */
  public static void ctcBackward(
      Alignment a,
      MemorySegment x,
      MemorySegment targets,
      MemorySegment inputLengths,
      MemorySegment targetLengths,
      MemorySegment dloss,
      MemorySegment work,
      MemorySegment dx) {
    a.check("ctcBackward", targets, inputLengths, targetLengths);
    a.scores("ctcBackward", "x", x);
    a.scores("ctcBackward", "dx", dx);
    KernelChecks.writable("ctcBackward", "dx", dx);
    a.real("ctcBackward", "dloss", dloss, a.batch);
    KernelChecks.result("ctcBackward", "work", work, a.backwardWork(), Double.BYTES);
    NativeThreads.bind();
    MemorySegment bad = KernelChecks.badIndexSlot();
    status(
        "ctcBackward",
        kernels_h.balboa_ctc_backward(
            a.type.value(),
            a.steps,
            a.batch,
            a.classes,
            a.width,
            x,
            targets,
            inputLengths,
            targetLengths,
            a.blank,
            a.zeroInfinity ? 1 : 0,
            dloss,
            work,
            dx,
            bad),
        bad);
  }

  private static void status(String kernel, int status, MemorySegment badIndex) {
    if (status == kernels_h.BALBOA_ERR_INDEX()) {
      throw new IndexOutOfBoundsException(
          kernel
              + ": a label or length is out of range at position "
              + badIndex.get(ValueLayout.JAVA_LONG, 0));
    }
    KernelChecks.status(kernel, status);
  }
}
