package dev.balboa.nn.cases;

import dev.balboa.nn.op.Arange;
import dev.balboa.nn.op.AttentionOp;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;

/** Attention and its derivative in the steps that a kernel takes, each of which rounds. */
final class AttentionSteps {
  private final AttentionOp op;
  private final Tensor q;
  private final Tensor k;
  private final Tensor v;
  private final Tensor mask;
  private final Tensor key;
  private final Shape weights;

  private AttentionSteps(Op op, List<Tensor> in, int optional) {
    this.op = (AttentionOp) op;
    this.q = in.get(0);
    this.k = in.get(1);
    this.v = in.get(2);
    boolean drops = this.op.dropout() > 0;
    this.key = drops ? in.getLast() : null;
    this.mask = in.size() > optional + (drops ? 1 : 0) ? in.get(optional) : null;
    this.weights = q.shape().with(3, k.shape().dim(2));
  }

  /** From q, k, v and the mask and the random key where they are: the output and the sums. */
  static List<Tensor> forward(Op op, List<Tensor> in) {
    AttentionSteps s = new AttentionSteps(op, in, 3);
    Tensor sums = s.sums();
    return List.of(s.output(s.dropped(s.weights(sums))), sums.detach().log().squeeze(3));
  }

  /** From q, k, v, dout, and the mask and the random key where they are: dq, dk, dv. */
  static List<Tensor> backward(Op op, List<Tensor> in) {
    AttentionSteps s = new AttentionSteps(op, in, 4);
    Tensor dout = in.get(3);
    Tensor p = s.weights(s.sums());
    Tensor kept = s.dropped(p);
    Tensor delta = dout.mul(s.output(kept)).sum(3).unsqueeze(3);
    Tensor dp = s.grouped(dout).matmul(s.v.unsqueeze(2), false, true);
    Tensor ds = p.mul(s.dropped(dp.reshape(s.weights.dims())).sub(delta)).mul(s.op.scale());
    return List.of(
        s.grouped(ds).matmul(s.k.unsqueeze(2)).reshape(s.q.shape().dims()),
        s.grouped(ds).matmul(s.grouped(s.q), true, false).sum(2),
        s.grouped(kept).matmul(s.grouped(dout), true, false).sum(2));
  }

  /** [B, H, L, n] as [B, Hkv, H / Hkv, L, n]. */
  private Tensor grouped(Tensor t) {
    Shape s = t.shape();
    long heads = k.shape().dim(1);
    return t.reshape(s.dim(0), heads, s.dim(1) / heads, s.dim(2), s.dim(3));
  }

  /** Of queries and keys; -infinity where a key is hidden. */
  private Tensor scores() {
    Tensor s = grouped(q).matmul(k.unsqueeze(2), false, true).reshape(weights.dims());
    s = s.mul(op.scale());
    Tensor hidden = Tensors.fill(s.spec().withShape(Shape.scalar()), Double.NEGATIVE_INFINITY);
    if (mask != null) {
      s = mask.dtype() == DType.BOOL ? mask.where(s, hidden) : s.add(mask);
    }
    if (op.causal() == CausalMask.NONE) {
      return s;
    }
    long queries = weights.dim(2);
    long keys = weights.dim(3);
    long last = op.causal().offset(queries, keys);
    Tensor i = Tensor.apply(new Arange(last, 1, queries, DType.I64)).get(0).unsqueeze(1);
    Tensor j = Tensor.apply(new Arange(0, 1, keys, DType.I64)).get(0);
    return j.compare(CompareKind.LE, i).where(s, hidden);
  }

  /** The sums of exponentials, [B, H, Lq, 1]. */
  private Tensor sums() {
    return scores().exp().sum(3).unsqueeze(3);
  }

  private Tensor weights(Tensor sums) {
    Tensor zero = Tensors.fill(sums.spec().withShape(Shape.scalar()), 0);
    Tensor one = Tensors.fill(zero.spec(), 1);
    Tensor positive = sums.compare(CompareKind.GT, zero).where(sums, one);
    return scores().sub(positive.log()).exp();
  }

  private Tensor dropped(Tensor t) {
    return key == null ? t : Tensor.apply(new Dropout(op.dropout()), t, key).get(0);
  }

  private Tensor output(Tensor p) {
    return grouped(p).matmul(v.unsqueeze(2)).reshape(q.shape().with(3, v.shape().dim(3)).dims());
  }
}
