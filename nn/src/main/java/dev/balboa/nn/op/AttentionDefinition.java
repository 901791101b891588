package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;

/**
 * Attention and its gradients in elementary operations, for higher derivatives. Heads that share
 * keys and values are an axis of their own in products: [B, Hkv, H / Hkv, ...].
 *
 * @param mask the mask, {@code null} if there is none
 * @param key the random key, {@code null} if nothing is dropped
 */
record AttentionDefinition(AttentionOp op, Value mask, Value key) {
  /** Stands for a score that must not count: its exponential is zero beside any other. */
  private static final double HIDDEN = -1e30;

  static AttentionDefinition of(AttentionOp op, Vjp c) {
    int mask = op.maskInput(c.inputs());
    int key = op.keyInput(c.inputs());
    return new AttentionDefinition(op, mask < 0 ? null : c.in(mask), key < 0 ? null : c.in(key));
  }

  /**
   * A definition that computes in F32 where the operands are BF16, as the kernels do: each of its
   * steps would round to 8 bits, and so would the sums of its derivative.
   */
  static Vjp.Definition widened(Vjp.Definition f) {
    return (e, at) -> {
      DType type = at.get(0).spec().dtype();
      if (type != DType.BF16) {
        return f.apply(e, at);
      }
      return e.cast(f.apply(e, at.stream().map(v -> e.cast(v, DType.F32)).toList()), type);
    };
  }

  /** Of q, k, v and, if it is differentiated, the mask. */
  Value output(Emit e, List<Value> at) {
    Value q = at.get(0);
    Value v = at.get(2);
    Value p = dropped(e, weights(e, q, at.get(1), at.size() > 3 ? at.get(3) : mask));
    Value out = e.matmul(grouped(e, p, v), shared(e, v), false, false);
    return e.reshape(out, q.spec().shape().with(3, v.spec().shape().dim(3)));
  }

  /** Of q, k, v, dout and, if it is differentiated, the mask. */
  Value queryGradient(Emit e, List<Value> at) {
    Value k = at.get(1);
    Value ds = scoreGradient(e, at);
    Value dq = e.matmul(grouped(e, ds, k), shared(e, k), false, false);
    return e.reshape(dq, at.get(0).spec().shape());
  }

  /** As {@link #queryGradient}. */
  Value keyGradient(Emit e, List<Value> at) {
    Value k = at.get(1);
    Value q = grouped(e, at.get(0), k);
    Value dk = e.matmul(grouped(e, scoreGradient(e, at), k), q, true, false);
    return e.sum(dk, false, 2);
  }

  /** As {@link #queryGradient}. */
  Value valueGradient(Emit e, List<Value> at) {
    Value v = at.get(2);
    Value p = dropped(e, weights(e, at.get(0), at.get(1), maskAmong(at)));
    Value dv = e.matmul(grouped(e, p, v), grouped(e, at.get(3), v), true, false);
    return e.sum(dv, false, 2);
  }

  private Value maskAmong(List<Value> at) {
    return at.size() > 4 ? at.get(4) : mask;
  }

  /** scale P (dP - rowsum(dP P)). */
  private Value scoreGradient(Emit e, List<Value> at) {
    Value v = at.get(2);
    Value p = weights(e, at.get(0), at.get(1), maskAmong(at));
    Value kept = e.matmul(grouped(e, at.get(3), v), shared(e, v), false, true);
    Value dp = dropped(e, e.reshape(kept, p.spec().shape()));
    Value ds = e.mul(p, e.sub(dp, e.sum(e.mul(dp, p), true, 3)));
    return e.affine(ds, op.scale(), 0);
  }

  /** The weights before any is dropped, [B, H, Lq, Lk]; zeros for a query that sees no key. */
  private Value weights(Emit e, Value q, Value k, Value bias) {
    Value products = e.matmul(grouped(e, q, k), shared(e, k), false, true);
    Shape shape = Attention.weights(q.spec(), k.spec());
    Value scores = e.affine(e.reshape(products, shape), op.scale(), 0);
    List<Value> visible = new ArrayList<>();
    if (op.causal() != CausalMask.NONE) {
      visible.add(triangle(e, shape.dim(2), shape.dim(3)));
    }
    if (bias != null && bias.spec().dtype() == DType.BOOL) {
      visible.add(bias);
    } else if (bias != null) {
      Value finite = e.compare(CompareKind.GT, bias, e.scalarLike(bias, Double.NEGATIVE_INFINITY));
      visible.add(finite);
      scores = e.add(scores, e.where(finite, bias, e.scalarLike(bias, 0)));
    }
    for (Value v : visible) {
      scores = e.where(v, scores, e.scalarLike(scores, HIDDEN));
    }
    Value p = e.apply(new Softmax(3, false), scores);
    for (Value v : visible) {
      p = e.where(v, p, e.scalarLike(p, 0));
    }
    return p;
  }

  /** Whether query i sees key j, BOOL [Lq, Lk]. */
  private Value triangle(Emit e, long queries, long keys) {
    double last = op.causal().offset(queries, keys);
    Value i = e.apply(new Arange(last, 1, queries, DType.I64));
    Value j = e.apply(new Arange(0, 1, keys, DType.I64));
    return e.compare(CompareKind.LE, j, e.reshape(i, Shape.of(queries, 1)));
  }

  private Value dropped(Emit e, Value p) {
    return key == null ? p : e.apply(new Dropout(op.dropout()), p, key);
  }

  /** [B, H, L, n] as [B, Hkv, H / Hkv, L, n]. */
  private static Value grouped(Emit e, Value x, Value keys) {
    Shape s = x.spec().shape();
    long heads = keys.spec().shape().dim(1);
    return e.reshape(
        x, Shape.of(s.dim(0), heads, s.dim(1) / Math.max(1, heads), s.dim(2), s.dim(3)));
  }

  /** [B, Hkv, L, n] as [B, Hkv, 1, L, n]. */
  private static Value shared(Emit e, Value x) {
    Shape s = x.spec().shape();
    return e.reshape(x, Shape.of(s.dim(0), s.dim(1), 1, s.dim(2), s.dim(3)));
  }
}
