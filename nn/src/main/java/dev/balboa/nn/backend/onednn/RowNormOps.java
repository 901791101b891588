package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelKinds;
import dev.balboa.bindings.ResponseNorm;
import dev.balboa.bindings.RowNorm;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.GroupNorm;
import dev.balboa.nn.op.GroupNormBackward;
import dev.balboa.nn.op.LayerNorm;
import dev.balboa.nn.op.LayerNormBackward;
import dev.balboa.nn.op.LocalResponseNorm;
import dev.balboa.nn.op.LocalResponseNormBackward;
import dev.balboa.nn.op.NormalizationOp;
import dev.balboa.nn.op.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Normalisation by statistics of rows, of groups and of neighbours, through the kernels: they add
 * in F64, give the same bits with any number of threads, and have all floating-point types; beside
 * BF16, parameters and statistics are F32.
 */
final class RowNormOps {
  private static final MemorySegment NONE = MemorySegment.NULL;

  private RowNormOps() {}

  static void layer(PlanBuilder b, LayerNorm op) {
    forward(b, layer(b, op.axes(), op.centred(), op.epsilon(), op));
  }

  static void layerBackward(PlanBuilder b, LayerNormBackward op) {
    RowNorm norm = layer(b, op.axes(), op.centred(), op.epsilon(), op);
    backward(b, norm, op.isScaled(b.inputs()));
  }

  static void group(PlanBuilder b, GroupNorm op) {
    forward(b, group(b, op.groups(), op.epsilon(), op));
  }

  static void groupBackward(PlanBuilder b, GroupNormBackward op) {
    backward(b, group(b, op.groups(), op.epsilon(), op), b.inputs() == 5);
  }

  static void response(PlanBuilder b, LocalResponseNorm op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    ResponseNorm norm = response(b, op.size(), op.alpha(), op.beta(), op.k());
    b.call(s -> norm.forward(s[0], s[1]), b.denseInput(0), b.denseOutput(0));
  }

  static void responseBackward(PlanBuilder b, LocalResponseNormBackward op) {
    Unsupported.unless(b, op, DType.F32, DType.F64);
    ResponseNorm norm = response(b, op.size(), op.alpha(), op.beta(), op.k());
    b.call(
        s -> norm.backward(s[0], s[1], s[2], s[3]),
        b.denseInput(0),
        b.denseInput(1),
        b.denseOutput(0),
        b.scratch(Mds.contiguous(b.spec(0))));
  }

  private static ResponseNorm response(
      PlanBuilder b, int size, double alpha, double beta, double k) {
    Shape x = b.spec(0).shape();
    long inner = x.slice(2, x.rank()).size();
    return new ResponseNorm(type(b), x.dim(0), x.dim(1), inner, size, alpha, beta, k);
  }

  private static KernelKinds.Type type(PlanBuilder b) {
    return Kinds.of(b.spec(0).dtype());
  }

  private static RowNorm layer(
      PlanBuilder b, int axes, boolean centred, double epsilon, NormalizationOp op) {
    Unsupported.unless(b, op, DType.F32, DType.F64, DType.BF16);
    Shape x = b.spec(0).shape();
    int lead = x.rank() - axes;
    long rows = x.slice(0, lead).size();
    return new RowNorm(type(b), rows, x.slice(lead, x.rank()).size(), 1, 1, centred, epsilon);
  }

  private static RowNorm group(PlanBuilder b, int groups, double epsilon, NormalizationOp op) {
    Unsupported.unless(b, op, DType.F32, DType.F64, DType.BF16);
    Shape x = b.spec(0).shape();
    long inner = x.slice(2, x.rank()).size();
    long length = x.dim(1) / groups * inner;
    return new RowNorm(type(b), x.dim(0) * groups, length, groups, inner, true, epsilon);
  }

  /** Inputs x, [gamma, [beta]]; outputs y, [mean], variance. */
  private static void forward(PlanBuilder b, RowNorm norm) {
    boolean gamma = b.inputs() > 1;
    boolean beta = b.inputs() > 2;
    boolean centred = norm.centred();
    List<Operand> all = new ArrayList<>();
    all.add(b.denseInput(0));
    all.add(b.denseOutput(0));
    all.add(b.denseOutput(centred ? 2 : 1));
    all.add(centred ? b.denseOutput(1) : all.get(2));
    for (int i = 1; i < b.inputs(); i++) {
      all.add(b.denseInput(i));
    }
    b.call(
        s ->
            norm.forward(
                s[0], gamma ? s[4] : NONE, beta ? s[5] : NONE, s[1], centred ? s[3] : NONE, s[2]),
        all.toArray(Operand[]::new));
  }

  /** Inputs x, [gamma], [mean], variance, dy; outputs dx, [dgamma, [dbeta]]. */
  private static void backward(PlanBuilder b, RowNorm norm, boolean scaled) {
    int n = b.inputs();
    boolean centred = norm.centred();
    List<Operand> all = new ArrayList<>();
    all.add(b.denseInput(0));
    all.add(b.denseInput(n - 1));
    all.add(b.denseInput(n - 2));
    all.add(centred ? b.denseInput(n - 3) : all.get(2));
    all.add(b.denseOutput(0));
    if (scaled) {
      all.add(b.denseInput(1));
      all.add(b.denseOutput(1));
    }
    if (scaled && centred) {
      all.add(b.denseOutput(2));
    }
    b.call(
        s ->
            norm.backward(
                s[0],
                scaled ? s[5] : NONE,
                centred ? s[3] : NONE,
                s[2],
                s[1],
                s[4],
                scaled ? s[6] : NONE,
                scaled && centred ? s[7] : NONE),
        all.toArray(Operand[]::new));
  }
}
