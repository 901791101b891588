package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.KernelKinds;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.UnaryKind;

/** The kernels' and oneDNN's names for ours. */
final class Kinds {
  private Kinds() {}

  static KernelKinds.Type of(DType dtype) {
    return switch (dtype) {
      case F32 -> KernelKinds.Type.F32;
      case F64 -> KernelKinds.Type.F64;
      case BF16 -> KernelKinds.Type.BF16;
      case I32 -> KernelKinds.Type.I32;
      case I64 -> KernelKinds.Type.I64;
      case U8 -> KernelKinds.Type.U8;
      case I8 -> KernelKinds.Type.I8;
      case BOOL -> KernelKinds.Type.BOOL;
    };
  }

  static KernelKinds.Unary of(UnaryKind kind) {
    return KernelKinds.Unary.valueOf(kind.name());
  }

  static KernelKinds.Binary of(BinaryKind kind) {
    return KernelKinds.Binary.valueOf(kind.name());
  }

  static KernelKinds.Compare of(CompareKind kind) {
    return KernelKinds.Compare.valueOf(kind.name());
  }

  static KernelKinds.Logical of(LogicalKind kind) {
    return KernelKinds.Logical.valueOf(kind.name());
  }

  static KernelKinds.Reduce of(ReduceKind kind) {
    return KernelKinds.Reduce.valueOf(kind.name());
  }

  static KernelKinds.Reduction of(Reduction reduction) {
    return KernelKinds.Reduction.valueOf(reduction.name());
  }

  /** oneDNN's binary algorithm. */
  static AlgKind algorithm(BinaryKind kind) {
    return switch (kind) {
      case ADD -> AlgKind.BINARY_ADD;
      case SUB -> AlgKind.BINARY_SUB;
      case MUL -> AlgKind.BINARY_MUL;
      case DIV -> AlgKind.BINARY_DIV;
      case MAX -> AlgKind.BINARY_MAX;
      case MIN -> AlgKind.BINARY_MIN;
      case POW, ATAN2, HYPOT, REMAINDER, FMOD, FLOOR_DIVIDE, LOG_ADD_EXP ->
          throw new IllegalArgumentException("oneDNN has no " + kind);
    };
  }
}
