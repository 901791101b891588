package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;

/**
 * The choices that functions of {@code balboa_kernels} take; {@code balboa_kernels.h} defines each
 * one.
 */
public final class KernelKinds {

  private KernelKinds() {}

  /** Element types. */
  public enum Type {
    F32(kernels_h.BALBOA_F32(), 4),
    F64(kernels_h.BALBOA_F64(), 8),
    I32(kernels_h.BALBOA_I32(), 4),
    I64(kernels_h.BALBOA_I64(), 8),
    U8(kernels_h.BALBOA_U8(), 1),
    BOOL(kernels_h.BALBOA_BOOL(), 1),
    BF16(kernels_h.BALBOA_BF16(), 2),
    I8(kernels_h.BALBOA_I8(), 1);

    private final int value;
    private final int byteSize;

    Type(int value, int byteSize) {
      this.value = value;
      this.byteSize = byteSize;
    }

    int value() {
      return value;
    }

    /** Returns the size of one element in bytes. */
    public int byteSize() {
      return byteSize;
    }
  }

  /** Functions of one operand; {@code alpha} and {@code beta} where the header names them. */
  public enum Unary {
    RELU(kernels_h.BALBOA_RELU()),
    LEAKY_RELU(kernels_h.BALBOA_LEAKY_RELU()),
    ELU(kernels_h.BALBOA_ELU()),
    SELU(kernels_h.BALBOA_SELU()),
    GELU_ERF(kernels_h.BALBOA_GELU_ERF()),
    GELU_TANH(kernels_h.BALBOA_GELU_TANH()),
    SIGMOID(kernels_h.BALBOA_SIGMOID()),
    SILU(kernels_h.BALBOA_SILU()),
    SOFTPLUS(kernels_h.BALBOA_SOFTPLUS()),
    HARD_SIGMOID(kernels_h.BALBOA_HARD_SIGMOID()),
    HARD_SWISH(kernels_h.BALBOA_HARD_SWISH()),
    MISH(kernels_h.BALBOA_MISH()),
    TANH(kernels_h.BALBOA_TANH()),
    CLIP(kernels_h.BALBOA_CLIP()),
    LINEAR(kernels_h.BALBOA_LINEAR()),
    EXP(kernels_h.BALBOA_EXP()),
    LOG(kernels_h.BALBOA_LOG()),
    SQRT(kernels_h.BALBOA_SQRT()),
    RSQRT(kernels_h.BALBOA_RSQRT()),
    ABS(kernels_h.BALBOA_ABS()),
    NEG(kernels_h.BALBOA_NEG()),
    SQUARE(kernels_h.BALBOA_SQUARE()),
    RECIPROCAL(kernels_h.BALBOA_RECIPROCAL()),
    SIN(kernels_h.BALBOA_SIN()),
    COS(kernels_h.BALBOA_COS()),
    ERF(kernels_h.BALBOA_ERF()),
    SIGN(kernels_h.BALBOA_SIGN()),
    FLOOR(kernels_h.BALBOA_FLOOR()),
    CEIL(kernels_h.BALBOA_CEIL()),
    ROUND(kernels_h.BALBOA_ROUND()),
    LOG1P(kernels_h.BALBOA_LOG1P()),
    EXPM1(kernels_h.BALBOA_EXPM1()),
    TAN(kernels_h.BALBOA_TAN()),
    ASIN(kernels_h.BALBOA_ASIN()),
    ACOS(kernels_h.BALBOA_ACOS()),
    ATAN(kernels_h.BALBOA_ATAN()),
    SINH(kernels_h.BALBOA_SINH()),
    COSH(kernels_h.BALBOA_COSH()),
    ASINH(kernels_h.BALBOA_ASINH()),
    ACOSH(kernels_h.BALBOA_ACOSH()),
    ATANH(kernels_h.BALBOA_ATANH()),
    LOG2(kernels_h.BALBOA_LOG2()),
    LOG10(kernels_h.BALBOA_LOG10()),
    EXP2(kernels_h.BALBOA_EXP2()),
    TRUNC(kernels_h.BALBOA_TRUNC()),
    ERFC(kernels_h.BALBOA_ERFC()),
    ERFINV(kernels_h.BALBOA_ERFINV()),
    POWER(kernels_h.BALBOA_POWER()),
    CELU(kernels_h.BALBOA_CELU()),
    SOFTSIGN(kernels_h.BALBOA_SOFTSIGN()),
    LOG_SIGMOID(kernels_h.BALBOA_LOG_SIGMOID()),
    TANH_SHRINK(kernels_h.BALBOA_TANH_SHRINK()),
    HARD_SHRINK(kernels_h.BALBOA_HARD_SHRINK()),
    SOFT_SHRINK(kernels_h.BALBOA_SOFT_SHRINK()),
    THRESHOLD(kernels_h.BALBOA_THRESHOLD());

