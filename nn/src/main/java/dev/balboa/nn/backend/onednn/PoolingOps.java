package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.AlgKind;
import dev.balboa.bindings.Arg;
import dev.balboa.bindings.MemoryDesc;
import dev.balboa.bindings.Pooling;
import dev.balboa.bindings.PrimitiveAttr;
import dev.balboa.bindings.PrimitiveDesc;
import dev.balboa.bindings.PropKind;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.AvgPoolBackward;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.MaxPoolGather;
import dev.balboa.nn.op.PoolingOp;
import dev.balboa.nn.op.Window;

/** Pooling through oneDNN, in the layout that the input comes in. */
final class PoolingOps {
  private PoolingOps() {}

  /** Plans any operation of the family. */
  static void plan(PlanBuilder b, PoolingOp op) {
    switch (op) {
      case MaxPool o -> max(b, o);
      case MaxPoolBackward o -> maxBackward(b, o);
      case MaxPoolGather o -> MemoryOps.maxPoolGather(b, o);
      case AvgPool o -> average(b, o);
      case AvgPoolBackward o -> averageBackward(b, o);
    }
  }

  static void max(PlanBuilder b, MaxPool op) {
    Operand src = b.input(0);
    MemoryDesc dstAny = Mds.any(b.outputSpec(0));
    try (PrimitiveDesc desc =
        b.describe(() -> forward(AlgKind.POOLING_MAX, op.window(), src.md(), dstAny))) {
      MemoryDesc workspace = desc.workspaceMd();
      b.primitive(
          desc,
          new int[] {Arg.SRC, Arg.DST, Arg.WORKSPACE},
          src,
          b.output(0, desc.dstMd()),
          b.workspace(1, new WorkspaceLayout(workspace, desc.srcMd(), desc.dstMd())));
    }
  }

  static void maxBackward(PlanBuilder b, MaxPoolBackward op) {
    if (!(b.layout(1) instanceof WorkspaceLayout forward)) {
      throw new IllegalArgumentException(
          op.name() + ": expected the workspace of a native max pooling, got " + b.layout(1));
    }
    try (PrimitiveDesc hint =
            b.describe(
                () -> forward(AlgKind.POOLING_MAX, op.window(), forward.src(), forward.dst()));
        PrimitiveDesc desc =
            b.describe(() ->
                backward(AlgKind.POOLING_MAX, op.window(), forward.src(), forward.dst(), hint))) {
      Operand workspace = new Operand(Operand.Place.INPUT, 1, forward.md());
      b.primitive(
          desc,
          new int[] {Arg.DIFF_DST, Arg.WORKSPACE, Arg.DIFF_SRC},
          b.input(0, desc.diffDstMd()),
          workspace,
          b.output(0, desc.diffSrcMd()));
    }
  }

  static void average(PlanBuilder b, AvgPool op) {
    Operand src = b.input(0);
    MemoryDesc dstAny = Mds.any(b.outputSpec(0));
    AlgKind alg = averageOf(op.countPadding());
    try (PrimitiveDesc desc = b.describe(() -> forward(alg, op.window(), src.md(), dstAny))) {
      b.primitive(desc, new int[] {Arg.SRC, Arg.DST}, src, b.output(0, desc.dstMd()));
    }
  }

  static void averageBackward(PlanBuilder b, AvgPoolBackward op) {
    Operand dy = b.input(0);
    AlgKind alg = averageOf(op.countPadding());
    MemoryDesc dxAny = Mds.any(b.outputSpec(0));
    MemoryDesc dxPlain = Mds.contiguous(b.outputSpec(0));
    MemoryDesc dyPlain = Mds.contiguous(b.spec(0));
    try (PrimitiveDesc hint = b.describe(() -> forward(alg, op.window(), dxPlain, dyPlain));
        PrimitiveDesc desc = b.describe(() -> backward(alg, op.window(), dxAny, dy.md(), hint))) {
      b.primitive(
          desc,
          new int[] {Arg.DIFF_DST, Arg.DIFF_SRC},
          b.input(0, desc.diffDstMd()),
          b.output(0, desc.diffSrcMd()));
    }
  }

  private static AlgKind averageOf(boolean countPadding) {
    return countPadding ? AlgKind.POOLING_AVG_INCLUDE_PADDING : AlgKind.POOLING_AVG_EXCLUDE_PADDING;
  }

  private static PrimitiveDesc forward(AlgKind alg, Window window, MemoryDesc src, MemoryDesc dst) {
    return Pooling.forward(
        PropKind.FORWARD_TRAINING,
        alg,
        src,
        dst,
        Windows.kernel(window),
        Windows.of(window),
        PrimitiveAttr.defaults());
  }

  private static PrimitiveDesc backward(
      AlgKind alg, Window window, MemoryDesc diffSrc, MemoryDesc diffDst, PrimitiveDesc hint) {
    return Pooling.backward(
        alg,
        diffSrc,
        diffDst,
        Windows.kernel(window),
        Windows.of(window),
        hint,
        PrimitiveAttr.defaults());
  }
}