    private final int value;

    Unary(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /** Arithmetic of two operands. */
  public enum Binary {
    ADD(kernels_h.BALBOA_ADD()),
    SUB(kernels_h.BALBOA_SUB()),
    MUL(kernels_h.BALBOA_MUL()),
    DIV(kernels_h.BALBOA_DIV()),
    MAX(kernels_h.BALBOA_MAX()),
    MIN(kernels_h.BALBOA_MIN()),
    POW(kernels_h.BALBOA_POW()),
    ATAN2(kernels_h.BALBOA_ATAN2()),
    HYPOT(kernels_h.BALBOA_HYPOT()),
    REMAINDER(kernels_h.BALBOA_REMAINDER()),
    FMOD(kernels_h.BALBOA_FMOD()),
    FLOOR_DIVIDE(kernels_h.BALBOA_FLOOR_DIVIDE()),
    LOG_ADD_EXP(kernels_h.BALBOA_LOG_ADD_EXP());

    private final int value;

    Binary(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /** Comparisons. */
  public enum Compare {
    EQ(kernels_h.BALBOA_EQ()),
    NE(kernels_h.BALBOA_NE()),
    LT(kernels_h.BALBOA_LT()),
    LE(kernels_h.BALBOA_LE()),
    GT(kernels_h.BALBOA_GT()),
    GE(kernels_h.BALBOA_GE());

    private final int value;

    Compare(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /** Functions of two booleans. */
  public enum Logical {
    AND(kernels_h.BALBOA_AND()),
    OR(kernels_h.BALBOA_OR()),
    XOR(kernels_h.BALBOA_XOR());

    private final int value;

    Logical(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /** Reductions. */
  public enum Reduce {
    SUM(kernels_h.BALBOA_REDUCE_SUM()),
    MEAN(kernels_h.BALBOA_REDUCE_MEAN()),
    MAX(kernels_h.BALBOA_REDUCE_MAX()),
    MIN(kernels_h.BALBOA_REDUCE_MIN()),
    PROD(kernels_h.BALBOA_REDUCE_PROD()),
    SUM_SQUARES(kernels_h.BALBOA_REDUCE_SUM_SQUARES());

    private final int value;

    Reduce(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /** Reductions of booleans. */
  public enum BoolReduce {
    ANY(kernels_h.BALBOA_ANY()),
    ALL(kernels_h.BALBOA_ALL()),
    COUNT(kernels_h.BALBOA_COUNT());

    private final int value;

    BoolReduce(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /** What becomes of the losses of a batch. */
  public enum Reduction {
    NONE(kernels_h.BALBOA_REDUCTION_NONE()),
    MEAN(kernels_h.BALBOA_REDUCTION_MEAN()),
    SUM(kernels_h.BALBOA_REDUCTION_SUM());

    private final int value;

    Reduction(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }

  /** Losses of an output against a target, element by element. */
  public enum PointwiseLoss {
    SQUARED(kernels_h.BALBOA_LOSS_SQUARED()),
    ABSOLUTE(kernels_h.BALBOA_LOSS_ABSOLUTE()),
    HUBER(kernels_h.BALBOA_LOSS_HUBER()),
    BCE(kernels_h.BALBOA_LOSS_BCE()),
    LOGITS(kernels_h.BALBOA_LOSS_LOGITS()),
    KL(kernels_h.BALBOA_LOSS_KL()),
    POISSON(kernels_h.BALBOA_LOSS_POISSON());

    private final int value;

    PointwiseLoss(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }
  }
}
